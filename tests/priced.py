"""The sample organisation with prices: what a month needs to be calculated, confirmed and issued."""

import datetime as dt
from decimal import Decimal

from accounts_registry.models import House, Organisation
from charges.models import Norm, Tariff
from charges.services import calculate_month, confirm_month
from payment_docs.services import issue_documents
from tests.cast import JULY, NOON, TihiyOkean, tihiy_okean
from tests.factories import LONG_AGO, connect, give_facts, make_account, make_house, make_premises
from zhkh.kernel.period import Period

FEE = Decimal("1113.00")  # 70 m² × 15,90
WATER = Decimal("74.93")  # 5,55 m³ × 13,50 = 74,925
BILL = FEE + WATER


def at_noon() -> dt.datetime:
    return NOON


def priced_tihiy_okean() -> TihiyOkean:
    """Four accounts, each billed `BILL` a month: the fee by area and cold water by norm."""
    okean = tihiy_okean()
    set_price(okean.fee, "15.90")
    set_price(okean.cold_water, "13.50")
    Norm.objects.create(
        service=okean.cold_water, per_person=Decimal("5.55"), valid=(LONG_AGO, None)
    )
    return okean


def set_price(service, price: str, since: dt.date = LONG_AGO) -> Tariff:
    return Tariff.objects.create(service=service, price=Decimal(price), valid=(since, None))


def add_house(okean: TihiyOkean, *, code: str, street: str = "Лесная", accounts: int = 1) -> House:
    """One more house of the organisation; its accounts are numbered <code>-1, <code>-2 …"""
    house = make_house(organisation=okean.organisation, code=code, street=street, number=code)
    for flat in range(1, accounts + 1):
        account = make_account(
            premises=make_premises(house=house, number=str(flat)),
            number=f"{code}-{flat}",
            payer="Гончаров Иван Александрович",
        )
        give_facts(account, area_m2="70.00", residents=1, owners=1)
        connect(account, okean.fee, okean.cold_water)
    return house


def calculated(organisation: Organisation, period: Period = JULY):
    return calculate_month(organisation=organisation, period=period, by=None, clock=at_noon)


def posted(organisation: Organisation, period: Period = JULY) -> int:
    calculated(organisation, period)
    return confirm_month(organisation=organisation, period=period, by=None)


def issued(organisation: Organisation, period: Period = JULY, at: dt.datetime = NOON):
    return issue_documents(organisation=organisation, period=period, by=None, at=at)
