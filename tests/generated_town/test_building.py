"""A made-up town in a real database: the same for the same seed, whole, and charged without errors."""

import dataclasses
import datetime as dt
import hashlib

import pytest
from django.db import connection, connections
from django.db.models import Count
from django.utils import timezone

from accounts_registry.ledger.models import Payment, PeriodState
from accounts_registry.ledger.periods import periods_of
from accounts_registry.models import House, Organisation, PersonalAccount
from charges.models import ChargeLine, ComputedAdjustment
from charges.services import calculate_month, confirm_month, unready_houses
from tests.conftest import clone_template
from zhkh.audits.check import audit_books
from zhkh.audits.recomputation import recompute
from zhkh.commands.scratch import in_database
from zhkh.kernel.period import Period
from zhkh.town.building import TownStands, build_town
from zhkh.town.plan import Plan, Profile
from zhkh.town.quarrels import QUARRELS

AT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
OCTOBER = Period(2026, 10)

# Every row of a town by what names it; identifiers and moments differ from one writing to another.
ROWS = (
    (
        "SELECT code, address, premises_area_m2, common_area_m2, residents"
        " FROM accounts_registry_house"
    ),
    (
        "SELECT number, category, opened_on, closed_on, delivery_method, email, full_name"
        " FROM accounts_registry_personalaccount a JOIN accounts_registry_person p ON p.id = payer_id"
    ),
    (
        "SELECT number, area_m2, valid FROM accounts_registry_accountarea f"
        " JOIN accounts_registry_personalaccount a ON a.id = f.account_id"
    ),
    (
        "SELECT number, count, valid FROM accounts_registry_accountresidents f"
        " JOIN accounts_registry_personalaccount a ON a.id = f.account_id"
    ),
    (
        "SELECT number, code, meter_impossible, valid FROM accounts_registry_accountservice f"
        " JOIN accounts_registry_personalaccount a ON a.id = f.account_id"
        " JOIN accounts_registry_service s ON s.id = f.service_id"
    ),
    (
        "SELECT serial, zone, digits, installed_on, removed_on, verified_until, read_on, value,"
        " rolled_over, source FROM accounts_registry_meter m"
        " JOIN accounts_registry_meterreading r ON r.meter_id = m.id"
    ),
    (
        "SELECT h.code, s.code, month, volume, method FROM charges_commonvolume v"
        " JOIN accounts_registry_house h ON h.id = v.house_id"
        " JOIN accounts_registry_service s ON s.id = v.service_id"
    ),
    (
        "SELECT s.code, zone, component, price, up_to, valid FROM charges_tariff t"
        " JOIN accounts_registry_service s ON s.id = t.service_id"
    ),
    (
        "SELECT number, month, for_month, kind, amount, due_on FROM ledger_adjustment e"
        " JOIN accounts_registry_personalaccount a ON a.id = e.account_id"
    ),
    (
        "SELECT number, month, paid_on, amount FROM ledger_payment p"
        " JOIN accounts_registry_personalaccount a ON a.id = p.account_id"
    ),
)


def plan(**changes):
    wanted = Plan(accounts=120, months=1, seed=7, profile=Profile.FULL, last=OCTOBER)
    return dataclasses.replace(wanted, **changes)


def build(wanted, *, workers=1):
    return build_town(wanted, at=AT, workers=workers, tell=lambda *_: None)


def digest():
    hashed = hashlib.sha256()
    with connection.cursor() as cursor:
        for query in ROWS:
            cursor.execute(query)
            for row in sorted(map(repr, cursor.fetchall())):
                hashed.update(row.encode())
    return hashed.hexdigest()


def calculated(organisation, period=OCTOBER):
    calculate_month(organisation=organisation, period=period, by=None, clock=timezone.now)
    return unready_houses(organisation=organisation, period=period)


def differences(results):
    return [finding.text for _, findings in results for finding in findings]


pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def workers_find_the_database(monkeypatch, cluster, database_name):
    """Processes started here read the address from the environment, as those of a command do."""
    url = in_database(cluster.app_url, f"postgresql:///{database_name}")
    monkeypatch.setenv("ZHKH_DATABASE_URL", url)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "zhkh.settings.test")


# --- writing


def test_it_has_the_asked_accounts_in_houses_of_a_hundred():
    organisation = build(plan(accounts=230))

    ours = PersonalAccount.objects.filter(organisation=organisation)
    assert ours.count() == 230
    assert ours.values("number").distinct().count() == 230
    assert House.objects.filter(organisation=organisation).count() == 3


def test_same_seed_gives_same_rows_by_one_writer_or_two(
    cluster, database_name, workers_find_the_database
):
    build(plan())
    first = digest()
    connections.close_all()
    clone_template(cluster, database_name)

    build(plan(), workers=2)

    assert digest() == first


def test_another_seed_gives_another_town_beside_the_first():
    build(plan())
    build(plan(seed=8))

    assert Organisation.objects.count() == 2
    assert PersonalAccount.objects.values("number").distinct().count() == 240


def test_a_standing_town_is_refused():
    build(plan())

    with pytest.raises(TownStands, match=r"^Такой город в базе уже есть: .*--seed"):
        build(plan())

    assert PersonalAccount.objects.count() == 120


def test_an_attempt_broken_off_goes_on_where_it_stopped():
    def broken_off(done):
        raise KeyboardInterrupt

    wanted = plan(accounts=2_100, profile=Profile.PLAIN)
    with pytest.raises(KeyboardInterrupt):
        build_town(wanted, at=AT, workers=1, tell=broken_off)
    assert PersonalAccount.objects.count() == 2_000

    build(wanted)

    assert PersonalAccount.objects.count() == 2_100
    assert Organisation.objects.count() == 1


# --- charging


@pytest.mark.parametrize("profile", Profile)
def test_its_month_is_charged_without_errors_and_the_books_agree(profile):
    organisation = build(plan(accounts=300, profile=profile))

    assert calculated(organisation) == []
    confirm_month(organisation=organisation, period=OCTOBER, by=None)

    assert differences([*audit_books(), recompute()]) == []


def test_every_quarrel_happens_in_three_houses():
    organisation = build(plan(accounts=300))

    notes = PersonalAccount.objects.filter(organisation=organisation).exclude(note="")
    assert set(notes.values_list("note", flat=True)) == {title for title, _ in QUARRELS}


def test_quarrels_are_seen_in_the_charges():
    organisation = build(plan(accounts=300))
    calculated(organisation)

    lines = ChargeLine.objects.filter(account__organisation=organisation)
    seen = set(lines.values_list("individual_method", flat=True))
    common = set(lines.values_list("common_method", flat=True))
    assert seen == {"", "meter", "average", "norm", "norm_uplifted", "house_meter"}
    assert common == {"", "norm", "house_meter"}
    assert set(lines.values_list("zone", flat=True)) == {"", "day", "halfpeak", "night"}
    assert set(lines.values_list("component", flat=True)) == {"", "water", "heat"}
    assert lines.exclude(vat=0).exists()
    assert lines.exclude(benefit=0).exists()
    assert lines.filter(service__code="improvement").exists()
    assert set(ComputedAdjustment.objects.values_list("kind", flat=True)) == {
        "recalculation",
        "benefit",
    }


def test_debts_advances_and_refunds_are_in_the_books():
    build(plan(accounts=300))

    ledger = {
        "old debts": "SELECT count(*) FROM ledger_adjustment WHERE kind = 'opening' AND amount > 0",
        "advances": "SELECT count(*) FROM ledger_adjustment WHERE kind = 'opening' AND amount < 0",
        "refunds": "SELECT count(*) FROM ledger_payment WHERE reverses_id IS NOT NULL",
        "named": "SELECT count(*) FROM ledger_paymentline WHERE named_month IS NOT NULL",
    }
    with connection.cursor() as cursor:
        for what, query in ledger.items():
            cursor.execute(query)
            assert cursor.fetchone() > (0,), what


# --- months behind it


SMALL = {"accounts": 60, "months": 3, "house_size": 20}


def test_months_behind_it_are_posted_and_paid_for_and_the_books_agree():
    organisation = build(plan(**SMALL))

    states = [(row.period, row.state) for row in periods_of(organisation_id=organisation.pk)]
    assert states == [
        (OCTOBER, PeriodState.OPEN),
        (Period(2026, 9), PeriodState.POSTED),
        (Period(2026, 8), PeriodState.POSTED),
    ]
    paid = Payment.objects.filter(account__organisation=organisation, reverses=None)
    for period in (OCTOBER, Period(2026, 9)):
        assert paid.filter(month=period.first_day).count() > 30
    assert differences([*audit_books(), recompute()]) == []
    assert calculated(organisation) == []


def test_a_history_broken_off_goes_on_to_the_same_books():
    def broken_off(done):
        if "проведён" in done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_town(plan(**SMALL), at=AT, workers=1, tell=broken_off)
    organisation = build(plan(**SMALL))

    sums = Payment.objects.filter(account__organisation=organisation).aggregate(
        count=Count("pk"), keys=Count("key", distinct=True)
    )
    assert sums["count"] == sums["keys"]
    assert differences(audit_books()) == []
    with pytest.raises(TownStands):
        build(plan(**SMALL))


def test_a_copied_history_repeats_its_first_month_and_the_books_agree():
    organisation = build(plan(**SMALL, is_copied=True))

    lines = ChargeLine.objects.filter(account__organisation=organisation)
    columns = ("account__number", "service__code", "zone", "component", "use", "total")
    first, later = (
        set(lines.filter(month=period.first_day).values_list(*columns))
        for period in (Period(2026, 8), Period(2026, 9))
    )
    assert later == first
    assert len(first) > 500
    assert differences([*audit_books(), recompute()]) == []
    assert calculated(organisation) == []
