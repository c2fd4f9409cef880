import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from payment_docs.details import Change, Currency, Language, Look
from payment_docs.document import Mark, Section
from payment_docs.printing.page import printed
from payment_docs.printing.printed import shape_of, slots, with_slots
from tests.payment_docs.full_bill import ORDER_43, PENALTY, full_bill

UKRAINIAN = Look(language=Language.UKRAINIAN, currency=Currency.HRYVNIA)


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


def texts(lines):
    return [(line.caption, plain(line.text)) for line in lines]


def rows_of(page):
    """Cells of every row of the calculation by its name; a repeated name keeps the first."""
    found: dict[str, list[str]] = {}
    for group in page.groups:
        for row in group.rows:
            found.setdefault(row.name, [plain(cell.text) for cell in row.cells])
    return found


def block(page, key):
    [found] = [block for block in page.blocks if block.key == key]
    return [(row.name, *(plain(cell.text) for cell in row.cells)) for row in found.rows]


def test_totals_of_the_sample_bill(sample_bill):
    page = printed(sample_bill)

    assert page.heading == "Счет на оплату ЖКУ за Июль 2013 г."
    assert texts([page.balance, *page.sums]) == [
        ("Аванс", "2 585,58 руб."),
        ("Итого к оплате за расч. период", "2 447,90 руб."),
        ("Итого к оплате с учетом аванса", "0,00 руб."),
    ]
    assert [plain(cell.text) for cell in page.totals] == ["2 447,9"]


def test_every_mark_has_its_words_in_the_footnote(sample_bill):
    page = printed(sample_bill)

    assert page.footnote == (
        "* Объем коммунальных услуг определен: (1) - по нормативам, "
        "(1а) - по нормативам с повышающим коэффициентом при отсутствии ПУ, "
        "(2) - по показаниям ИПУ, (3) - по среднему, (4) - по показаниям ОПУ"
    )
    assert [mark.value for mark in Mark if mark.value not in page.footnote] == []


@pytest.mark.parametrize(
    ("opening", "with_balance", "told"),
    [
        (
            "0.00",
            "2447.90",
            [("Аванс", "0,00 руб."), ("Итого к оплате с учетом аванса", "2 447,90 руб.")],
        ),
        (
            "1000.10",
            "3448.00",
            [
                ("Задолженность", "1 000,10 руб."),
                ("Итого к оплате с учетом задолженности", "3 448,00 руб."),
            ],
        ),
    ],
)
def test_balance_before_the_month_is_named_and_counted(sample_bill, opening, with_balance, told):
    document = dataclasses.replace(
        sample_bill, opening=Decimal(opening), to_pay_with_balance=Decimal(with_balance)
    )

    page = printed(document)

    assert texts([page.balance, page.sums[-1]]) == told


def test_nothing_charged_leaves_the_debt_to_pay(sample_bill):
    document = dataclasses.replace(
        sample_bill,
        sections=(Section("", ()),),
        opening=Decimal("17.00"),
        to_pay=Decimal("0.00"),
        to_pay_with_balance=Decimal("17.00"),
    )

    page = printed(document)

    assert [cell.text for cell in page.totals] == ["0"]
    assert plain(page.sums[-1].text) == "17,00 руб."


@pytest.mark.parametrize(
    ("number", "version", "words"),
    [("", 1, ""), ("17", 1, "Документ № 17"), ("17", 3, "Документ № 17, версия 3")],
)
def test_issued_document_says_its_number_and_later_versions(sample_bill, number, version, words):
    document = dataclasses.replace(sample_bill, number=number, version=version)

    assert printed(document).footer_number == words


def test_day_of_payment_and_contacts_are_told_when_known(sample_bill):
    assert printed(sample_bill).due.text == ""

    page = printed(full_bill(sample_bill))

    assert texts([page.due]) == [("Оплатить до", "12.08.2013 включительно")]
    assert texts(page.parties[0].lines)[-1] == (
        "Вопросы по документу",
        "+7 495 000-00-00, pismo@example.org",
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (None, ""),
        (
            Change(Decimal("100.00"), Decimal("100.00")),
            "За расчетный период начислено столько же, сколько в прошлом месяце: 100,00 руб.",
        ),
        (
            Change(Decimal("100.00"), Decimal("80.50")),
            (
                "За расчетный период начислено на 19,50 руб. меньше, "
                "чем в прошлом месяце (100,00 руб.)."
            ),
        ),
        (
            Change(
                Decimal("100.00"),
                Decimal("180.00"),
                "Отопление",
                Decimal("0.00"),
                Decimal("80.00"),
            ),
            (
                "За расчетный период начислено на 80,00 руб. больше, чем в прошлом месяце "
                "(100,00 руб.); сильнее всего изменилась плата «Отопление»: "
                "80,00 руб. вместо 0,00 руб."
            ),
        ),
    ],
)
def test_one_sentence_says_what_changed_since_last_month(sample_bill, change, sentence):
    page = printed(dataclasses.replace(sample_bill, change=change))

    assert plain(page.change) == sentence


def test_several_payees_have_their_own_sums_and_codes(sample_bill):
    page = printed(full_bill(sample_bill))

    assert [(row.account, plain(row.amount), plain(row.with_balance)) for row in page.payees] == [
        ("000000001001", "2 290,24", "2 690,24"),
        ("77-1001", "100,00", "70,00"),
    ]
    assert [(code.picture, code.name, plain(code.text)) for code in page.codes] == [
        ("qr0", "УК «Тихий океан»", "2 690,24 ₽"),
        ("qr1", "Фонд капитального ремонта", "70,00 ₽"),
        ("account", "", "000000001001"),
    ]


def test_payee_without_requisites_has_no_code(sample_bill):
    assert printed(sample_bill).codes == ()


def test_form_43_has_every_sum_of_a_service_in_one_row(sample_bill):
    rows = rows_of(printed(full_bill(sample_bill, look=ORDER_43)))

    assert list(rows) == [
        "Содержание и ремонт общего имущества",
        "Холодное водоснабжение",
        "Горячее водоснабжение",
        "Водоотведение",
        "Электроэнергия",
        "Целевой сбор",
    ]
    housing = ["м2", "x", "x", "15,9", "1 113,00", "", "", "", "", "12,34", "", "", "", ""]
    assert rows["Содержание и ремонт общего имущества"] == [
        *housing,
        "1 125,34",
        "400,00",
        "1 525,34",
    ]
    cold = ["м3", "5,55", "2,6628", "13,50", "110,88", "1,5", "24,98", "−50,00", "20,00"]
    assert rows["Холодное водоснабжение"] == [*cold, "", "", "", "", "", "40,88", "", "40,88"]


def test_totals_of_form_43_come_to_the_document(sample_bill):
    document = full_bill(sample_bill, look=ORDER_43)

    charged, excess, recalculated, benefit, penalty, *_, of_month, opening, whole = [
        plain(cell.text) for cell in printed(document).totals
    ]

    assert (charged, excess, recalculated, benefit) == ("2 447,90", "24,98", "−50,00", "20,00")
    assert (penalty, of_month, opening, whole) == ("12,34", "2 390,24", "370,00", "2 760,24")
    assert document.to_pay == Decimal("2390.24")
    assert Decimal("12.34") == PENALTY


def test_service_without_charges_keeps_its_debt_in_form_43(sample_bill):
    document = full_bill(sample_bill, look=ORDER_43)
    heating = dataclasses.replace(
        document.services[0],
        code="heating",
        name="Отопление",
        opening=Decimal("55.00"),
        penalty=Decimal("0.00"),
    )
    document = dataclasses.replace(
        document,
        services=(*document.services, heating),
        opening=Decimal("425.00"),
        to_pay_with_balance=Decimal("2815.24"),
    )

    assert rows_of(printed(document))["Отопление"][-2:] == ["55,00", "55,00"]


def test_recalculations_benefits_and_instalments_have_their_tables(sample_bill):
    page = printed(full_bill(sample_bill))

    assert [found.key for found in page.blocks] == [
        "uplifts",
        "instalments",
        "recalculations",
        "benefits",
    ]
    assert block(page, "uplifts") == [("Холодное водоснабжение", "1,5", "24,98")]
    assert block(page, "recalculations") == [
        (
            "Холодное водоснабжение",
            "06.2013",
            (
                "перерыв или ненадлежащее качество услуги: не было воды 12 часов. "
                "Акт № 17 от 01.07.2013"
            ),
            "−50,00",
        )
    ]
    assert block(page, "benefits") == [("Холодное водоснабжение", "ветеран труда, 50 %", "20,00")]
    assert block(page, "instalments") == [
        ("Соглашение № 4/13", "0,00", "500,00", "8,25", "3,44", "503,44", "1 500,00")
    ]


def test_form_43_shows_meters_and_reference_figures(sample_bill):
    page = printed(full_bill(sample_bill, look=ORDER_43))

    assert [found.title.partition(".")[0] for found in page.blocks] == [
        "Раздел 2",
        "Раздел 4",
        "Раздел 5",
        "Раздел 6",
        "Льготы и субсидии",
    ]
    assert block(page, "meters")[0] == (
        "Горячее водоснабжение, м3",
        "ВСГ-004512",
        "101,5",
        "24.06.2013",
        "107,2",
        "24.07.2013",
        "5,7",
        "01.05.2016",
    )
    assert block(page, "reference")[1] == (
        "Горячее водоснабжение",
        "5,7",
        "0,12",
        "",
        "174",
        "22,1",
        "2,9",
    )


def test_charts_say_the_last_months_in_figures(sample_bill):
    charts = printed(full_bill(sample_bill)).charts

    assert [(chart.title, chart.now, chart.before, chart.largest) for chart in charts] == [
        ("Холодное водоснабжение, м3", "5,55", "месяц назад 5,4", "самое большое за год 6,8"),
        ("Горячее водоснабжение, м3", "5,7", "месяц назад 5,4", "самое большое за год 6,8"),
        ("Электроэнергия, кВтч", "180", "месяц назад 175", "самое большое за год 260"),
    ]


def test_ukrainian_document_counts_hryvnias_and_has_no_rouble_code(sample_bill):
    page = printed(full_bill(sample_bill, look=UKRAINIAN))

    assert page.heading == "Рахунок на оплату житлово-комунальних послуг за Липень 2013 р."
    assert texts(page.sums)[-1] == (
        "Усього до сплати з урахуванням заборгованості",
        "2 760,24 грн",
    )
    assert page.codes == ()
    assert page.words.payee_amount == "Сума до сплати за розрахунковий період, грн"


@pytest.mark.parametrize("look", [Look(), ORDER_43, UKRAINIAN])
def test_slots_put_back_give_the_same_page(sample_bill, look):
    page = printed(full_bill(sample_bill, look=look))

    assert with_slots(page, slots(page)) == page


def test_bills_of_one_shape_differ_in_slots_only(sample_bill):
    page = printed(full_bill(sample_bill))
    other = printed(
        dataclasses.replace(
            full_bill(sample_bill),
            payer="Фет Афанасий Афанасьевич",
            account_number="000000001002",
            area=Decimal("54.3"),
            counted_until=dt.date(2013, 7, 20),
        )
    )

    assert shape_of(other) == shape_of(page)
    assert other != page


def test_long_name_is_another_shape(sample_bill):
    short, long = (
        printed(dataclasses.replace(sample_bill, payer=name)) for name in ("А", "А" * 300)
    )

    assert [line.is_long for line in (short.payer[0], long.payer[0])] == [False, True]
    assert shape_of(short) != shape_of(long)


def test_no_slot_of_a_full_bill_is_forgotten(sample_bill):
    """A text that differs between two accounts of one shape is always a slot."""
    page = printed(full_bill(sample_bill))
    emptied = with_slots(page, dict.fromkeys(slots(page), ""))

    left = {text for text in slots(emptied).values() if text}

    assert left == set()
    assert len(slots(page)) > 150
