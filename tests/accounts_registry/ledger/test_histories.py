"""
Whatever is done to the books in whatever order, they agree.

A history is a list of small steps; a plain sum of kopecks by day is the oracle. Every history
ends with the whole list of audits.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts_registry.ledger.balances import balance_of, balances_of_accounts
from accounts_registry.ledger.models import Adjustment, Payment
from accounts_registry.ledger.open_items import open_items, settlements_of
from accounts_registry.ledger.periods import finish_calculation, start_calculation
from accounts_registry.ledger.posting import AdjustmentKind, post_month
from accounts_registry.models import PersonalAccount, Service
from charges.models import ChargeInput, ChargeLine
from tests.accounts_registry.ledger.books import adjust, line, pay, take_back
from tests.cast import JULY, TihiyOkean, tihiy_okean
from zhkh.audits.check import audit_books

MONTHS = [JULY.shifted(months) for months in range(-1, 5)]
FIRST_DAY, LAST_DAY = dt.date(2013, 6, 15), dt.date(2013, 10, 31)

accounts = st.integers(0, 3)
services = st.integers(0, 2)
days = st.dates(FIRST_DAY, LAST_DAY)
kopecks = st.integers(1, 50_000)
signed_kopecks = kopecks | kopecks.map(lambda amount: -amount)
named = st.sampled_from([None, *MONTHS[:3]])
kinds = st.sampled_from(
    [AdjustmentKind.OPENING, AdjustmentKind.RECALCULATION, AdjustmentKind.CORRECTION]
)

paying = st.tuples(
    st.just("pay"), accounts, st.lists(st.tuples(services, kopecks, named), min_size=1, max_size=3,
    unique_by=lambda part: (part[0], part[2])), days,
)  # fmt: skip
taking_back = st.tuples(st.just("take back"), st.integers(0, 20), days)
adjusting = st.tuples(
    st.just("adjust"), accounts, services, signed_kopecks, kinds, days,
    st.sampled_from(MONTHS),
)  # fmt: skip
charging = st.tuples(
    st.just("charge"), st.dictionaries(st.tuples(accounts, st.integers(0, 1)), kopecks, max_size=5)
)
histories = st.lists(st.one_of(paying, paying, taking_back, adjusting, charging), max_size=12)


@dataclasses.dataclass
class Books:
    """The books with an oracle beside them: what each account owes from which day on, kopecks."""

    okean: TihiyOkean
    owed: list[tuple[int, dt.date, int]] = dataclasses.field(default_factory=list)
    posted: int = 0

    @property
    def accounts(self) -> list[PersonalAccount]:
        okean = self.okean
        return [okean.lermontov, okean.fet, okean.tyutchev, okean.nekrasov]

    @property
    def services(self) -> list[Service]:
        return [self.okean.fee, self.okean.cold_water, self.okean.unsplit]

    def pay(self, account, parts, on):
        lines = [
            line(self.services[service], str(Decimal(amount) / 100), month)
            for service, amount, month in parts
        ]
        pay(self.accounts[account], *lines, on=on)
        self.owed.append((account, on, -sum(amount for _, amount, _ in parts)))

    def take_back(self, place, on):
        standing = Payment.objects.filter(
            reverses__isnull=True, reversed_by__isnull=True, paid_on__lte=on
        ).order_by("id")
        if not standing:
            return
        payment = standing[place % len(standing)]
        take_back(payment, on=on)
        account = self.accounts.index(payment.account)
        self.owed.append((account, on, int(payment.amount * 100)))

    def adjust(self, account, service, amount, kind, on, about):
        adjust(
            self.accounts[account],
            self.services[service],
            str(Decimal(amount) / 100),
            on=on,
            kind=kind,
            about=about,
        )
        entry = Adjustment.objects.latest("id")
        self.owed.append((account, entry.month, amount))

    def charge(self, amounts):
        """The next month of the books: lines with copies of its recalculations, then posting."""
        organisation = self.okean.organisation
        first = organisation.accounting_periods.order_by("month").first()
        period = (first.period if first else JULY).shifted(self.posted)
        start_calculation(organisation_id=organisation.pk, period=period)
        printed: dict[tuple[int, int], list[Decimal]] = {
            (self.accounts[account].pk, self.services[service].pk): [Decimal(0), Decimal(0)]
            for account, service in amounts
        }
        for (account, service), amount in amounts.items():
            printed[self.accounts[account].pk, self.services[service].pk][0] = Decimal(amount) / 100
            self.owed.append((account, period.last_day, amount))
        for entry in Adjustment.objects.filter(
            month=period.first_day, kind=AdjustmentKind.RECALCULATION
        ):
            key = entry.account_id, entry.service_id
            printed.setdefault(key, [Decimal(0), Decimal(0)])[1] += entry.amount
        ChargeLine.objects.bulk_create(
            ChargeLine(
                month=period.first_day,
                account_id=account,
                service_id=service,
                individual_volume=1,
                individual_amount=charged,
                uplift_amount=0,
                vat=0,
                charged=charged,
                recalculated=recalculated,
                benefit=0,
                total=charged + recalculated,
            )
            for (account, service), (charged, recalculated) in printed.items()
        )
        ChargeInput.objects.create(house=self.okean.house, month=period.first_day, document=b"")
        finish_calculation(organisation_id=organisation.pk, period=period, complete=True)
        post_month(
            organisation_id=organisation.pk,
            period=period,
            charges=[(*key, charged) for key, (charged, _) in printed.items()],
            by=None,
        )
        self.posted += 1

    def take(self, step):
        steps: dict[str, Callable[..., None]] = {
            "pay": self.pay,
            "take back": self.take_back,
            "adjust": self.adjust,
            "charge": self.charge,
        }
        steps[step[0]](*step[1:])

    def balance(self, account: int, *, on: dt.date = dt.date.max) -> Decimal:
        owed = (amount for who, since, amount in self.owed if who == account and since <= on)
        return Decimal(sum(owed)) / 100


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    """With partitions for every month a history may reach."""
    with connection.cursor() as cursor:
        for months in range(-1, 14):
            cursor.execute("SELECT charges_open_month(%s)", [JULY.shifted(months).first_day])
    return tihiy_okean()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories, on=days)
def test_books_agree_after_any_history(okean, history, on):
    with transaction.atomic():
        books = Books(okean)
        for step in history:
            books.take(step)

        connection.check_constraints()
        found = [finding.text for _, findings in audit_books() for finding in findings]
        balances = balances_of_accounts(account.pk for account in books.accounts)
        settlements = settlements_of(books.accounts)
        for place, account in enumerate(books.accounts):
            assert balance_of(account) == balances[account.pk] == books.balance(place)
            assert balance_of(account, on=on) == books.balance(place, on=on)
            settled = settlements[account.pk]
            assert open_items(account) == list(settled.open_items)
            owed = sum((item.amount for item in settled.open_items), Decimal(0))
            assert owed - settled.advance == books.balance(place)
            assert all(item.amount > 0 for item in settled.open_items)
            assert settled.advance >= 0
        assert found == []
        transaction.set_rollback(True)
