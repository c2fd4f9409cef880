"""A draft is cleared at once, and nobody else's."""

import dataclasses
import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction

from accounts_registry.models import ChargeKind, Organisation
from charges.models import ChargeInput, ChargeLine
from charges.services import request_calculation
from tests.cast import JULY, NOON, TihiyOkean
from tests.factories import make_organisation, make_service
from tests.priced import add_house, calculated, posted, priced_tihiy_okean, set_price


def clear(organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT charges_clear_month(%s, %s)", [organisation.pk, JULY.first_day])


def of(organisation) -> tuple[int, int]:
    """Lines and frozen houses of the month."""
    return (
        ChargeLine.objects.filter(account__organisation=organisation).count(),
        ChargeInput.objects.filter(house__organisation=organisation).count(),
    )


@pytest.mark.parametrize("month", [calculated, posted])
def test_only_a_month_being_calculated_is_cleared(db, month):
    okean = priced_tihiy_okean()
    month(okean.organisation)

    with pytest.raises(IntegrityError, match="is not being calculated"), transaction.atomic():
        clear(okean.organisation)

    assert of(okean.organisation) == (8, 1)


def test_another_organisation_keeps_its_lines(db):
    okean, other = priced_tihiy_okean(), make_organisation(name="Другая")
    add_house(_as_of(other, okean), code="other")
    calculated(okean.organisation)
    calculated(other)

    request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

    assert (of(okean.organisation), of(other)) == ((0, 0), (2, 1))


def test_who_reads_the_month_keeps_nobody_waiting(committed_db):
    okean = priced_tihiy_okean()
    calculated(okean.organisation)
    reading, done = threading.Event(), threading.Event()

    def reader():
        with transaction.atomic():
            list(ChargeLine.objects.all())
            reading.set()
            assert done.wait(120)
        connections.close_all()

    thread = threading.Thread(target=reader)
    thread.start()
    try:
        assert reading.wait(120)
        request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)
        left = of(okean.organisation)
    finally:
        done.set()
        thread.join()

    assert left == (0, 0)


def _as_of(other: Organisation, okean: TihiyOkean) -> TihiyOkean:
    """The sample's places with two services of another organisation."""
    fee, lift = (
        make_service(organisation=other, code=code, charge=ChargeKind.PER_AREA, unit="м²")
        for code in ("fee", "lift")
    )
    set_price(fee, "1")
    set_price(lift, "1")
    return dataclasses.replace(okean, organisation=other, fee=fee, cold_water=lift)
