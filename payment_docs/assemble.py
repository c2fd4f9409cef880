"""Charge lines, balances and registry facts → payment documents as plain data."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from accounts_registry.ledger import balances
from accounts_registry.models import (
    AccountArea,
    AccountResidents,
    Organisation,
    PersonalAccount,
    Service,
    ServiceGroup,
)
from accounts_registry.models import House as HouseRow
from charges.models import ChargeLine, CommonVolume, Norm
from charges.queries import printing_order
from payment_docs.charge_rows import RowFacts, charge_row
from payment_docs.details import InstalmentRow, RecalculationRow, UpliftRow
from payment_docs.document import (
    House,
    LastPayment,
    PaymentDocument,
    Section,
    ServiceRow,
)
from payment_docs.document import Organisation as OrganisationBlock
from payment_docs.document_settings import Printing, house_notice, printing_of
from payment_docs.models import Grouping
from payment_docs.month_facts import (
    YearBefore,
    benefit_categories,
    due_day,
    instalment_rows,
    meters_of_house,
    recalculation_rows,
)
from payment_docs.own_rows import OwnSum, own_sums, with_own_rows
from payment_docs.payee_rows import paid_payees, payee_rows
from payment_docs.printing.words import Words, words_of
from payment_docs.service_sums import benefit_rows, service_sums
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class _HouseFacts:
    """What the documents of one house share in a month."""

    house: HouseRow
    period: Period
    printing: Printing
    notice: str
    due_on: dt.date | None
    lines: dict[int, list[ChargeLine]]
    own_sums: dict[int, list[OwnSum]]
    areas: dict[int, Decimal]
    residents: dict[int, int]
    rows: RowFacts
    year: YearBefore
    recalculations: dict[int, tuple[RecalculationRow, ...]]
    categories: dict[int, dict[int, str]]
    instalments: dict[int, tuple[InstalmentRow, ...]]
    openings: dict[int, dict[Service, Decimal]]
    last_payments: dict[int, balances.LastPayment]
    counted_until: dt.date

    @property
    def words(self) -> Words:
        return words_of(self.printing.look.language, self.printing.look.currency)


def assemble_documents(
    accounts: Sequence[PersonalAccount],
    *,
    period: Period,
    counted_until: dt.date,
    printing: Printing | None = None,
) -> list[PaymentDocument]:
    """
    The documents of a posted month: accounts of one house, in their order, without charges too.

    A fixed number of queries. Payments up to `counted_until` inclusive are in the balance.
    Printed as the organisation decided for the month, or as `printing` says.
    """
    facts = _house_facts(accounts, period=period, counted_until=counted_until, printing=printing)
    return [_document(account, facts) for account in accounts]


def counting_day(organisation: Organisation, period: Period) -> dt.date:
    """The last day whose payments the month's document counts."""
    return period.first_day.replace(day=organisation.counting_day)


def _document(account: PersonalAccount, facts: _HouseFacts) -> PaymentDocument:
    lines = facts.lines.get(account.pk, [])
    own = facts.own_sums.get(account.pk, [])
    openings = facts.openings.get(account.pk, {})
    owed = [(line.service, line.total) for line in lines]
    owed += [(item.service, item.amount) for item in own]
    payees = paid_payees([service for service, _ in owed] + list(openings))
    to_pay = sum((amount for _, amount in owed), ZERO)
    opening = sum(openings.values(), ZERO)
    return PaymentDocument(
        period=facts.period,
        account_number=account.number,
        payer=account.payer.full_name,
        address=f"{facts.house.address}, {account.premises.label}",
        area=facts.areas.get(account.pk, ZERO),
        residents=facts.residents.get(account.pk, 0),
        payees=payee_rows(account, owed, openings, payees),
        opening=opening,
        counted_until=facts.counted_until,
        to_pay=to_pay,
        to_pay_with_balance=max(ZERO, to_pay + opening),
        sections=_sections(account, lines, own, facts),
        look=facts.printing.look,
        due_on=facts.due_on,
        services=service_sums([line.service for line in lines], own, openings, payees),
        **_parties(account.organisation, facts),
        **_details(account, lines, own, facts),
    )


def _parties(organisation: Organisation, facts: _HouseFacts) -> dict[str, Any]:
    """What is the same on every document of the house."""
    house = facts.house
    return {
        "executor": OrganisationBlock(
            organisation.name,
            organisation.address,
            organisation.working_hours,
            organisation.phone,
            organisation.email,
        ),
        "settlement_centre": OrganisationBlock(
            organisation.settlement_centre,
            organisation.settlement_centre_address,
            organisation.settlement_centre_hours,
        ),
        "house": House(
            common_area=house.common_area_m2 or ZERO,
            residents=house.residents or 0,
            premises_area=house.premises_area_m2,
            total_area=house.total_area_m2 or ZERO,
        ),
        "notice": "\n".join(filter(None, (facts.printing.notice, facts.notice))),
    }


def _details(
    account: PersonalAccount, lines: list[ChargeLine], own: list[OwnSum], facts: _HouseFacts
) -> dict[str, Any]:
    """Everything beside the charges."""
    last = facts.last_payments.get(account.pk)
    charged: dict[Service, Decimal] = {}
    lowered: dict[Service, Decimal] = {}
    for line in lines:
        charged[line.service] = charged.get(line.service, ZERO) + line.charged
        lowered[line.service] = lowered.get(line.service, ZERO) + line.benefit
    categories = facts.categories.get(account.pk, {})
    return {
        "last_payment": LastPayment(last.paid_on, last.amount) if last else None,
        "meters": tuple(facts.rows.meters.get(account.pk, ())),
        "history": facts.year.consumption(account.pk, charged),
        "change": facts.year.change(account.pk, charged),
        "uplifts": tuple(
            UpliftRow(line.service.name, line.uplift_coefficient, line.uplift_amount)
            for line in lines
            if line.uplift_amount
        ),
        "recalculations": facts.recalculations.get(account.pk, ()),
        "benefits": benefit_rows(lowered, own, categories),
        "instalments": facts.instalments.get(account.pk, ()),
    }


def _sections(
    account: PersonalAccount, lines: list[ChargeLine], own: list[OwnSum], facts: _HouseFacts
) -> tuple[Section, ...]:
    """Housing services first and without a heading, as the form has them, unless decided else."""
    words, grouping = facts.words, facts.printing.grouping
    titles = {
        ServiceGroup.HOUSING: "",
        ServiceGroup.COMMUNAL: words.communal,
        ServiceGroup.OTHER: words.other,
    }
    grouped: dict[str, list[ServiceRow]] = {}
    if grouping is Grouping.BY_KIND:
        grouped = {title: [] for title in titles.values()}
    for line in lines:
        title = ""
        if grouping is Grouping.BY_KIND:
            title = titles[ServiceGroup(line.service.group)]
        elif grouping is Grouping.BY_PAYEE:
            title = line.service.payee.name if line.service.payee else account.organisation.name
        grouped.setdefault(title, []).append(charge_row(account, line, lines, facts.rows))
    sections = tuple(Section(title, tuple(rows)) for title, rows in grouped.items() if rows)
    language = facts.printing.look.language
    return with_own_rows(sections, own, title=words.other, language=language)


def _house_facts(
    accounts: Sequence[PersonalAccount],
    *,
    period: Period,
    counted_until: dt.date,
    printing: Printing | None,
) -> _HouseFacts:
    ids = [account.pk for account in accounts]
    house = accounts[0].premises.house
    organisation_id = accounts[0].organisation_id
    assert all(account.premises.house_id == house.pk for account in accounts), "one house"
    month = (period.first_day, period.next_first_day)
    lines = _lines(ids, period)
    return _HouseFacts(
        house=house,
        period=period,
        printing=printing or printing_of(organisation_id=organisation_id, period=period),
        notice=house_notice(house_id=house.pk, period=period),
        due_on=due_day(organisation_id=organisation_id, period=period),
        lines=lines,
        own_sums=own_sums(lines, ids, period=period),
        areas={
            row.account_id: row.area_m2
            for row in AccountArea.objects.filter(account_id__in=ids, valid__overlap=month)
        },
        residents={
            row.account_id: row.count
            for row in AccountResidents.objects.filter(account_id__in=ids, valid__overlap=month)
        },
        rows=_row_facts(house, ids, period),
        year=YearBefore(ids, period),
        recalculations=recalculation_rows(ids, period),
        categories=benefit_categories(ids, period),
        instalments=instalment_rows(ids, period),
        openings=_openings(ids, period=period, until=counted_until),
        last_payments=balances.last_payments(ids, until=counted_until),
        counted_until=counted_until,
    )


def _row_facts(house: HouseRow, account_ids: Sequence[int], period: Period) -> RowFacts:
    month = (period.first_day, period.next_first_day)
    norms = Norm.objects.filter(
        service__organisation_id=house.organisation_id, valid__overlap=month
    )
    common = CommonVolume.objects.filter(house=house, month=period.first_day)
    return RowFacts(
        norms={row.service_id: row for row in norms},
        common={(row.service_id, row.zone): row for row in common},
        meters=meters_of_house(house, account_ids, period),
    )


def _openings(
    account_ids: Sequence[int], *, period: Period, until: dt.date
) -> dict[int, dict[Service, Decimal]]:
    """What each account brought into the month by service, less what was paid since."""
    sums = balances.openings_by_service(account_ids, period=period, until=until)
    services = Service.objects.select_related("payee").in_bulk({service for _, service in sums})
    found: defaultdict[int, dict[Service, Decimal]] = defaultdict(dict)
    for (account, service), amount in sums.items():
        found[account][services[service]] = amount
    return dict(found)


def _lines(account_ids: list[int], period: Period) -> dict[int, list[ChargeLine]]:
    found: defaultdict[int, list[ChargeLine]] = defaultdict(list)
    lines = ChargeLine.objects.filter(month=period.first_day, account_id__in=account_ids)
    for line in lines.select_related("service__payee").prefetch_related("service__sources"):
        found[line.account_id].append(line)
    for rows in found.values():
        rows.sort(key=printing_order)
    return dict(found)
