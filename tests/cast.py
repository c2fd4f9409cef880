"""The people of the sample bill: one house, its four payers and those who work with them."""

import dataclasses
import datetime as dt

from accounts_registry.models import (
    ChargeKind,
    DeliveryMethod,
    House,
    Organisation,
    PersonalAccount,
    Service,
    ServiceGroup,
)
from tests.factories import (
    BANK_REQUISITES,
    connect,
    give_facts,
    make_account,
    make_house,
    make_organisation,
    make_premises,
    make_service,
    make_user,
)
from zhkh.kernel.period import Period
from zhkh.web.models import User
from zhkh.web.roles import Role

JULY = Period(2013, 7)
NOON = dt.datetime(2013, 7, 25, 12, 0, tzinfo=dt.UTC)

_PAYERS = (
    ("000000001001", "1", "Лермонтов Михаил Николаевич", "lermontov_mn@mail.ru"),
    ("000000001002", "2", "Фет Афанасий Афанасьевич", ""),
    ("000000001003", "3", "Тютчев Фёдор Иванович", ""),
    ("000000001004", "4", "Некрасов Николай Алексеевич", ""),
)


@dataclasses.dataclass(frozen=True, slots=True)
class TihiyOkean:
    """The organisation with its one house; `fee`, `cold_water` and `unsplit` are its services."""

    organisation: Organisation
    house: House
    fee: Service
    cold_water: Service
    unsplit: Service
    lermontov: PersonalAccount
    fet: PersonalAccount
    tyutchev: PersonalAccount
    nekrasov: PersonalAccount


def tihiy_okean() -> TihiyOkean:
    """
    House 109451 with four flats of 70 m² and one resident, open since 01.10.2012.

    Лермонтов gets documents by e-mail, the others on paper. Everyone has the fee and cold water;
    there are no meters, tariffs, payments or months.
    """
    organisation = make_organisation(name="УК «Тихий океан»", **BANK_REQUISITES)
    house = make_house(
        organisation=organisation,
        code="109451",
        postal_index="109451",
        premises_area_m2="3182.60",
        common_area_m2="501.40",
    )
    fee = make_service(
        organisation=organisation,
        code="maintenance",
        name="Содержание и ремонт жилого помещения",
        charge=ChargeKind.PER_AREA,
        unit="м²",
        group=ServiceGroup.HOUSING,
        position=1,
    )
    cold_water = make_service(
        organisation=organisation, code="cold_water", name="Холодное водоснабжение", position=2
    )
    unsplit = make_service(
        organisation=organisation,
        code="",
        name="Без разбивки по услугам",
        charge=ChargeKind.NONE,
        unit="",
        group=ServiceGroup.OTHER,
    )
    accounts = [_account(house, *payer) for payer in _PAYERS]
    for account in accounts:
        connect(account, fee, cold_water)
    return TihiyOkean(organisation, house, fee, cold_water, unsplit, *accounts)


def accountant_of(organisation: Organisation, *, username: str = "accountant") -> User:
    return make_user(
        username=username,
        role=Role.ACCOUNTANT,
        organisation=organisation,
        first_name="Ирина",
        last_name="Леонтьева",
    )


def _account(house: House, number: str, flat: str, payer: str, email: str) -> PersonalAccount:
    account = make_account(
        premises=make_premises(house=house, number=flat),
        number=number,
        payer=payer,
        email=email,
        delivery_method=DeliveryMethod.EMAIL if email else DeliveryMethod.PAPER,
    )
    give_facts(account, area_m2="70.00", residents=1, owners=1)
    return account
