#!/usr/bin/env python3
"""
Cut the screen font from the npm package @fontsource-variable/golos-text.

Run: scripts/make_fonts.py FOLDER_OF_THE_UNPACKED_PACKAGE

Keeps weights 400-700, figures of equal width and the characters the program prints;
writes static/fonts/golos-text/*.woff2. The results are committed: nobody needs to run this
unless the package changes.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, parse_unicodes
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).resolve().parent.parent / "static/fonts/golos-text"
# name of ours: (subset of the package, characters kept)
PARTS = {
    "latin": (
        "latin",
        "20-7E,A0,A7,A9,AB,B0-B3,B7,B9,BB,D7,2009,2013,2014,2018-201E,2022,2026,202F,20AC,2191,2193,2212",
    ),
    "cyrillic": ("cyrillic", "401,404,406,407,410-44F,451,454,456,457,490,491,2116"),
    "rouble": ("latin-ext", "20BD,2BC"),
    "hryvnia": ("cyrillic-ext", "20B4"),
}


def cut(package: Path) -> None:
    for name, (subset, characters) in PARTS.items():
        font = TTFont(package / f"files/golos-text-{subset}-wght-normal.woff2")
        options = Options()
        options.layout_features = ["ccmp", "locl", "kern", "mark", "tnum"]
        options.drop_tables += ["DSIG"]
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=parse_unicodes(characters))
        subsetter.subset(font)
        font = instantiateVariableFont(font, {"wght": (400, 700)})
        font.flavor = "woff2"
        font.save(TARGET / f"{name}.woff2")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Назовите папку распакованного пакета со шрифтом.")
    cut(Path(sys.argv[1]))
