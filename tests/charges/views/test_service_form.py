"""The form of a service: marks, sources, what the books propose, «что изменится»."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts_registry.models import (
    ChargeKind,
    ReferenceRate,
    Service,
    ServiceSource,
    UpliftCoefficient,
)
from charges.models import Absence, CommonVolume, Uplift
from tests.cast import JULY, accountant_of
from tests.factories import connect, make_service
from tests.priced import calculated, priced_tihiy_okean, set_price

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    return priced_tihiy_okean()


@pytest.fixture
def desk(client, okean):
    client.force_login(accountant_of(okean.organisation))
    return client


def edit(service: Service) -> str:
    return reverse("charges:service-edit", args=[service.pk])


def typed(service: Service, **changes) -> dict[str, object]:
    """The form as it stands for the service, with changes."""
    fields = {
        "code": service.code, "name": service.name, "unit": service.unit, "group": service.group,
        "charge": service.charge, "position": str(service.position),
    }  # fmt: skip
    return {key: value for key, value in (fields | changes).items() if value}


def errors(answer):
    return answer.context["form"].errors


def test_the_books_propose_what_holds_today(desk, okean):
    ReferenceRate.objects.create(kind="vat", percent=23, source="закон", since=dt.date(2026, 1, 2))
    UpliftCoefficient.objects.filter(kind="cold_water").update(coefficient=4)

    form = desk.get(edit(okean.cold_water)).context["form"]

    assert form.fields["vat_by_book"].help_text == ("сейчас 23 %, с 02.01.2026: закон")
    assert dict(form.fields["uplift_kind"].choices)["cold_water"] == (
        "по справочнику: холодная вода, сейчас × 4"
    )


def test_marks_are_written_and_shown_again(desk, okean):
    waste = make_service(
        organisation=okean.organisation, code="waste", charge=ChargeKind.PER_PERSON
    )

    desk.post(edit(waste), typed(waste, has_absence="on", is_capital_repair="on", vat_by_book="on"))

    waste.refresh_from_db()
    assert (waste.has_absence, waste.is_capital_repair, waste.vat_by_book) == (True, True, True)
    form = desk.get(edit(waste)).context["form"]
    assert [form[name].value() for name in ("has_absence", "is_capital_repair")] == [True, True]
    card = desk.get(reverse("charges:service", args=[waste.pk])).content.decode()
    assert "плата возвращается (п. 148(44) Правил № 354)" in card


def test_sources_are_written_each_in_its_role(desk, okean):
    hot = make_service(organisation=okean.organisation, code="hot", name="Горячая вода")
    repair = make_service(organisation=okean.organisation, code="common", name="Вода на общее")

    desk.post(edit(okean.cold_water), typed(okean.cold_water, minus=[str(hot.pk)]))
    desk.post(edit(repair), typed(repair, common_of=str(okean.cold_water.pk)))

    assert list(ServiceSource.objects.order_by("pk").values_list("service", "source", "role")) == [
        (okean.cold_water.pk, hot.pk, "minus"),
        (repair.pk, okean.cold_water.pk, "common"),
    ]
    shown = desk.get(reverse("charges:service", args=[okean.cold_water.pk])).context["sources"]
    assert shown == [
        ("Вычитаются объёмы", ["Горячая вода"]),
        ("Общедомовой объём начисляет", ["Вода на общее"]),
    ]
    desk.post(edit(repair), typed(repair))
    assert list(ServiceSource.objects.values_list("role", flat=True)) == ["minus"]


def test_what_does_not_fit_is_told_at_its_field(desk, okean):
    water, fee = okean.cold_water, okean.fee
    hot = make_service(organisation=okean.organisation, code="hot", name="Горячая вода")
    common = make_service(organisation=okean.organisation, code="common", name="Вода на общее")
    ServiceSource.objects.create(service=common, source=water, role="common")

    told = [
        errors(desk.post(edit(service), typed(service, **changes)))
        for service, changes in (
            (fee, {"has_absence": "on"}),
            (fee, {"minus": [str(water.pk)]}),
            (fee, {"common_of": str(hot.pk)}),
            (fee, {"vat_by_book": "on", "vat_percent": "20"}),
            (fee, {"uplift_kind": "cold_water"}),
            (hot, {"common_of": str(water.pk)}),
            (hot, {"common_of": str(common.pk)}),
            (water, {"common_of": str(hot.pk)}),
            (water, {"charge": "per_area"}),
        )
    ]

    assert told == [
        {"has_absence": [
            ("Так возвращается только начисление «на человека»: снимите отметку. Услугам по "
            "нормативу отсутствие возвращается по акту о приборе.")]},
        {"minus": [
            "Объёмы вычитаются только у услуги «по счётчику или нормативу»: снимите выбор."]},
        {"common_of": [
            ("Ресурс на общее имущество начисляет услуга «по счётчику или нормативу» или "
            "«горячая вода из двух компонентов»: измените способ или уберите выбор.")]},
        {"vat_percent": [
            ("НДС берётся по справочнику: уберите свою ставку или снимите отметку "
            "«по справочнику».")]},
        {"uplift_kind": [
            ("Отметьте «Повышающий коэффициент» или выберите «только свои значения»: "
            "без отметки коэффициент не применяется.")]},
        {"common_of": [
            ("Общедомовой объём услуги «Холодное водоснабжение» уже начисляет «Вода на общее»: "
            "строка у него одна.")]},
        {"common_of": [
            "«Вода на общее» сама начисляет чужой общедомовой объём: выберите услугу со своим."]},
        {"common_of": [
            ("Общедомовой объём этой услуги начисляет «Вода на общее»: своего у неё больше нет. "
            "Уберите выбор там или здесь.")]},
        {"charge": [
            ("Объём этой услуги берёт «Вода на общее»: с таким способом начисления его не будет. "
            "Сначала уберите её из той услуги.")]},
    ]  # fmt: skip


def test_what_changes_is_looked_at_and_then_written(desk, okean):
    """Norm × 2 for water: 5,55 × 13,50 = 74,93 before, 149,85 after, of four accounts."""
    Uplift.objects.create(service=okean.cold_water, coefficient=2, valid=(JULY.first_day, None))
    calculated(okean.organisation)
    fields = typed(okean.cold_water, has_uplift="on")

    first = desk.post(edit(okean.cold_water), fields)
    untouched = Service.objects.get(pk=okean.cold_water.pk).has_uplift
    second = desk.post(edit(okean.cold_water), fields | {"seen": first.context["seen"]})

    (water,) = first.context["change"].effect.services
    assert (water.name, water.before, water.after, water.changed) == (
        "Холодное водоснабжение", Decimal("299.72"), Decimal("599.40"), 4,
    )  # fmt: skip
    assert untouched is False
    assert second.status_code == 302
    assert Service.objects.get(pk=okean.cold_water.pk).has_uplift is True


def test_the_common_volume_moves_to_the_service_that_charges_it(desk, okean):
    common = make_service(organisation=okean.organisation, code="common", name="Вода на общее")
    set_price(common, "13.50")
    CommonVolume.objects.create(
        house=okean.house, month=JULY.first_day, service=okean.cold_water, volume=100,
        method="house_meter",
    )  # fmt: skip
    connect(okean.fet, common)
    calculated(okean.organisation)

    answer = desk.post(edit(common), typed(common, common_of=str(okean.cold_water.pk)))

    sums = [(one.name, one.before, one.after) for one in answer.context["change"].effect.services]
    assert sums == [
        ("Вода на общее", Decimal(0), Decimal("29.69")),
        ("Холодное водоснабжение", Decimal("418.48"), Decimal("299.72")),
    ]


def test_a_new_name_is_written_at_once(desk, okean):
    calculated(okean.organisation)

    answer = desk.post(edit(okean.fee), typed(okean.fee, name="Содержание"))

    assert answer.status_code == 302


def test_what_sums_do_not_show_is_told_in_words(desk, okean):
    waste = make_service(
        organisation=okean.organisation, code="waste", charge=ChargeKind.PER_PERSON
    )
    set_price(waste, "100")
    Absence.objects.create(
        account=okean.fet, persons=1, left_on=dt.date(2013, 7, 2),
        returned_on=dt.date(2013, 7, 20), applied_on=dt.date(2013, 7, 1),
    )  # fmt: skip
    calculated(okean.organisation)

    answer = desk.post(edit(waste), typed(waste, has_absence="on", is_capital_repair="on"))

    assert answer.context["change"].words == (
        (
            "Пени за долг по этой услуге посчитаются заново по ч. 14.1 ст. 155 ЖК РФ, отдельно от "
            "других услуг: разница проводится при подтверждении ближайшего месяца."
        ),
        (
            "Плата за дни отсутствия вернётся; заявлений на июль 2013: 1. "
            "В суммах ниже отсутствие не учтено."
        ),
    )
