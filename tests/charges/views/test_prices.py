"""The screens of services and prices, typed into as an accountant does."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts_registry.models import ChargeKind, Payee, Service
from charges.models import PriceChange, Tariff
from tests.cast import JULY, accountant_of
from tests.factories import LONG_AGO, make_service, make_user
from tests.priced import calculated, posted, priced_tihiy_okean
from zhkh.web.roles import Role

pytestmark = pytest.mark.django_db

AUGUST = dt.date(2013, 8, 1)


@pytest.fixture
def okean():
    return priced_tihiy_okean()


@pytest.fixture
def desk(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def page_of(service, kind="tariff") -> str:
    return reverse("charges:prices", args=[service.pk, kind])


def typed(price="17,00", **fields) -> dict[str, str]:
    return {
        "since": "01.08.2013",
        "source": "Протокол № 3",
        "count": "3",
        "price-0": price,
    } | fields


def agreed(desk, address, fields):
    """Look at the effect, then write: the second answer."""
    shown = desk.post(address, fields)
    return desk.post(address, fields | {"seen": shown.context["seen"]})


def test_a_price_is_written_once_its_effect_was_looked_at(desk, okean):
    calculated(okean.organisation)
    address = page_of(okean.fee)

    shown = desk.post(address, typed())
    kept = list(Tariff.objects.filter(service=okean.fee))
    answer = desk.post(address, typed(seen=shown.context["seen"]))

    assert shown.context["effect"].services[0].difference == Decimal("308.00")
    assert [row.price for row in kept] == [Decimal("15.90")]
    assert answer.status_code == 302
    prices = Tariff.objects.filter(service=okean.fee).order_by("valid")
    assert [(row.price, row.valid.lower, row.source) for row in prices] == [
        (Decimal("15.900000"), LONG_AGO, ""),
        (Decimal("17.000000"), AUGUST, "Протокол № 3"),
    ]
    assert PriceChange.objects.filter(changed_by__username="accountant").count() == 1


def test_what_was_changed_after_the_preview_is_shown_again(desk, okean):
    shown = desk.post(page_of(okean.fee), typed())

    answer = desk.post(page_of(okean.fee), typed("18,00", seen=shown.context["seen"]))

    assert answer.status_code == 200
    assert answer.context["is_preview"]
    assert Tariff.objects.filter(service=okean.fee).count() == 1


def test_zero_and_posted_months_are_asked_about(desk, okean):
    posted(okean.organisation)
    fields = typed("0", since="10.07.2013")

    first = desk.post(page_of(okean.fee), fields)
    second = desk.post(page_of(okean.fee), fields | {"zero_confirmed": "on"})
    fields |= {"zero_confirmed": "on", "posted_confirmed": "on"}
    answer = agreed(desk, page_of(okean.fee), fields)

    assert first.context["ask_zero"] == "Цена 0: по ней начисления не будет. Это верно?"
    assert "июль 2013" in second.context["ask_posted"]
    assert (first.status_code, second.status_code, answer.status_code) == (422, 422, 302)
    assert Tariff.objects.filter(service=okean.fee, price=0).exists()
    past = "Это касается проведённых месяцев: июль 2013."
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    wizard = reverse("corrections:new-recount")
    choice = f"organisation={okean.organisation.pk}&amp;since=2013-07&amp;service={okean.fee.pk}"
    assert told == [
        "Записано с 10.07.2013.",
        f'{past} <a class="link" href="{wizard}?{choice}">Пересчитать их</a>',
    ]


def test_mistakes_are_told_and_what_was_typed_stays(desk, okean):
    answer = desk.post(page_of(okean.fee), typed("17,00", **{"up_to-0": "100", "price-1": "x"}))

    assert answer.status_code == 422
    assert answer.context["form"]["price-0"].value() == "17,00"
    assert answer.context["form"].errors == {"price-1": ["Нужно число, например 12,5."]}
    answer = desk.post(page_of(okean.fee), typed("17,00", **{"up_to-0": "100"}))
    assert answer.context["form"].non_field_errors() == [
        "Цена: нет цены сверх 100. Добавьте строку без верхней границы."
    ]


def test_more_rows_keep_what_is_typed(desk, okean):
    answer = desk.post(page_of(okean.fee), typed("19", more="1"))

    form = answer.context["form"]
    assert (form.count, form["price-0"].value()) == (6, "19")


def test_a_coming_price_is_corrected_and_removed(desk, okean):
    agreed(desk, page_of(okean.fee), typed())
    address = f"{page_of(okean.fee)}?from=2013-08-01"

    shown = desk.get(address)
    agreed(desk, address, typed("18"))
    corrected = Tariff.objects.get(service=okean.fee, valid__startswith=AUGUST).price
    desk.post(
        reverse("charges:prices-remove", args=[okean.fee.pk, "tariff"]), {"since": "2013-08-01"}
    )

    assert shown.context["form"]["price-0"].value() == "17"
    assert corrected == 18
    assert [row.price for row in Tariff.objects.filter(service=okean.fee)] == [Decimal("15.90")]


def test_norms_and_coefficients_have_their_forms(desk, okean):
    Service.objects.filter(pk=okean.cold_water.pk).update(has_uplift=True)

    fields = {"since": "01.08.2013", "per_person": "6,1", "per_m2": "2,4", "per_m2_year": "on"}
    agreed(desk, page_of(okean.cold_water, "norm"), fields)
    agreed(
        desk,
        page_of(okean.cold_water, "uplift"),
        {"since": "01.08.2013", "coefficient": "3"},
    )

    card = desk.get(reverse("charges:service", args=[okean.cold_water.pk]))
    assert [
        [row.version.words for row in panel.rows if row.version.since == AUGUST]
        for panel in card.context["panels"]
    ] == [[], ["на м² помещения 2,4 в год; на человека 6,1"], ["× 3"]]


def test_a_table_the_service_does_not_have_is_absent(desk, okean):
    assert desk.get(page_of(okean.fee, "uplift")).status_code == 404
    assert desk.get(page_of(okean.fee, "area")).status_code == 404
    assert desk.get(f"{page_of(okean.fee)}?from=2013-08-01").status_code == 404


def test_the_list_tells_what_has_no_price(desk, okean):
    make_service(organisation=okean.organisation, code="gas", name="Газ")

    rows = desk.get(reverse("charges:service-list"), {"show": "problems"}).context["rows"]

    assert [(row.service.name, row.problem) for row in rows] == [("Газ", "тарифа нет")]


def test_the_list_asks_the_same_number_of_questions(
    desk, okean, django_assert_num_queries, django_assert_max_num_queries
):
    address = reverse("charges:service-list")
    with django_assert_max_num_queries(30) as few:
        desk.get(address)
    for code in ("gas", "tv", "lift"):
        make_service(organisation=okean.organisation, code=code)

    with django_assert_num_queries(len(few)):
        desk.get(address)


def test_the_export_has_every_version(desk, okean):
    answer = desk.get(reverse("charges:service-export"))

    assert answer["Content-Disposition"] == 'attachment; filename="tariffs.xlsx"'


def test_who_may_only_look_has_no_buttons(client, okean):
    user = make_user(username="o", role=Role.OPERATOR, organisation=okean.organisation)
    client.force_login(user)

    card = client.get(reverse("charges:service", args=[okean.fee.pk]))

    assert card.context["may_change"] is False
    assert client.get(page_of(okean.fee)).status_code == 403


# --- the service itself


def service_fields(**fields) -> dict[str, str]:
    return {
        "code": "gas", "name": "Газоснабжение", "unit": "м³", "group": "communal",
        "charge": "metered", "position": "7", "vat_percent": "20",
    } | fields  # fmt: skip


def test_a_service_is_added(desk, okean):
    payee = Payee.objects.create(organisation=okean.organisation, name="Горгаз")

    answer = desk.post(reverse("charges:service-new"), service_fields(payee=str(payee.pk)))

    gas = Service.objects.get(code="gas")
    assert answer["Location"] == reverse("charges:service", args=[gas.pk])
    assert (gas.name, gas.vat_rate, gas.payee, gas.position) == (
        "Газоснабжение", Decimal("0.2"), payee, 7,
    )  # fmt: skip


def test_drainage_names_what_it_adds_up(desk, okean):
    without = desk.post(reverse("charges:service-new"), service_fields(charge="drainage"))
    desk.post(
        reverse("charges:service-new"),
        service_fields(charge="drainage", sources=[str(okean.cold_water.pk)]),
    )
    wrong = desk.post(
        reverse("charges:service-new"),
        service_fields(code="x", sources=[str(okean.cold_water.pk)]),
    )

    assert without.context["form"].errors == {
        "sources": ["Выберите услуги, объёмы которых складываются в водоотведение."]
    }
    drainage = Service.objects.get(code="gas")
    assert [row.source for row in drainage.sources.all()] == [okean.cold_water]
    assert wrong.context["form"].errors == {
        "sources": ["Чужие объёмы складывает только водоотведение: снимите выбор."]
    }


def test_codes_are_not_shared_and_charged_services_keep_theirs(desk, okean):
    posted(okean.organisation, JULY)
    edit = reverse("charges:service-edit", args=[okean.fee.pk])
    kept = {"code": "maintenance", "charge": ChargeKind.PER_AREA, "name": "Содержание"}
    kept["vat_percent"] = ""

    taken = desk.post(reverse("charges:service-new"), service_fields(code="maintenance"))
    moved = desk.post(edit, service_fields(**kept | {"charge": "per_account"}))
    saved = desk.post(edit, service_fields(**kept))

    assert list(taken.context["form"].errors) == ["code"]
    assert list(moved.context["form"].errors) == ["charge"]
    assert saved.status_code == 302
    okean.fee.refresh_from_db()
    assert okean.fee.name == "Содержание"
