"""What was changed since a draft: noted by the database, compared with what it was made from."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, connections, transaction

from accounts_registry.models import (
    AccountArea,
    AccountResidents,
    MeterReading,
    PersonalAccount,
    ReferenceRate,
    UpliftCoefficient,
)
from charges.models import ChangedFact, CommonVolume, Norm, Tariff
from charges.review import changes
from charges.services import FactsChanged, confirm_month
from tests.cast import JULY, NOON
from tests.factories import (
    LONG_AGO,
    connect,
    give_facts,
    make_account,
    make_meter,
    make_organisation,
    make_premises,
    make_service,
)
from tests.priced import add_house, calculated, posted, priced_tihiy_okean

# Every table whose rows say something about houses and accounts, and why it is not watched.
NOT_WATCHED = {
    "accounts_registry_organisation": "its settings are rows of their own",
    "accounts_registry_payee": "who is paid changes no sum",
    "accounts_registry_person": "a name changes no sum",
    "accounts_registry_membership": "rights change no sum",
    "accounts_registry_cataloguechange": "what was, not what is",
    "accounts_registry_replacedreading": "what was, not what is",
    "accounts_registry_calendarday": "penalties are counted when the month is posted",
    "accounts_registry_dueday": "penalties are counted when the month is posted",
    "accounts_registry_penaltysuspension": "penalties are counted when the month is posted",
}


@pytest.fixture
def okean(db):
    okean = priced_tihiy_okean()
    add_house(okean, code="7")
    calculated(okean.organisation)
    ChangedFact.objects.all().delete()  # in the test's transaction all is later than the draft
    return okean


def outdated(okean, at_most=None):
    return changes.outdated(organisation=okean.organisation, period=JULY, at_most=at_most)


def noted():
    rows = ChangedFact.objects.order_by("pk").values_list("fact", "house__code")
    return [(fact.partition("_registry_")[2] or fact, house) for fact, house in rows]


class TestNotes:
    def test_a_fact_of_an_account_names_its_house_once(self, okean):
        AccountArea.objects.filter(account__premises__house=okean.house).update(area_m2=71)

        assert noted() == [("accountarea", "109451")]

    def test_a_fact_of_two_houses_names_both(self, okean):
        AccountResidents.objects.update(count=2)

        assert sorted(noted()) == [("accountresidents", "109451"), ("accountresidents", "7")]

    def test_a_reading_names_the_house_of_its_flat(self, okean):
        meter = make_meter(at=okean.fet, service=okean.cold_water)
        ChangedFact.objects.all().delete()
        MeterReading.objects.create(
            meter=meter, read_on=dt.date(2013, 7, 20), value=5, source="operator", entered_at=NOON
        )

        assert noted() == [("meterreading", "109451")]

    def test_a_tariff_is_of_all_houses(self, okean):
        Tariff.objects.filter(service=okean.fee).update(price=17)

        assert noted() == [("charges_tariff", None)]

    def test_an_address_for_letters_is_not_noted(self, okean):
        PersonalAccount.objects.filter(pk=okean.fet.pk).update(email="fet@mail.ru", version=2)

        assert noted() == []

    def test_a_closed_account_is(self, okean):
        PersonalAccount.objects.filter(pk=okean.fet.pk).update(closed_on=dt.date(2013, 7, 20))

        assert noted() == [("personalaccount", "109451")]

    def test_what_is_removed_is_noted(self, okean):
        AccountResidents.objects.filter(account=okean.fet).delete()

        assert noted() == [("accountresidents", "109451")]

    def test_a_rate_of_the_country_is_of_every_organisation(self, okean):
        ReferenceRate.objects.filter(kind="vat").update(percent=19)

        assert noted() == [("referencerate", None)]

    def test_a_coefficient_of_another_organisation_is_not_noted(self, okean):
        UpliftCoefficient.objects.create(
            kind="cold_water", coefficient=2, valid=(LONG_AGO, None), source="суд",
            organisation=make_organisation(name="УК «Чужая»"),
        )  # fmt: skip

        assert noted() == []

    def test_an_organisation_without_months_has_none(self, db):
        priced_tihiy_okean()

        assert noted() == []

    def test_every_table_of_facts_is_watched(self, db):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE %s",
                ["%_noted_insert"],
            )
            watched = {table for (table,) in cursor.fetchall()}
        facts = {
            model._meta.db_table for model in apps.get_app_config("accounts_registry").get_models()
        }

        assert sorted(facts - watched - set(NOT_WATCHED)) == []


class TestOutdated:
    def test_an_untouched_draft_is_not(self, okean):
        assert outdated(okean) == changes.Outdated((), terms=False, not_compared=0)

    def test_other_figures_are(self, okean):
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)

        assert outdated(okean) == changes.Outdated((okean.house,), terms=False, not_compared=0)

    def test_a_change_taken_back_is_none(self, okean):
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)
        AccountArea.objects.filter(account=okean.fet).update(area_m2=70)

        assert not outdated(okean)

    def test_a_change_that_changes_no_figure_is_none(self, okean):
        okean.fet.payer.full_name = "Фет-Шеншин Афанасий Афанасьевич"
        okean.fet.payer.save()
        make_meter(at=okean.house, service=okean.fee)

        assert not outdated(okean)

    def test_the_volumes_of_another_month_are_none(self, okean):
        CommonVolume.objects.create(
            house=okean.house,
            service=okean.cold_water,
            month=JULY.next().first_day,
            volume=9,
            method="house_meter",
        )

        assert not outdated(okean)

    def test_a_new_tariff_is_told_as_such(self, okean):
        Tariff.objects.filter(service=okean.fee).update(price=Decimal("17.00"))

        found = outdated(okean)

        assert (found.terms, len(found.houses)) == (True, 1)

    def test_a_tariff_nobody_is_charged_by_is_none(self, okean):
        new = make_service(organisation=okean.organisation, code="intercom")
        Tariff.objects.create(service=new, price=1, valid=(JULY.first_day, None))

        assert not outdated(okean)

    def test_a_house_that_no_longer_calculates_is(self, okean):
        AccountArea.objects.filter(account=okean.fet).delete()

        assert outdated(okean).houses == (okean.house,)

    def test_an_account_added_later_is(self, okean):
        account = make_account(
            premises=make_premises(house=okean.house, number="5"), number="000000001005"
        )
        give_facts(account, area_m2="70.00", residents=1, owners=1)
        connect(account, okean.fee)

        assert outdated(okean).houses == (okean.house,)

    def test_more_than_asked_are_left_for_later(self, okean):
        AccountResidents.objects.update(count=1)

        assert outdated(okean, at_most=1) == changes.Outdated((), terms=False, not_compared=1)

    def test_calculating_again_takes_the_change(self, okean):
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)
        calculated(okean.organisation)

        assert not outdated(okean)


class TestConfirmation:
    def test_is_refused_with_the_houses(self, okean):
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)

        with pytest.raises(FactsChanged, match=r"Братиславская, дом № 1\. Пересчитайте эти дома"):
            confirm_month(organisation=okean.organisation, period=JULY, by=None)

    def test_is_refused_after_new_tariffs(self, okean):
        Norm.objects.update(per_person=Decimal("6.00"))

        with pytest.raises(FactsChanged, match="изменены тарифы, нормативы или услуги"):
            confirm_month(organisation=okean.organisation, period=JULY, by=None)


def test_notes_no_draft_needs_are_dropped(committed_db):
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    AccountArea.objects.filter(account=okean.fet).update(area_m2=80)
    left = ChangedFact.objects.count()

    calculated(okean.organisation, JULY.next())

    assert (left, ChangedFact.objects.count()) == (1, 0)


def test_a_change_under_way_while_the_month_is_calculated_is_not_missed(committed_db):
    """Begun before the calculation, committed after it: seen by neither its rows nor its time."""
    okean = priced_tihiy_okean()
    calculated(okean.organisation)
    written, may_commit = threading.Event(), threading.Event()

    def change():
        try:
            with transaction.atomic():
                AccountArea.objects.filter(account=okean.fet).update(area_m2=80)
                written.set()
                may_commit.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=change)
    thread.start()
    assert written.wait(20)
    calculated(okean.organisation)
    may_commit.set()
    thread.join()

    assert outdated(okean).houses == (okean.house,)


def test_titles_are_those_of_the_screens(okean):
    AccountArea.objects.filter(account=okean.fet).update(area_m2=80)
    Tariff.objects.filter(service=okean.fee).update(price=17)

    found = changes.notes(organisation=okean.organisation, period=JULY)

    assert [(note.title, note.house) for note in found] == [
        ("тарифы", None),
        ("площади", okean.house),
    ]
