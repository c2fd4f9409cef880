"""A small form of its own: what the engine can fill, whatever the template."""

import re
import subprocess
from itertools import chain
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from payment_docs.stamp.compiling import compile_shape, sentinel
from payment_docs.stamp.filling import Form
from payment_docs.stamp.shape import from_bytes, to_bytes
from zhkh.layout import layout

PRINT = Path(__file__).resolve().parents[3] / "templates" / "payment_docs" / "print"
NAMES = ("title", "payer", "area", "people", "sum", "sum:long", "middle", "account")
SPECIMEN = (
    '<link rel="stylesheet" href="document.css">'
    "<p>а б в г д е ё ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я</p>"
    "<p>А Б В Г Д Е Ж З И К Л М Н О П Р С Т Я 0 1 2 3 4 5 6 7 8 9 . , - − ~ № Ї ґ</p>"
)
STYLE = """
<style>
  body { font: 9pt/1.3 "Document"; font-kerning: none }
  p { white-space: nowrap; margin: 0 }
  table { table-layout: fixed; width: 60mm; border-collapse: collapse; margin: 0 }
  td { border: 1pt solid; padding: 1mm; text-align: right }
  td.middle { text-align: center }
  .long { font-size: 6pt }
</style>
"""


def page(texts, look=""):
    """The form with the texts: `look` is "long" for the small figure."""
    return f"""<!DOCTYPE html><html lang="ru"><head><title>{texts["title"]}</title>
      <link rel="stylesheet" href="document.css">{STYLE}</head>
      <body data-account="{texts["account"]}" data-number="" data-page="Страница"><h1>Счет</h1>
      <p>Плательщик: {texts["payer"]}</p>
      <p>Площадь: {texts["area"]} м, жильцов: {texts["people"]} чел.</p>
      <table><tr><td class="{look}">{texts["sum"]}</td><td class="middle">{texts["middle"]}</td></tr>
      </table></body></html>"""


def sample(look="", html=page, variant=""):
    own = {
        name.removesuffix(":long"): sentinel(number)
        for number, name in enumerate(NAMES)
        if look or not name.endswith(":long")
    }
    return layout(html(own, look), base_url=PRINT, specimen=SPECIMEN, variant=variant)


def form_of(html=page, variant=""):
    shape = compile_shape([sample("", html, variant), sample("long", html, variant)], NAMES)
    return Form(from_bytes(to_bytes(shape)), "digest")


@pytest.fixture(scope="session")
def form():
    return form_of()


TEXTS = {
    "title": "Счет 77",
    "payer": "Лермонтов Михаил",
    "area": "70,5",
    "people": "3",
    "sum": "2 447,90",
    "middle": "шт",
    "account": "000000001001",
}


def tool(*words):
    """What a program of the system says of a file."""
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


_WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*)</word>'
)


def words_of(pdf, folder):
    """Words of each page of a PDF with their boxes in points; by word, then place."""
    (folder / "words.pdf").write_bytes(pdf)
    told = tool("pdftotext", "-bbox", str(folder / "words.pdf"), "-")
    return [
        sorted(
            ((word[4], [float(side) for side in word[:4]]) for word in _WORD.findall(page)),
            key=lambda found: (found[0], round(found[1][1]), round(found[1][0])),
        )
        for page in told.split("<page ")[1:]
    ]


def text_of(pdf, folder):
    """Lines of the pages as they are on paper, spaces folded."""
    (folder / "text.pdf").write_bytes(pdf)
    told = tool("pdftotext", "-layout", str(folder / "text.pdf"), "-")
    return [" ".join(line.split()) for line in told.splitlines() if line.strip()]


def apart(stamped, exact):
    """How far the same words stand from each other, in points; None when the words differ."""
    if [[word for word, _ in page] for page in stamped] != [
        [word for word, _ in page] for page in exact
    ]:
        return None
    pairs = zip(chain.from_iterable(stamped), chain.from_iterable(exact), strict=True)
    return max(
        abs(a - b) for (_, one), (_, other) in pairs for a, b in zip(one, other, strict=True)
    )


def points_of(pdf, folder):
    """The pages at 110 points an inch, grey."""
    (folder / "points.pdf").write_bytes(pdf)
    tool("pdftoppm", "-r", "110", "-gray", str(folder / "points.pdf"), str(folder / "points"))
    pages = []
    for file in sorted(folder.glob("points*.pgm")):
        with Image.open(file) as image:
            pages.append(image.copy())
        file.unlink()
    return pages


def blackest(stamped, exact):
    """The largest difference of a point, of 255 levels of grey; None when pages differ."""
    if [page.size for page in stamped] != [page.size for page in exact]:
        return None
    shades = [
        ImageChops.difference(one, other).getextrema()[1]
        for one, other in zip(stamped, exact, strict=True)
    ]
    return max(shades)
