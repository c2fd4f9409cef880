#!/usr/bin/env python3
"""
Build the icon sprite static/icons.svg from the npm package lucide-static.

Run: scripts/make_icons.py FOLDER_OF_THE_UNPACKED_PACKAGE

The sprite is committed: run this again only to add an icon. Our names stand on the left.
"""

import re
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
NAMES = """
home=house users building=building-2 gauge calculator file-text mail wallet banknote
chart=chart-column book=book-open settings search chevron-down chevron-up chevron-left
chevron-right close=x check circle-check warning=triangle-alert alert=circle-alert info clock
history printer download upload send refresh=refresh-cw undo=rotate-ccw plus minus
trash=trash-2 pencil copy save more=ellipsis arrow-right arrow-left external-link calendar
filter=list-filter sliders=sliders-horizontal bell log-out languages keyboard
barcode=scan-barcode lock key=key-round user paperclip ban play pause eye
help=circle-question-mark inbox file-x shield=shield-check receipt list columns=columns-3
droplet zap flame phone offline=wifi-off bank=landmark queued=circle-dashed
"""


def symbol(name: str, drawing: str) -> str:
    shapes = re.sub(r"<!--.*?-->", "", drawing, flags=re.DOTALL)
    shapes = re.sub(r"\s+", " ", re.sub(r"</?svg[^>]*>", "", shapes)).strip().replace(" />", "/>")
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">'
        f"{shapes.replace('> <', '><')}</symbol>"
    )


def build(package: Path) -> None:
    symbols = []
    for entry in NAMES.split():
        ours, _, theirs = entry.partition("=")
        drawing = (package / f"icons/{theirs or ours}.svg").read_text()
        symbols.append(symbol(ours, drawing))
    lines = "\n".join(symbols)
    (STATIC / "icons.svg").write_text(
        "<!-- Lucide icons, ISC licence: see icons.LICENSE.txt. Built by scripts/make_icons.py -->\n"
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{lines}\n</svg>\n'
    )
    (STATIC / "icons.LICENSE.txt").write_text((package / "LICENSE").read_text())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Назовите папку распакованного пакета с рисунками.")
    build(Path(sys.argv[1]))
