import dataclasses
import hashlib
import io
import os
import subprocess
import sys
from decimal import Decimal
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path

import pypdf
import pytest
from django.template import loader

from payment_docs.document import Organisation, PayeeRow, Requisites, Section
from payment_docs.printing.page import printed
from payment_docs.render import document_html, document_pdf

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "documents"
NUMBERS = "1 2 3 4 5 6 7 8 9 10 11 12 13 1 2 3 4 5 6"

TOTAL = "Итого к оплате за расчетный период "

# Widths of the nineteen columns in mm; the six reference columns share the rest of the page.
FIRST_COLUMNS = (45, 9, 16, 16, 15.5, 14, 14, 16.5, 14, 14, 16.5, 14, 14)
REFERENCE_COLUMN = (281 - sum(FIRST_COLUMNS)) / 6
EDGES = list(accumulate((*FIRST_COLUMNS, *[REFERENCE_COLUMN] * 6), initial=8))


def pages_of(document):
    return pypdf.PdfReader(io.BytesIO(document_pdf(document))).pages


def lines_of(page):
    return [line.rstrip() for line in page.extract_text().splitlines()]


def drawn_at(page):
    """Where each run of text starts, in mm from the left and the top of the page."""
    starts = []

    def note(operator, operands, page_matrix, text_matrix):
        if operator in {b"Tj", b"TJ"}:
            a, _, _, d, e, f = page_matrix
            x, y = text_matrix[4] * a + e, text_matrix[5] * d + f
            starts.append((x * 25.4 / 72, (page.mediabox.height - y) * 25.4 / 72))

    page.extract_text(visitor_operand_before=note)
    return starts


def outside_margins(page):
    """Starts of text further out than the margins allow, to a hundredth of a millimetre."""
    return [(x, y) for x, y in drawn_at(page) if not (7.99 <= x <= 289.01 and 7.99 <= y <= 207.01)]


def columns_drawn(page):
    """For each line of text, top to bottom, the columns (from 0) its runs start in."""
    by_line: dict[float, list[int]] = {}
    for x, y in drawn_at(page):
        by_line.setdefault(round(float(y), 1), []).append(sum(1 for edge in EDGES if edge <= x) - 1)
    return [by_line[y] for y in sorted(by_line)]


class Table(HTMLParser):
    """Cells of the calculation's rows, spaces folded."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.attributes, self.tags = [], set(), set()
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.inside = False
            self.rows[-1][-1] = " ".join(self.rows[-1][-1].split())

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def screen_of(document):
    page = printed(document)
    context = {"page": page, "words": page.words}
    return loader.render_to_string("payment_docs/document_screen.html", context)


def services_of(html):
    return [row for row in Table(html).rows if len(row) == 19 and row[0] != "1"]


def with_rows(document, rows):
    """The same bill with other services, balances made to agree."""
    to_pay = sum((row.total for row in rows), start=Decimal("0.00"))
    return dataclasses.replace(
        document,
        sections=(Section("Коммунальные услуги", tuple(rows)),),
        to_pay=to_pay,
        to_pay_with_balance=max(Decimal("0.00"), to_pay + document.opening),
    )


def test_sample_bill_prints_what_the_form_prints(sample_bill):
    (page,) = pages_of(sample_bill)

    golden = (GOLDEN / "sample_bill.txt").read_text(encoding="utf-8")

    assert lines_of(page) == golden.splitlines()


def test_every_figure_of_the_sample_bill_stands_in_its_column(sample_bill, sample_cells):
    (page,) = pages_of(sample_bill)
    lines = lines_of(page)

    first = lines.index(NUMBERS) + 1
    services = [line for line in lines[first:] if line not in {"Коммунальные услуги", "Прочие"}]
    assert services[:8] == [" ".join(filter(None, cells)) for cells in sample_cells]

    columns = [
        [number for number, cell in enumerate(cells) for _ in cell.split(" (") if cell]
        for cells in sample_cells
    ]
    drawn = columns_drawn(page)
    below_head = drawn[drawn.index(list(range(19))) + 1 :]
    assert [line for line in below_head if len(line) > 1][:8] == columns


def test_nothing_is_drawn_outside_the_margins(sample_bill):
    (page,) = pages_of(sample_bill)

    assert outside_margins(page) == []


def test_sample_bill_is_read_from_top_to_bottom(sample_bill):
    (page,) = pages_of(sample_bill)

    labels = [line.split(":")[0] for line in lines_of(page) if ":" in line]

    assert labels[:13] == [
        "Плательщик",
        "Адрес",
        "Площадь помещения",
        "Исполнитель услуг",
        "Адрес",
        "Режим работы",
        "Расчетный центр",
        "Адрес",
        "Режим работы",
        "Аванс",
        "Итого к оплате за расч. период",
        "Итого к оплате с учетом аванса",
        "Площадь помещений в общей собственности",
    ]


def test_bytes_are_the_same_in_every_process(sample_bill):
    here = hashlib.sha256(document_pdf(sample_bill)).hexdigest()  # no payee can be paid by code
    script = (
        "import sys, hashlib, pathlib; from zhkh.pdf import html_to_pdf;"
        "pdf = html_to_pdf(sys.stdin.read(), base_url=pathlib.Path(sys.argv[1]));"
        "print(hashlib.sha256(pdf).hexdigest())"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", script, str(ROOT / "templates" / "payment_docs" / "print")],
        input=document_html(sample_bill),
        env={**os.environ, "PYTHONHASHSEED": "77"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert elsewhere.stdout.strip() == here


def test_many_services_go_on_under_a_repeated_head(sample_bill, cold_water):
    rows = [dataclasses.replace(cold_water, name=f"Услуга {n:02}") for n in range(40)]

    pages = pages_of(with_rows(sample_bill, rows))

    lines = [lines_of(page) for page in pages]
    assert len(lines) == 2
    assert [page.count(NUMBERS) for page in lines] == [1, 1]
    services = [line.split(" м3")[0] for page in lines for line in page if " м3 " in line]
    assert services == [row.name for row in rows]
    assert [page[-1] for page in lines] == [
        f"Лицевой счет 000000001001, Июль 2013 г. Страница {n} из 2" for n in (1, 2)
    ]
    totals = [line for page in lines for line in page if line.startswith(TOTAL)]
    assert totals == [f"{TOTAL}4 435,2"]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert('x')</script><img src=x>{{ 7 }}{% now %}",
        "Долгоеслово" * 30,
        "ООО «Ремонт, эксплуатация и обслуживание жилищного фонда города» " * 4,
    ],
)
def test_hostile_names_print_as_they_are(sample_bill, cold_water, name):
    name = name.strip()
    document = dataclasses.replace(
        with_rows(sample_bill, [dataclasses.replace(cold_water, name=name)]),
        payer=name,
        address=name,
        executor=Organisation(name, name, name),
        payees=(PayeeRow(name, Requisites(bank=name), "000000001001"),),
        notice=name,
    )

    pages = pages_of(document)

    text = without_breaks("".join(page.extract_text() for page in pages))
    assert text.count(without_breaks(name)) == 9
    assert [place for page in pages for place in outside_margins(page)] == []


def without_breaks(text):
    """Text of a name however it was wrapped or hyphenated."""
    return "".join(text.replace("-", "").split())


def test_combining_marks_stay_on_their_letters(sample_bill):
    (page,) = pages_of(dataclasses.replace(sample_bill, payer="Ле\u0301рмонтов Ї. Ґ."))

    assert lines_of(page)[2] == "Плательщик: Ле\u0301рмонтов Ї. Ґ."


def test_letters_no_font_has_leave_the_rest_in_place(sample_bill):
    (page,) = pages_of(dataclasses.replace(sample_bill, payer="李明 \U0010fffd"))

    assert len(drawn_at(page)) >= len(drawn_at(pages_of(sample_bill)[0]))
    assert outside_margins(page) == []


def test_debt_is_named_instead_of_an_advance(sample_bill):
    document = dataclasses.replace(
        sample_bill, opening=Decimal("1000.10"), to_pay_with_balance=Decimal("3448.00")
    )

    (page,) = pages_of(document)

    assert [line for line in lines_of(page) if "олженност" in line] == [
        "Задолженность: 1 000,10 руб. Последняя оплата: 10.05.2013, 10 000,00 руб.",
        "Итого к оплате с учетом задолженности: 3 448,00 руб.",
    ]
    assert [line for line in lines_of(page) if "ванс" in line] == []


def test_account_that_never_paid_says_so(sample_bill):
    (page,) = pages_of(dataclasses.replace(sample_bill, last_payment=None))

    assert [line for line in lines_of(page) if "Последняя оплата" in line] == [
        "Аванс: 2 585,58 руб. Последняя оплата: не поступала"
    ]


def test_nothing_to_pay(sample_bill):
    document = dataclasses.replace(with_rows(sample_bill, []), sections=())

    (page,) = pages_of(document)

    assert [line for line in lines_of(page) if line.startswith("Итого к оплате за расч")] == [
        "Итого к оплате за расч. период: 0,00 руб.",
        "Итого к оплате за расчетный период, руб. Справочная информация",
        "Итого к оплате за расчетный период 0",
    ]


def test_payees_print_their_requisites_and_sums(sample_bill):
    requisites = Requisites(
        inn="7701234567",
        kpp="770101001",
        account="40702810900000001234",
        bank="ПАО «Банк»",
        bic="044525225",
        correspondent_account="30101810400000000225",
    )
    payees = (
        PayeeRow("УК «Тихий океан»", requisites, "000000001001", Decimal("2347.90")),
        PayeeRow("Фонд", Requisites(), "77-1001", Decimal("100.00")),
    )

    (page,) = pages_of(dataclasses.replace(sample_bill, payees=payees))

    lines = lines_of(page)
    first = next(number for number, line in enumerate(lines) if "ИНН/КПП 77" in line)
    assert lines[first : first + 7] == [
        "УК «Тихий океан» ИНН/КПП 7701234567/770101001",
        "р/с 40702810900000001234 в ПАО «Банк» БИК 044525225",
        "к/с 30101810400000000225",
        "000000001001 2 347,90 2 347,90",
        "Фонд ИНН/КПП",
        "р/с в БИК",
        "к/с",
    ]
    assert lines[first + 7] == "77-1001 100,00 100,00"


def test_document_without_payees_is_still_a_document(sample_bill):
    (page,) = pages_of(dataclasses.replace(sample_bill, payees=()))

    assert [line for line in lines_of(page) if line.startswith("ИНН")] == []


def test_notice_prints_its_paragraphs(sample_bill):
    notice = "Передайте показания до 25 числа.\nТелефон 8 800 000-00-00.\n\nСпасибо!"

    (page,) = pages_of(dataclasses.replace(sample_bill, notice=notice))

    lines = lines_of(page)
    assert lines[-4:-1] == [
        "Передайте показания до 25 числа.",
        "Телефон 8 800 000-00-00.",
        "Спасибо!",
    ]


def test_issued_document_carries_number_and_version_on_each_page(sample_bill):
    (page,) = pages_of(dataclasses.replace(sample_bill, number="15", version=2))

    assert lines_of(page)[-1] == (
        "Лицевой счет 000000001001, Июль 2013 г. Документ № 15, версия 2 Страница 1 из 1"
    )


def test_screen_shows_the_cells_of_the_printed_table(sample_bill, sample_cells):
    screen = screen_of(sample_bill)

    assert services_of(screen) == sample_cells
    assert services_of(document_html(sample_bill)) == sample_cells


def test_screen_form_has_no_inline_style_or_script(sample_bill):
    screen = Table(screen_of(sample_bill))

    assert screen.tags & {"style", "script", "link"} == set()
    assert {name for name in screen.attributes if name == "style" or name.startswith("on")} == set()
