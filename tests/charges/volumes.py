"""Common volumes as a test writes and reads them."""

import datetime as dt
from decimal import Decimal

from charges.house_volumes import (
    EnteredVolume,
    save_common_volumes,
    volume_sheet,
)
from charges.models import CommonVolume, Tariff
from tests.cast import JULY
from tests.factories import (
    LONG_AGO,
    connect,
    make_service,
)

AUGUST = JULY.next()
MAY = dt.date(2013, 5, 31)
METERED = "Есть показания общедомового прибора, объём считается по ним: очистите строку."
ROWS_CHANGED = (
    "Набор услуг изменился, пока страница была открыта: проверьте строки и запишите снова."
)


def volume(service, figure="15.75", zone="", method="norm", **printed) -> EnteredVolume:
    return EnteredVolume(service, zone, Decimal(figure), method, **printed)


def save(okean, *volumes, period=JULY) -> bool:
    return save_common_volumes(house=okean.house, period=period, volumes=volumes, by=None)


def stored(period=JULY):
    rows = CommonVolume.objects.filter(month=period.first_day).order_by("id")
    return [(row.service.code, row.zone, row.volume, row.method) for row in rows]


def rows_of(okean, period=JULY):
    sheet = volume_sheet(okean.house, period=period)
    return [(row.service.code, row.zone) for row in sheet.rows]


def electricity_with_zones(okean):
    service = make_service(organisation=okean.organisation, code="electricity", position=3)
    connect(okean.fet, service)
    prices = [("", "individual"), ("night", "common"), ("day", ""), ("halfpeak", "individual")]
    for zone, use in prices:
        Tariff.objects.create(
            service=service, zone=zone, use=use, price=Decimal(3), valid=(LONG_AGO, None)
        )
    return service
