import json
import re
from decimal import Decimal

import psycopg
import pytest

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import House, Organisation, PersonalAccount, Premises
from charges.models import ChargeLine, ComputedAdjustment
from tests.charges.calc.scenarios import (
    account,
    cold_water,
    house,
    meter,
    scenario,
    tariff,
)
from tests.commands.both_ways import EVERYTHING, GOLDEN, ROOT, by_core, by_database
from tests.commands.cases import (
    CASES,
    FEE,
    FEE_PRICE,
    away_and_interrupted,
    fees,
    foreign_words,
    shared_premises,
    two_houses,
)
from zhkh.audits.check import audit_books
from zhkh.audits.recomputation import recompute
from zhkh.scenarios.refusals import (
    AccountsExist,
    HouseNotCalculated,
    NoMonthBefore,
    NotAccepted,
    OrganisationExists,
    PaymentTooLate,
    TooLargeForDatabase,
)

pytestmark = pytest.mark.usefixtures("committed_db")


def read(file):
    return json.loads(file.read_text())


# --- every example


@pytest.mark.parametrize(
    "file", [*GOLDEN, ROOT / "zhkh" / "demo" / "house.json"], ids=lambda file: file.stem
)
def test_examples_come_out_the_same(file):
    document = read(file)

    assert by_database(document) == by_core(document)


def test_scenario_with_every_key_comes_out_the_same_and_the_books_agree():
    document = read(EVERYTHING)

    assert by_database(document) == by_core(document)

    assert [(title, found) for title, found in audit_books() if found] == []
    assert recompute()[1] == []


# --- what is easily lost on the way through rows


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_nothing_is_lost_on_the_way_and_the_books_agree(case):
    document = case()

    assert by_database(document) == by_core(document)

    assert [(title, found) for title, found in audit_books() if found] == []


def fee_of_all_times(period):
    prices = [tariff("fee", "15.90", **{"from": "0001-01-01"})]
    return scenario(FEE, prices, house(account()), period=period)


@pytest.mark.parametrize(
    "document",
    [
        scenario([], []),
        scenario(FEE, FEE_PRICE),
        fees(),
        scenario([], [], house(account())),
        fee_of_all_times("0001-01"),
        fee_of_all_times("9998-12"),
    ],
    ids=["nothing", "no house", "no account", "no service", "first month", "last month"],
)
def test_the_least_there_can_be(document):
    assert by_database(document) == by_core(document)


def test_what_was_found_is_posted_once():
    by_database(away_and_interrupted())

    posted = PersonalAccount.objects.get(number="1")
    (line,) = ChargeLine.objects.filter(account=posted)
    found = dict(ComputedAdjustment.objects.filter(account=posted).values_list("kind", "amount"))
    assert found == {
        "recalculation": line.recalculated + Decimal(1),
        "benefit": -line.benefit,
    }
    assert line.benefit > 0 > line.recalculated + 1
    assert balance_of(posted) == line.total


# --- the figures really come from the database


def rewrite(cluster, database_name, name, old, new):
    """Break a function of the database as only its superuser can."""
    with psycopg.connect(cluster.superuser_url, autocommit=True, dbname=database_name) as server:
        row = server.execute(f"SELECT pg_get_functiondef('{name}'::regproc)").fetchone()
        assert row is not None
        (source,) = row
        assert old in source
        server.execute(source.replace(old, new))


BROKEN_POSTING = {
    "charged": ("sum(charged)", "sum(charged) + 0.01"),
    "adjusted": ("sum(adjusted)", "sum(adjusted) + 0.01"),
    "brought in": ("a.service_id, a.amount, nought", "a.service_id, a.amount + 0.01, nought"),
}


@pytest.mark.parametrize("broken", BROKEN_POSTING.values(), ids=BROKEN_POSTING)
def test_a_kopeck_in_posting_is_seen(cluster, database_name, broken):
    rewrite(cluster, database_name, "ledger_post_month", *broken)
    document = read(ROOT / "tests" / "golden" / "scenarios" / "partial_payment_pro_rata.json")

    assert by_database(document) != by_core(document)


COLUMNS = ["price", "individual_volume", "uplift_amount"]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_figure_changed_on_its_way_into_a_line_is_seen(cluster, database_name, column):
    with psycopg.connect(cluster.superuser_url, autocommit=True, dbname=database_name) as server:
        server.execute(
            f"""
            CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.{column} := NEW.{column} + 0.01; RETURN NEW; END $$;
            CREATE TRIGGER spoil BEFORE INSERT ON charges_chargeline
              FOR EACH ROW EXECUTE FUNCTION spoil();
            """
        )
    document = cold_water()

    spoiled, right = by_database(document), by_core(document)

    assert spoiled != right
    assert len(spoiled.splitlines()) == len(right.splitlines())


# --- refused, and nothing half-saved


def test_the_same_accounts_twice():
    by_database(two_houses())

    with pytest.raises(AccountsExist, match=r"Лицевые счета уже есть в базе: 10, 9\."):
        by_database(fees(account("9"), account("10"), account("11")))

    assert (Organisation.objects.count(), PersonalAccount.objects.count()) == (1, 4)


def test_the_same_organisation_twice():
    by_database(two_houses())

    with pytest.raises(OrganisationExists):
        by_database(fees(account("11")))


def test_a_payment_of_another_age_opens_no_thousand_months():
    document = fees(account(payments=[{"on": "9999-12-31", "amount": "1"}]))

    with pytest.raises(PaymentTooLate):
        by_database(document)


@pytest.mark.parametrize(
    "more",
    [
        {"x_carried_common": [{"service": "cold_water", "volume": "1"}]},
        {"accounts": [account(services=[], meter_impossible=["cold_water"])]},
    ],
)
def test_nothing_is_kept_before_the_first_month(more):
    document = cold_water() | {"period": "0001-01"}
    document["houses"][0] |= more

    with pytest.raises(NoMonthBefore):
        by_database(document)


def test_result_too_large_for_a_column():
    document = cold_water(
        account(
            meters=[meter("cold_water", ("2024-02-01", "0"), ("2024-03-01", "999999999"), digits=9)]
        )
    )
    document["tariffs"][0]["price"] = "99999999"

    with pytest.raises(TooLargeForDatabase):
        by_database(document)


def test_house_the_run_refuses_is_told(cluster, database_name):
    """A kopeck that breaks a rule of the tables themselves would stop the run, not pass."""
    with psycopg.connect(cluster.superuser_url, autocommit=True, dbname=database_name) as server:
        server.execute(
            """
            CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN NEW.area_m2 := 2000; RETURN NEW; END $$;
            CREATE TRIGGER spoil BEFORE INSERT ON accounts_registry_accountarea
              FOR EACH ROW EXECUTE FUNCTION spoil();
            """
        )

    with pytest.raises(HouseNotCalculated, match="площадь 2000"):
        by_database(fees(account()))


@pytest.mark.parametrize(
    ("address", "city", "street", "number"),
    [
        ("109451, Москва, Братиславская, дом № 1", "Москва", "Братиславская", "1"),
        ("г. Тестов, ул. Мира, д. 1", "г. Тестов", "ул. Мира", "1"),
        ("где-то", "", "где-то", ""),
        ("М" * 101 + ", Мира, д. 1", "", "М" * 101 + ", Мира, д. 1", ""),
        ("ж" * 300, "", "ж" * 150, ""),
    ],
)
def test_address_is_kept_whole_and_in_parts(address, city, street, number):
    by_database(scenario(FEE, FEE_PRICE, house(address=address)))

    row = House.objects.get()
    assert (row.address, row.city, row.street, row.number) == (address, city, street, number)


def test_premises_of_one_number_and_two_kinds():
    by_database(shared_premises())

    assert sorted(Premises.objects.values_list("number", "kind")) == [
        ("1", "residential"),
        ("1 (нежилое)", "nonresidential"),
    ]


def test_premises_that_cannot_be_told_apart():
    document = fees(
        account("1", premises="1 (нежилое)"),
        account("2", premises="1"),
        account("3", premises="1", kind="nonresidential"),
    )

    with pytest.raises(NotAccepted, match="premises_number_is_unique_in_house"):
        by_database(document)

    assert not Organisation.objects.exists()


def test_scenarios_money_columns_are_read_as_they_are_printed():
    """The two texts are compared as bytes, so a price of a column must print like a given one."""
    text = by_database(foreign_words())

    assert re.findall(r'"price": "([0-9.]+)"', text) == ["10.123456"]
