"""Settings of an organisation: defaults, changes from a month on, and who made them."""

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from accounts_registry.ledger.periods import MonthIsPosted
from accounts_registry.models import CatalogueChange, OrganisationSetting, SettingName
from accounts_registry.models.settings import NegativeCommon
from accounts_registry.organisation_settings import MonthSettings, settings_of
from accounts_registry.services import NothingChanges, change_setting
from tests.cast import JULY, NOON
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

ROUNDING = SettingName.COMMON_VOLUME_ROUNDING


@pytest.fixture
def organisation():
    return make_organisation()


def change(organisation, name, value, since, by=None):
    return change_setting(
        organisation=organisation, name=name, value=value, since=since, by=by, at=NOON
    )


def values(organisation, name):
    rows = OrganisationSetting.objects.filter(organisation=organisation, name=name)
    return [(row.value, row.valid.lower, row.valid.upper) for row in rows.order_by("valid")]


def test_what_nobody_decided_holds_by_default(organisation):
    assert dataclasses.asdict(settings_of(organisation_id=organisation.pk, period=JULY)) == {
        "common_volume_rounding": "volume:6",
        "negative_common": "report",
        "limit_common_to_norm": True,
        "penalty_rule": "ru155",
        "penalty_order": "after_principal",
        "penalty_rate_mode": "payment_day",
        "has_own_penalty_rates": False,
        "shift_due_to_workday": True,
    }


def test_a_change_holds_from_its_month_on(organisation):
    change(organisation, SettingName.NEGATIVE_COMMON, "carry", JULY)

    held = [
        settings_of(organisation_id=organisation.pk, period=month).negative_common
        for month in (JULY.previous(), JULY, JULY.next())
    ]
    assert held == [NegativeCommon.REPORT, NegativeCommon.CARRY, NegativeCommon.CARRY]


def test_a_change_ends_where_a_later_one_begins(organisation):
    later = JULY.shifted(3)
    change(organisation, ROUNDING, "per_m2:5", later)
    change(organisation, ROUNDING, "volume:4", JULY)
    change(organisation, ROUNDING, "volume:7", JULY.next())

    assert values(organisation, ROUNDING) == [
        ("volume:4", JULY.first_day, JULY.next_first_day),
        ("volume:7", JULY.next_first_day, later.first_day),
        ("per_m2:5", later.first_day, None),
    ]


def test_a_mistyped_value_is_replaced_and_remembered(organisation):
    user = make_user(username="buh")
    change(organisation, ROUNDING, "volume:4", JULY, by=user)
    change(organisation, ROUNDING, "per_m2:5", JULY, by=user)

    assert values(organisation, ROUNDING) == [("per_m2:5", JULY.first_day, None)]
    assert list(
        CatalogueChange.objects.order_by("pk").values_list("before", "after", "changed_by")
    ) == [
        (
            "Округление общедомового объёма с 2013-07: доля счёта до 6 зн.",
            "Округление общедомового объёма с 2013-07: доля счёта до 4 зн.",
            user.pk,
        ),
        (
            "Округление общедомового объёма с 2013-07: доля счёта до 4 зн.",
            "Округление общедомового объёма с 2013-07: объём на 1 м² до 5 зн.",
            user.pk,
        ),
    ]


def test_the_same_value_is_no_change(organisation):
    with pytest.raises(NothingChanges) as refusal:
        change(organisation, SettingName.LIMIT_COMMON_TO_NORM, "on", JULY)

    assert str(refusal.value) == (
        "«Ограничение общедомового объёма нормативом» и так действует с этим значением в месяце "
        "2013-07: выберите другое значение или другой месяц."
    )
    assert not CatalogueChange.objects.exists()


def test_a_posted_month_keeps_its_settings(organisation):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_accountingperiod (organisation_id, month, state) "
            "VALUES (%s, %s, 'open')",
            [organisation.pk, JULY.first_day],
        )
        cursor.execute(
            "UPDATE ledger_accountingperiod SET state = 'calculating' WHERE month = %s",
            [JULY.first_day],
        )
        cursor.execute(
            "UPDATE ledger_accountingperiod SET state = 'draft' WHERE month = %s", [JULY.first_day]
        )
        cursor.execute("SELECT ledger_post_month(%s, %s, NULL)", [organisation.pk, JULY.first_day])

    with pytest.raises(MonthIsPosted):
        change(organisation, ROUNDING, "per_m2:5", JULY)


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("negative_common", "volume:6", (JULY.first_day, None)),
        ("mood", "on", (JULY.first_day, None)),
        ("negative_common", "carry", (dt.date(2013, 7, 2), None)),
        ("negative_common", "carry", (None, JULY.first_day)),
    ],
)
def test_the_database_takes_no_other_values(organisation, name, value, valid):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganisationSetting.objects.create(
            organisation=organisation, name=name, value=value, valid=valid
        )


def test_every_setting_of_the_table_is_read(organisation):
    assert len(dataclasses.fields(MonthSettings)) == len(SettingName)
