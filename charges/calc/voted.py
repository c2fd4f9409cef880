"""Sums voted by the owners and split by area, to the kopeck (contract: `apportioned`; ст. 44, 46 ЖК РФ)."""

from decimal import Decimal

from charges.calc.demands import Demands
from charges.calc.inputs import Account, Charge, House, Service, Use
from charges.calc.lines import Draft, with_vat
from charges.calc.pieces import note
from charges.calc.pricing import VOLUME_PLACES, Slice
from charges.calc.problems import Place
from charges.calc.tables import MonthTables
from charges.calc.words import money_words, number_words
from zhkh.kernel.exact import total
from zhkh.kernel.money import round_places
from zhkh.kernel.split import split_by_weight


def voted_lines(
    house: House, place: Place, tables: MonthTables, demands: Demands
) -> list[dict[str, Draft]]:
    """For every account of the house in turn: its line of each voted service."""
    lines: list[dict[str, Draft]] = [{} for _ in house.accounts]
    for service in tables.services:
        if service.charge is not Charge.APPORTIONED:
            continue
        sharing = [i for i, account in enumerate(house.accounts) if account.has(service.code)]
        voted = next((row for row in house.voted if row.service == service.code), None)
        if sharing and voted is None:
            demands.note(
                (*place, "voted"), f"нет суммы услуги «{service.code}»", "сумма на весь дом"
            )
        if not sharing or voted is None:
            continue
        sharing.sort(key=lambda i: house.accounts[i].number)
        areas = [house.accounts[i].area for i in sharing]
        parts = split_by_weight(voted.amount, areas)
        sum_words = f"сумма {money_words(voted.amount)} на дом", number_words(total(areas))
        for i, part in zip(sharing, parts, strict=True):
            lines[i][service.code] = _line(service, house.accounts[i], part, sum_words, tables)
    return lines


def _line(
    service: Service,
    account: Account,
    part: Decimal,
    sum_words: tuple[str, str],
    tables: MonthTables,
) -> Draft:
    voted, areas = sum_words
    words = note(
        lambda: (
            f"{voted} × {number_words(account.area)} / {areas} м2 площади, разделена до копейки "
            "без остатка (ст. 44, 46 ЖК РФ)"
        )
    )
    share = Slice(
        Use.INDIVIDUAL,
        0,
        tables.month.days,
        round_places(account.area, VOLUME_PLACES),  # the same text however the area was written
        None,
        Decimal(1),
        part,
        part,
        None,
        words,
    )
    return with_vat((service, None, None), None, account, (share,), ())
