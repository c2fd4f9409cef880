"""One house with its accounts as a scenario document says it."""

from decimal import Decimal

from accounts_registry.models import House
from charges.calc.writing import house_document
from charges.loading.document import Document
from charges.loading.houses import house_meter_volumes, load_houses
from charges.loading.terms import load_service_codes
from zhkh.kernel.period import Period


def load_house(house: House, *, period: Period, terms: Document) -> Document:
    """The scenario document of one house: `terms` plus the house; a fixed number of queries."""
    codes = load_service_codes(organisation_id=house.organisation_id)
    loaded = load_houses([house.pk], period=period, codes=codes)[house.pk]
    return terms | {"houses": [house_document(loaded.house)]}


def load_house_meters(house: House, *, period: Period) -> dict[tuple[str, str], Decimal]:
    """Volume of the month by each service and zone that has a house meter read in the month."""
    codes = load_service_codes(organisation_id=house.organisation_id)
    return house_meter_volumes([house.pk], period=period, codes=codes).get(house.pk, {})
