"""Readings on the screen: the question, the answer, the refusal; meters of all flats by month."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts_registry.ledger.periods import open_month
from accounts_registry.models import Meter
from tests.cast import JULY, TihiyOkean, accountant_of, tihiy_okean
from tests.factories import make_meter, make_organisation, make_user
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db

JUNE_25 = dt.date(2013, 6, 25)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def okean() -> TihiyOkean:
    return tihiy_okean()


@pytest.fixture
def office(client, okean):
    """A client signed in as the accountant of the cast's organisation."""
    client.force_login(accountant_of(okean.organisation))
    return client


@pytest.fixture
def meter(okean) -> Meter:
    return make_meter(
        at=okean.fet,
        service=okean.cold_water,
        readings=[(dt.date(2012, 10, 1), "99900"), (JUNE_25, "99990")],
    )


def enter(client, meter: Meter, value: str, *, answers: str = "", **options):
    prefix = f"meter-{meter.pk}"
    sent = {
        f"{prefix}-read_on": "25.07.2013",
        f"{prefix}-value": value,
        f"{prefix}-answers": answers,
    }
    page = reverse("accounts_registry:enter-reading", args=[meter.pk])
    return client.post(page, sent | options.pop("extra", {}), **options)


def meters_of(meter: Meter) -> str:
    assert meter.account_id is not None
    return reverse("accounts_registry:account-meters", args=[meter.account_id])


def last_value(meter: Meter) -> Decimal:
    return meter.readings.latest("read_on").value


def test_reading_with_a_comma_is_kept_and_the_page_comes_back(office, meter):
    answer = enter(office, meter, "99 995,5")

    assert answer["Location"] == meters_of(meter)
    assert last_value(meter) == Decimal("99995.5")


def test_htmx_gets_the_meter_with_its_new_reading(office, meter):
    answer = enter(office, meter, "99995", headers=HTMX)

    panel = answer.context["panel"]
    assert answer.status_code == 200
    assert (panel.last.value, panel.rows[0].consumed) == (Decimal(99995), Decimal(5))
    assert panel.form.initial["read_on"] == dt.date(2013, 7, 25)


def test_lower_reading_asks_and_yes_keeps_it_as_a_roll_over(office, meter):
    asked = enter(office, meter, "4", headers=HTMX)
    question = asked.context["panel"].question

    enter(office, meter, "4", answers=question.answers, headers=HTMX)

    assert asked.status_code == 422
    assert (question.text, question.yes) == (
        (
            "Показание 4 меньше предыдущего 99\N{NO-BREAK SPACE}990 (25.06.2013): "
            "счётчик перешёл через ноль или это ошибка?"
        ),
        "Переход через ноль",
    )
    reading = meter.readings.latest("read_on")
    assert (reading.value, reading.rolled_over) == (Decimal(4), True)


def test_answer_given_is_kept_while_the_next_question_is_asked(office, meter):
    first = enter(office, meter, "900", headers=HTMX).context["panel"].question
    second = enter(office, meter, "900", answers=first.answers, headers=HTMX)
    question = second.context["panel"].question

    enter(office, meter, "900", answers=question.answers, headers=HTMX)

    assert question.yes == "Показание верно"
    assert last_value(meter) == Decimal(900)


def test_without_scripts_the_whole_page_asks(office, meter):
    page = enter(office, meter, "4")

    assert page.status_code == 422
    assert [panel.question is None for panel in page.context["panels"]] == [False]
    assert last_value(meter) == Decimal(99990)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "Обязательное поле."),
        ("много", "Нужно число, например 12,5."),
        ("-1", "Число не может быть отрицательным."),
        ("1000000", "У счётчика 5 знаков до запятой, в показании больше: проверьте цифры."),
        ("1,12345678", "После запятой — не больше знаков, чем 7."),
        ("NaN", "Нужно число, например 12,5."),
    ],
)
def test_impossible_value_is_refused_in_words(office, meter, value, sentence):
    page = enter(office, meter, value)

    assert page.status_code == 422
    assert page.context["panels"][0].form.errors["value"] == [sentence]


def test_row_of_the_list_comes_back_as_a_row(office, meter):
    answer = enter(office, meter, "99995", headers=HTMX, extra={"row": "1"})

    assert answer.content.decode().lstrip().startswith(f'<tr id="meter-{meter.pk}">')


def test_reading_needs_the_right_to_enter_it(client, okean, meter):
    client.force_login(
        make_user(username="mail", role=Role.MAILING_OPERATOR, organisation=okean.organisation)
    )

    assert enter(client, meter, "99995").status_code == 403


def test_foreign_meter_is_absent(client, meter):
    client.force_login(accountant_of(make_organisation(name="Чужая")))

    assert enter(client, meter, "99995").status_code == 404


def test_meter_is_installed_from_the_page(office, okean):
    sent = {
        "service": okean.cold_water.pk,
        "serial": "55-1",
        "digits": "5",
        "installed_on": "01.07.2013",
        "initial_value": "12,345",
    }

    office.post(reverse("accounts_registry:install-meter", args=[okean.fet.pk]), sent)

    meter = okean.fet.meters.get()
    assert (meter.serial, last_value(meter)) == ("55-1", Decimal("12.345"))


def test_refused_installation_is_explained(office, okean):
    sent = {
        "service": okean.cold_water.pk,
        "digits": "3",
        "installed_on": "01.07.2013",
        "initial_value": "1000",
    }

    page = office.post(reverse("accounts_registry:install-meter", args=[okean.fet.pk]), sent)

    assert page.status_code == 422
    assert page.context["install_form"].non_field_errors() == [
        "У счётчика 3 знаков до запятой, в показании больше: проверьте цифры."
    ]


def take_off(client, meter: Meter, **typed: str) -> list[str]:
    sent = {f"off-{meter.pk}-{name}": value for name, value in typed.items()}
    answer = client.post(reverse("accounts_registry:remove-meter", args=[meter.pk]), sent)
    assert answer["Location"] == meters_of(meter)
    return [str(message) for message in answer.wsgi_request._messages]


def test_meter_is_taken_off_with_its_last_reading(office, meter):
    assert take_off(office, meter, read_on="25.07.2013", value="99995") == ["Счётчик снят."]

    meter.refresh_from_db()
    assert (meter.removed_on, last_value(meter)) == (dt.date(2013, 7, 25), Decimal(99995))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            {"read_on": "", "value": "1"},
            "Счётчик не снят: укажите дату и последнее показание.",
        ),
        (
            {"read_on": "01.10.2012", "value": "1"},
            "Счётчик установлен 01.10.2012: снять его можно не раньше следующего дня.",
        ),
    ],
)
def test_refused_removal_is_explained(office, meter, typed, sentence):
    assert take_off(office, meter, **typed) == [sentence]

    meter.refresh_from_db()
    assert meter.removed_on is None


def listed(client, **query: str) -> list[int]:
    page = client.get("/meters/", {"month": "2013-07"} | query)
    return [panel.meter.pk for panel in page.context["panels"]]


def test_list_shows_meters_without_a_reading_of_the_month(office, okean, meter):
    read = make_meter(
        at=okean.tyutchev,
        service=okean.cold_water,
        readings=[(dt.date(2013, 7, 1), "1"), (dt.date(2013, 7, 31), "2")],
    )

    assert listed(office) == [meter.pk]
    assert listed(office, show="all") == [meter.pk, read.pk]


def test_list_leaves_out_meters_of_other_times_and_of_houses(office, okean):
    make_meter(at=okean.fet, service=okean.cold_water, installed_on=dt.date(2013, 8, 1))
    make_meter(at=okean.fet, service=okean.cold_water, removed_on=dt.date(2013, 6, 30))
    make_meter(at=okean.house, service=okean.cold_water)

    assert listed(office, show="all") == []


def test_list_of_a_foreign_organisation_is_empty(client, meter):
    client.force_login(accountant_of(make_organisation(name="Чужая")))

    assert listed(client, show="all") == []


def test_month_that_is_no_month_falls_back_to_the_one_people_work_with(office, okean):
    open_month(organisation_id=okean.organisation.pk, period=JULY)

    page = office.get("/meters/", {"month": "июль"})

    assert page.context["period"] == JULY


def test_list_asks_the_database_as_often_for_one_row_as_for_three(
    office, okean, meter, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as asked:
        office.get("/meters/", {"month": "2013-07"})
    for account in (okean.tyutchev, okean.nekrasov):
        make_meter(at=account, service=okean.cold_water, readings=[(JUNE_25, "1")])

    with django_assert_num_queries(len(asked)):
        office.get("/meters/", {"month": "2013-07"})
