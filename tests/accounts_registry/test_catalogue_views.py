"""«Справочники»: rows with their source, written and corrected by people, nothing forgotten."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts_registry.models import (
    CalendarDay,
    CatalogueChange,
    DueDay,
    OrganisationSetting,
    PenaltySuspension,
    ReferenceRate,
)
from tests.cast import JULY, accountant_of, tihiy_okean
from tests.factories import make_organisation, make_user
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    return tihiy_okean()


@pytest.fixture
def office(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def book(key):
    return reverse("accounts_registry:catalogue", args=[key])


def words(answer):
    return " ".join(answer.content.decode().replace("\xa0", " ").split())


def write(client, key, **fields):
    return client.post(book(key), {"country": "ru", "source": "приказ № 1", "whose": "", **fields})


def history():
    return list(CatalogueChange.objects.order_by("pk").values_list("before", "after"))


def test_the_index_names_every_book(office):
    text = words(office.get(reverse("accounts_registry:catalogue-list")))

    for title in (
        "Услуги, тарифы и нормативы",
        "Ставки",
        "Приостановка пеней",
        "Сроки оплаты",
        "Повышающие коэффициенты",
        "Производственный календарь",
        "Настройки организации",
    ):
        assert title in text


def test_a_rate_is_added_then_corrected_and_both_are_remembered(office):
    assert write(office, "rates", kind="key", since="01.12.2026", percent="14").status_code == 302
    assert write(office, "rates", kind="key", since="01.12.2026", percent="14,5").status_code == 302

    rate = ReferenceRate.objects.get(since=dt.date(2026, 12, 1))
    assert (str(rate.percent), rate.is_shipped, rate.source) == ("14.500000", False, "приказ № 1")
    added = "ключевая ставка, % годовых с 01.12.2026: 14 (приказ № 1)"
    assert history() == [("", added), (added, added.replace(": 14", ": 14,5"))]


def test_a_shipped_row_that_is_corrected_is_the_operators(office):
    write(office, "rates", kind="key", since="16.02.2026", percent="15")

    assert not ReferenceRate.objects.get(kind="key", since=dt.date(2026, 2, 16)).is_shipped


def test_the_same_row_again_is_told(office):
    fields = {"kind": "key", "since": "01.12.2026", "percent": "14"}
    write(office, "rates", **fields)

    answer = write(office, "rates", **fields)

    assert answer.status_code == 422
    assert "Такая строка уже записана: измените значение или дату." in words(answer)


@pytest.mark.parametrize(
    ("key", "fields", "told"),
    [
        ("rates", {"kind": "key", "since": "01.12.2026", "percent": ""}, "Укажите процент."),
        ("rates", {"kind": "key", "since": "вчера", "percent": "1"}, "Дата пишется так"),
        (
            "suspensions",
            {"since": "02.01.2027", "until": "01.01.2027"},
            "Последний день раньше первого.",
        ),
        ("suspensions", {"since": "01.01.2027", "number": "777"}, "Такого счёта нет"),
        ("due-days", {"since_month": "13.2026", "day": "5"}, "Месяц пишется так: 07.2013."),
        ("due-days", {"since_month": "01.2020", "day": "5"}, "Уже записано изменение с 01.03.2026"),
    ],
)
def test_what_was_typed_wrong_is_told_and_nothing_is_written(office, key, fields, told):
    answer = write(office, key, **fields)

    assert (answer.status_code, told in words(answer)) == (422, True)
    assert history() == []


def test_a_due_day_of_the_organisation_stands_beside_the_countrys(office, okean):
    write(office, "due-days", whose=str(okean.organisation.pk), since_month="02.2026", day="15")

    row = DueDay.objects.get(organisation=okean.organisation)
    assert (row.day, row.valid.lower, row.valid.upper) == (15, dt.date(2026, 2, 1), None)
    assert not DueDay.objects.filter(
        organisation=None, day=15, valid__startswith=dt.date(2026, 2, 1)
    )


def test_a_due_day_ends_the_one_before_and_gives_the_days_back(office):
    write(office, "due-days", since_month="01.2027", day="20")
    row = DueDay.objects.get(day=20, country="ru")
    before = DueDay.objects.get(day=15).valid.upper

    office.post(reverse("accounts_registry:catalogue-remove", args=["due-days", row.pk]))

    assert (before, DueDay.objects.get(day=15).valid.upper) == (dt.date(2027, 1, 1), None)
    assert not DueDay.objects.filter(day=20, country="ru").exists()


def test_one_account_is_spared(office, okean):
    write(office, "suspensions", since="01.07.2013", until="31.07.2013", number=okean.fet.number)

    row = PenaltySuspension.objects.get(account=okean.fet)
    assert (row.valid.upper, row.organisation) == (dt.date(2013, 8, 1), None)


def test_a_holiday_may_be_worked(office):
    write(office, "calendar", day="04.11.2026", is_working="on")

    assert CalendarDay.objects.get(day=dt.date(2026, 11, 4)).is_working


def test_the_country_is_for_who_keeps_every_organisation(office, okean):
    make_organisation(name="ТСЖ «Соседи»")

    refused = write(office, "rates", kind="key", since="01.12.2026", percent="14")
    own = write(
        office,
        "due-days",
        whose=str(okean.organisation.pk),
        since_month="02.2026",
        day="15",
    )

    assert (refused.status_code, own.status_code) == (422, 302)


def test_others_see_neither_rows_nor_changes_of_an_organisation(client, office, okean):
    write(office, "suspensions", since="01.07.2013", number=okean.fet.number)
    elsewhere = make_organisation(name="ТСЖ «Соседи»")
    client.force_login(
        make_user(username="stranger", role=Role.ADMINISTRATOR, organisation=elsewhere)
    )

    text = words(client.get(book("suspensions")))

    assert okean.fet.number not in text
    assert "Изменений не было" in text


def test_an_operator_reads_and_writes_nothing(client, okean):
    client.force_login(
        make_user(username="op", role=Role.OPERATOR, organisation=okean.organisation)
    )

    assert client.get(book("rates")).context["form"] is None
    assert write(client, "rates", kind="key", since="01.12.2026", percent="1").status_code == 403


# --- settings


def settings_page():
    return reverse("accounts_registry:settings")


def test_settings_show_what_holds_and_take_a_change_from_a_month(office, okean):
    answer = office.post(
        settings_page(), {"choice": "common_volume_rounding=per_m2:5", "since": "07.2013"}
    )

    assert answer.status_code == 302
    row = OrganisationSetting.objects.get()
    assert (row.value, row.valid.lower) == ("per_m2:5", JULY.first_day)
    page = office.get(settings_page())
    assert dict(page.context["in_force"])["Округление общедомового объёма"] == (
        "объём на 1 м² до 5 зн."
    )
    assert "Округление общедомового объёма с 2013-07: доля счёта до 6 зн." in words(page)


@pytest.mark.parametrize(
    ("choice", "since", "told"),
    [
        ("negative_common=carry", "2013", "Месяц пишется так: 07.2013."),
        ("mood=good", "07.2013", "Выберите"),
        ("negative_common=report", "07.2013", "и так действует с этим значением"),
    ],
)
def test_a_wrong_setting_is_told(office, choice, since, told):
    answer = office.post(settings_page(), {"choice": choice, "since": since})

    assert (answer.status_code, told in words(answer)) == (422, True)
    assert not OrganisationSetting.objects.exists()
