"""A filled form is the laid-out page: texts, places, points; what does not fit says so."""

import hashlib
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from payment_docs.stamp.filling import Form, fill
from payment_docs.stamp.parity import difference
from payment_docs.stamp.refusals import Misfit, Reason
from payment_docs.stamp.shape import from_bytes, to_bytes
from tests.payment_docs.stamp.conftest import (
    PRINT,
    TEXTS,
    apart,
    blackest,
    form_of,
    page,
    points_of,
    tool,
    words_of,
)
from zhkh.layout import layout
from zhkh.pdf import html_to_pdf

ROOT = Path(__file__).resolve().parents[3]
NEAR = 0.02  # pt
PALE = 80  # of 255: the edge of a letter
VARIANTS = ("", "pdf/a-3b", "pdf/ua-1")


@pytest.mark.parametrize("variant", VARIANTS)
def test_filled_form_is_the_page_laid_out(variant, tmp_path):
    stamped = fill(form_of(variant=variant), TEXTS, {})
    exact = html_to_pdf(page(TEXTS), base_url=PRINT, variant=variant)

    (tmp_path / "stamped.pdf").write_bytes(stamped)
    checked = tool("qpdf", "--check", str(tmp_path / "stamped.pdf"))

    assert apart(words_of(stamped, tmp_path), words_of(exact, tmp_path)) < NEAR
    assert blackest(points_of(stamped, tmp_path), points_of(exact, tmp_path)) <= PALE
    assert "No syntax or stream encoding errors found" in checked


def test_title_of_the_file_is_filled_too(form, tmp_path):
    (tmp_path / "titled.pdf").write_bytes(fill(form, {**TEXTS, "title": "Рахунок (№ 5)"}, {}))

    told = tool("pdfinfo", str(tmp_path / "titled.pdf")).splitlines()

    assert told[0].split(":")[1].strip() == "Рахунок (№ 5)"


@pytest.mark.parametrize("variant", VARIANTS[1:])
def test_metadata_name_the_document(variant):
    filled = fill(form_of(variant=variant), {**TEXTS, "title": "А & <Б>"}, {})

    assert "А &amp; &lt;Б&gt;".encode() in filled


def test_small_figure_has_its_own_place(form):
    texts = {name: text for name, text in TEXTS.items() if name != "sum"}
    texts["sum:long"] = "−999 999 999,99"
    as_laid = TEXTS | {"sum": texts["sum:long"]}

    found = difference(form, texts, layout(page(as_laid, "long"), base_url=PRINT))

    assert found == ""


@pytest.mark.parametrize(
    "texts",
    [
        {"payer": "", "area": "0", "people": "0", "sum": "0", "middle": "", "account": ""},
        {"payer": "Ї", "area": "999 999 999,99", "people": "12345", "sum": "−1,05"},
    ],
)
def test_other_texts_move_what_stands_after_them(form, texts):
    texts = TEXTS | texts

    assert difference(form, texts, layout(page(texts), base_url=PRINT)) == ""


def test_difference_is_told(form):
    laid = layout(page(TEXTS | {"payer": "Пушкин"}), base_url=PRINT)

    assert difference(form, TEXTS, laid) == (
        "«Плательщик: Лермонтов Михаил», а должно быть «Плательщик: Пушкин»"
    )


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ({"payer": "Оченьдлинноеимя" * 40}, Reason.OVERFLOW),
        ({"payer": "李明"}, Reason.UNKNOWN_LETTER),
        ({"payer": "Ле\u0301рмонтов"}, Reason.UNKNOWN_LETTER),
        ({"sum": "1" * 60}, Reason.OVERFLOW),
        ({"debt": "5"}, Reason.UNKNOWN_TEXT),
    ],
)
def test_what_does_not_fit_says_why(form, texts, reason):
    with pytest.raises(Misfit) as told:
        fill(form, TEXTS | texts, {})

    assert told.value.reason is reason


def auto_table(texts, look=""):
    return page(texts, look).replace("table-layout: fixed", "table-layout: auto")


def wrapping(texts, look=""):
    long = "Текст " * 60
    return page(texts, look).replace(
        "<p>Плательщик", f'<p style="white-space: normal">{long} Плательщик'
    )


def kerned(texts, look=""):
    return page(texts, look).replace("font-kerning: none", "font-kerning: normal")


def size_changes_the_page(texts, look=""):
    return page(texts, look).replace("6pt }", "60pt }")


def without_a_slot(texts, look=""):
    return page(texts, look).replace(texts["payer"], "")


@pytest.mark.parametrize("html", [auto_table, wrapping, size_changes_the_page])
def test_form_whose_places_follow_its_texts_is_refused(html):
    with pytest.raises(Misfit) as told:
        form_of(html)

    assert told.value.reason is Reason.SHAPE_REFUSED


def test_slot_the_form_does_not_print_has_no_place():
    form = form_of(without_a_slot)

    with pytest.raises(Misfit) as told:
        fill(form, TEXTS, {})

    assert told.value.reason is Reason.UNKNOWN_TEXT


def test_bytes_are_the_same_on_repeat_and_in_another_process(form, tmp_path):
    here = hashlib.sha256(fill(form, TEXTS, {})).hexdigest()
    again = hashlib.sha256(fill(Form(from_bytes(to_bytes(form.shape)), ""), TEXTS, {})).hexdigest()
    (tmp_path / "form").write_bytes(to_bytes(form.shape))
    (tmp_path / "texts").write_bytes(pickle.dumps(TEXTS))
    script = (
        "import hashlib, pathlib, pickle, sys\n"
        "from payment_docs.stamp.filling import Form, fill\n"
        "from payment_docs.stamp.shape import from_bytes\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "form = Form(from_bytes((folder / 'form').read_bytes()), 'digest')\n"
        "texts = pickle.loads((folder / 'texts').read_bytes())\n"
        "print(hashlib.sha256(fill(form, texts, {})).hexdigest(), 'weasyprint' in sys.modules)\n"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "PYTHONHASHSEED": "77"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert again == here
    assert elsewhere.stdout.split() == [here, "False"]


def test_shape_laid_out_again_is_the_same_to_the_byte(form):
    assert to_bytes(form_of().shape) == to_bytes(form.shape)
