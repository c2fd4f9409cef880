"""Common volumes of a posted month are corrected for its recount; a sum without a line is told."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts_registry.ledger.posting import AdjustmentKind, AdjustmentToPost, post_adjustments
from charges.corrections.services.recounting import house_month
from charges.models import ChargeLine, CommonVolume
from charges.services import calculate_month
from tests.cast import JULY, NOON, accountant_of
from tests.factories import make_service
from tests.priced import at_noon, posted, priced_tihiy_okean

pytestmark = pytest.mark.django_db


@pytest.fixture
def okean():
    made = priced_tihiy_okean()
    CommonVolume.objects.create(
        house=made.house, month=JULY.first_day, service=made.cold_water, volume=100,
        method="house_meter",
    )  # fmt: skip
    return made


@pytest.fixture
def desk(client, okean):
    posted(okean.organisation)
    client.force_login(accountant_of(okean.organisation))
    return client


def page(okean) -> str:
    return reverse("charges:house-volumes", args=[okean.house.pk]) + f"?period={JULY}"


def typed(okean, volume: str) -> dict[str, str]:
    key = okean.cold_water.pk
    return {"period": str(JULY), f"{key}-volume": volume, f"{key}-method": "house_meter"}


def stored() -> list[Decimal]:
    return list(CommonVolume.objects.values_list("volume", flat=True))


def test_a_posted_month_offers_to_correct_its_volumes(desk, okean):
    shown = desk.get(page(okean))
    form = desk.get(page(okean) + "&correct=1")

    assert (shown.context["corrects"], form.context["corrects"]) == (False, True)
    assert "Исправить для пересчёта" in shown.content.decode()
    assert 'name="for_recount"' in form.content.decode()


def test_they_are_written_only_for_a_recount(desk, okean):
    refused = desk.post(page(okean), typed(okean, "50"))
    before = stored()
    done = desk.post(page(okean), typed(okean, "50") | {"for_recount": "1"})

    assert (refused.status_code, before) == (422, [Decimal(100)])
    assert (done.status_code, stored()) == (302, [Decimal(50)])
    told = [str(message) for message in get_messages(done.wsgi_request)]
    assert told[0].startswith("Это касается проведённых месяцев: июль 2013. <a ")
    assert reverse("corrections:new-recount") in told[0]


def test_charges_stay_and_the_recount_takes_the_new_volume(desk, okean):
    before = list(ChargeLine.objects.order_by("pk").values_list("total", flat=True))

    desk.post(page(okean), typed(okean, "50") | {"for_recount": "1"})

    assert list(ChargeLine.objects.order_by("pk").values_list("total", flat=True)) == before
    month = house_month(okean.house, period=JULY)
    (common,) = month.calculate().houses[0].common
    assert common.volume == Decimal(50)


def test_a_recalculation_without_a_line_says_what_to_do(okean):
    gas = make_service(organisation=okean.organisation, code="gas", name="Газ")
    adjustment = AdjustmentToPost(
        okean.fet.pk, gas.pk, AdjustmentKind.RECALCULATION, Decimal("-10.00"), JULY
    )
    post_adjustments(
        organisation_id=okean.organisation.pk, on=JULY.first_day, adjustments=[adjustment],
        by=None, at=NOON,
    )  # fmt: skip

    run = calculate_month(organisation=okean.organisation, period=JULY, by=None, clock=at_noon)

    assert [item.message for item in run.items.all()] == [
        (
            "Лицевой счёт 000000001002, кв. 2, перерасчёты, услуга «Газ»: у счёта нет строки "
            "услуги «Газ»: в этом месяце она не начислена. Подключите её к счёту на этот месяц "
            "или внесите перерасчёт по другой услуге."
        )
    ]
