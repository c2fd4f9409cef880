"""Whether a house can be calculated as it is loaded, or has to be read as a document first."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

from charges.calc.inputs import Account, House, Meter, Service
from charges.calc.parse.context import takes_common_volume

_NONE = Decimal(0)


@dataclasses.dataclass(frozen=True, slots=True)
class Soundness:
    """
    Asks of a loaded house what the reader of documents asks and the database does not.

    A house that is not sound goes to that reader, which says what is wrong and where.
    """

    services: Mapping[str, Service]  # of the month, by code

    def holds(self, house: House) -> bool:
        whole = sum(map(_largest_area, house.accounts), _NONE)
        return (
            bool(house.code)
            and whole <= house.premises_area
            and self._volumes_hold(house)
            and _shares_hold(house)
            and all(self._account_holds(account) for account in house.accounts)
        )

    def _volumes_hold(self, house: House) -> bool:
        common = {row.service for row in house.common_volumes}
        metered = {row.service for row in house.house_meters}
        carried = {row.service for row in house.carried}
        named = {row.service for row in house.voted} | {row.service for row in house.interruptions}
        return (
            not common & metered
            and all(self._takes_common(code) for code in common | metered | carried)
            and named <= self.services.keys()
            and all(row.volume >= _NONE for row in house.house_meters)
        )

    def _takes_common(self, code: str) -> bool:
        service = self.services.get(code)
        return (
            service is not None
            and service.common_of is None
            and takes_common_volume(service.charge)
        )

    def _account_holds(self, account: Account) -> bool:
        assert account.services is not None, "loaded accounts name their services"
        return (
            account.area > _NONE
            and account.services <= self.services.keys()
            and account.meter_impossible <= self.services.keys()
            and all(self._meter_holds(meter) for meter in account.meters)
            and self.services.keys() >= _named_services(account)
        )

    def _meter_holds(self, meter: Meter) -> bool:
        if meter.service not in self.services:
            return False
        wraps_at = 10**meter.digits
        readings = meter.readings
        if not readings:
            return True
        ends_in_time = meter.removed is None or readings[-1].on <= meter.removed
        return (
            ends_in_time
            and readings[0].on >= meter.installed
            and all(reading.value < wraps_at for reading in readings)
        )


def _named_services(account: Account) -> set[str]:
    return {
        *(row.service for row in account.connections),
        *(row.service for row in account.benefits),
        *(row.service for row in account.recalculations),
    }


def _largest_area(account: Account) -> Decimal:
    return max((account.area, *(row.area for row in account.areas)))


def _shares_hold(house: House) -> bool:
    """Together not over the whole flat, even if all of them had it on one day."""
    flats: defaultdict[object, Decimal] = defaultdict(Decimal)
    for account in house.accounts:
        if account.opened and account.closed and account.opened >= account.closed:
            return False
        if account.share is not None:
            flats[account.premises, account.kind] += account.share
    return all(shares <= 1 for shares in flats.values())
