"""Filling a form that was laid out once: no layout engine, only glyph codes at known places."""
