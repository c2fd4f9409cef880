"""«Почему столько?» of a bill: what is told, from what, and when nothing can be told."""

import datetime as dt
import io
import zlib
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from accounts_registry.models import MeterReading, PersonalAccount, ReadingSource, Service
from charges.calc.columns import rows_of
from charges.lines import NotReproduced, copy_rows, reproduced, thaw
from charges.models import ChargeInput, CommonVolume
from charges.why import BillWhy, bill_why
from tests.cast import JULY, NOON, accountant_of
from tests.factories import make_meter
from tests.priced import BILL, calculated, posted, priced_tihiy_okean

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    okean = priced_tihiy_okean()
    make_meter(
        at=okean.fet,
        service=okean.cold_water,
        readings=[(dt.date(2013, 6, 25), "102.341"), (dt.date(2013, 7, 25), "107.841")],
        serial="17",
    )
    return okean


@pytest.fixture
def desk(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def page_of(account, name="why") -> str:
    return reverse(f"charges:{name}", args=[account.pk])


def printed(bill: BillWhy) -> list[object]:
    """Everything a reader of the bill sees."""
    rows = [
        (row.name, row.sentences, row.facts, row.segments, row.line.total) for row in bill.lines
    ]
    return [bill.facts, rows, bill.total]


def refrozen(okean, **columns) -> ChargeInput:
    """The draft once more, with other columns of its frozen inputs."""
    kept = without_inputs(okean)
    return ChargeInput.objects.create(**kept | columns)


def dearer(frozen) -> bytes:
    """The frozen inputs with another price of water."""
    return zlib.compress(thaw(frozen).replace(b'"price":"13.5"', b'"price":"13.6"'))


def without_inputs(okean) -> dict[str, object]:
    """The lines of the draft without what they were made from, which is returned."""
    frozen = ChargeInput.objects.get()
    _, result = reproduced(frozen)
    with connection.cursor() as cursor:
        cursor.execute("SELECT charges_clear_house(%s, %s)", [okean.house.pk, JULY.first_day])
    copy_rows(
        map(rows_of, result.accounts),
        period=JULY,
        account_ids=dict(PersonalAccount.objects.values_list("number", "pk")),
        service_ids=dict(Service.objects.values_list("code", "pk")),
    )
    fields = (field.name for field in ChargeInput._meta.fields if field.name != "id")
    return {name: getattr(frozen, name) for name in fields}


@pytest.mark.parametrize("month", [calculated, posted])
def test_every_line_has_its_formula_and_what_went_into_it(desk, okean, month):
    month(okean.organisation)

    bill = desk.get(page_of(okean.fet), {"period": "2013-07"}).context["bill"]

    fee, water = bill.lines
    assert (fee.name, fee.sentences) == (
        "Содержание и ремонт жилого помещения",
        (
            "Начисление: площадь 70 м2 (ст. 154, 156 ЖК РФ); 70 м² × 15,90 = 1\N{NO-BREAK SPACE}113,00 руб.",
        ),
    )
    assert water.sentences == (
        (
            "Индивидуальное потребление: по прибору учёта: 107,841 (25.07.2013) − 102,341 "
            "(25.06.2013) = 5,5 (п. 42 Правил № 354, формула 1); 5,5 м³ × 13,50 = 74,25 руб."
        ),
    )
    assert [(fact.name, fact.value) for fact in water.facts] == [
        ("Тариф", "13,50 ₽"),
        ("Норматив", "5,55 на человека"),
        ("Прибор учёта", "показания 102,341 (25.06.2013), 107,841 (25.07.2013)"),
    ]
    assert bill.total == Decimal("1187.25")


def test_what_was_entered_since_changes_nothing(desk, okean):
    posted(okean.organisation)
    before = desk.get(page_of(okean.fet)).context["bill"]
    meter = okean.fet.meters.get()
    MeterReading.objects.create(
        meter=meter, read_on=dt.date(2013, 7, 30), value=300, source=ReadingSource.OPERATOR,
        entered_at=NOON,
    )  # fmt: skip

    after = desk.get(page_of(okean.fet)).context["bill"]

    assert printed(after) == printed(before)


def test_the_sum_of_the_bill_is_that_of_its_lines(desk, okean):
    calculated(okean.organisation)

    bill = desk.get(page_of(okean.lermontov)).context["bill"]

    assert bill.total == bill.charged == BILL == sum(row.line.total for row in bill.lines)


def test_other_figures_than_those_charged_are_not_explained(desk, okean):
    calculated(okean.organisation)
    frozen = refrozen(okean, document=dearer(ChargeInput.objects.get()))

    page = desk.get(page_of(okean.fet))

    with pytest.raises(NotReproduced) as refusal:
        bill_why(frozen, okean.fet.number)
    assert (page.context["bill"], page.context["refusal"]) == (None, str(refusal.value))


def test_a_month_whose_inputs_are_gone_says_so(desk, okean):
    calculated(okean.organisation)
    without_inputs(okean)

    assert desk.get(page_of(okean.fet)).context["refusal"] == (
        "Исходные данные этого месяца не сохранены: объяснить начисления нельзя."
    )


def test_an_account_of_another_house_is_not_explained_by_this_one(okean):
    calculated(okean.organisation)

    assert bill_why(ChargeInput.objects.get(), "no such") is None


def test_without_charges_there_is_nothing_to_explain(desk, okean):
    page = desk.get(page_of(okean.fet))

    assert (page.status_code, page.context["month"], page.context["bill"]) == (200, None, None)
    assert desk.get(page_of(okean.fet, "why-pdf")).status_code == 404


def test_a_mistyped_month_is_told(desk, okean):
    calculated(okean.organisation)

    page = desk.get(page_of(okean.fet), {"period": "июль"})

    assert page.context["mistake"] == "Месяца «июль» нет: показан последний."
    assert page.context["month"] == JULY


def test_the_same_on_paper(desk, okean):
    calculated(okean.organisation)

    answer = desk.get(page_of(okean.fet, "why-pdf"), {"period": "2013-07"})

    text = " ".join(
        " ".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(answer.content)).pages
    )
    assert answer["Content-Type"] == "application/pdf"
    assert "Почему столько: июль 2013" in text
    assert "5,5 м³ × 13,50 = 74,25 руб." in text
    assert "1 187,25 руб." in text


def test_a_line_of_several_sums_ends_with_their_total(desk, okean):
    CommonVolume.objects.create(
        house=okean.house,
        service=okean.cold_water,
        month=JULY.first_day,
        volume=100,
        method="house_meter",
    )
    calculated(okean.organisation)

    fee, water = desk.get(page_of(okean.fet)).context["bill"].lines

    assert fee.total_words == ""
    assert water.total_words == "Итого: 74,25 + 29,69 = 103,94 руб."
    assert ("Общедомовой объём", "100 м³, по общедомовому прибору") in [
        (fact.name, fact.value) for fact in water.facts
    ]
