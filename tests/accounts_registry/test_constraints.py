"""Every constraint of the registry is broken once by a direct write and answers with its name."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from accounts_registry.models import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    AccountService,
    CalendarDay,
    CatalogueChange,
    DueDay,
    Membership,
    Meter,
    MeterReading,
    OrganisationSetting,
    PenaltySuspension,
    ReferenceRate,
    ReplacedReading,
    ServiceSource,
    UpliftCoefficient,
)
from tests.cast import NOON, TihiyOkean, tihiy_okean
from tests.factories import (
    LONG_AGO,
    Span,
    connect,
    make_account,
    make_house,
    make_meter,
    make_payee,
    make_premises,
    make_service,
    make_user,
)

pytestmark = pytest.mark.django_db

Break = Callable[[TihiyOkean], Any]

JULY_1 = dt.date(2013, 7, 1)
JULY_2 = dt.date(2013, 7, 2)
FROM_JULY = (JULY_1, None)
ENDLESS = (None, JULY_1)
FAR = (dt.date(2000, 1, 1), dt.date(2000, 1, 2))


def set_column(okean: TihiyOkean, of: str, **columns: Any) -> None:
    row = getattr(okean, of)
    type(row).objects.filter(pk=row.pk).update(**columns)


def read(okean: TihiyOkean, **columns: Any) -> MeterReading:
    meter = make_meter(at=okean.fet, service=okean.cold_water)
    plain = {"read_on": JULY_1, "value": 1, "source": "operator", "entered_at": NOON}
    return MeterReading.objects.create(meter=meter, **(plain | columns))


def read_twice(okean: TihiyOkean) -> None:
    first = read(okean)
    first.pk = None
    first.save(force_insert=True)


def name_role_twice(okean: TihiyOkean) -> None:
    user = make_user(username="twice")
    for _ in range(2):
        Membership.objects.create(user=user, role="operator", organisation=None)


def name_source_twice(okean: TihiyOkean) -> None:
    for _ in range(2):
        ServiceSource.objects.create(service=okean.fee, source=okean.cold_water, role="from")


def charge_common_twice(okean: TihiyOkean, column: str) -> None:
    services = {"service": okean.fee, "source": okean.cold_water}
    ServiceSource.objects.create(**services, role="common")
    other = make_service(organisation=okean.organisation, code="other")
    ServiceSource.objects.create(
        **({"service": other, "source": other} | {column: services[column]}), role="common"
    )


def name_payee_twice(okean: TihiyOkean) -> None:
    for _ in range(2):
        make_payee(organisation=okean.organisation, name="Мосводоканал")


def add_setting(
    okean: TihiyOkean, *, value: str = "per_m2:5", valid: Span = FROM_JULY
) -> OrganisationSetting:
    return OrganisationSetting.objects.create(
        organisation=okean.organisation, name="common_volume_rounding", value=value, valid=valid
    )


def add_rate(**columns: Any) -> ReferenceRate:
    plain = {"kind": "key", "since": JULY_1, "percent": 1, "source": "приказ"}
    return ReferenceRate.objects.create(**(plain | columns))


def add_due_day(okean: TihiyOkean, **columns: Any) -> DueDay:
    plain = {"day": 15, "valid": FROM_JULY, "source": "договор"}
    return DueDay.objects.create(organisation=okean.organisation, **(plain | columns))


def add_uplift(okean: TihiyOkean, **columns: Any) -> UpliftCoefficient:
    plain = {"kind": "cold_water", "coefficient": 2, "valid": FROM_JULY, "source": "приказ"}
    return UpliftCoefficient.objects.create(organisation=okean.organisation, **(plain | columns))


BREAKS: dict[str, Break] = {
    "counting_day_is_in_every_month": lambda o: set_column(o, "organisation", counting_day=29),
    "payee_name_is_unique_in_organisation": name_payee_twice,
    "role_is_given_once": name_role_twice,
    "role_is_known": lambda o: Membership.objects.create(
        user=make_user(username="boss"), role="boss"
    ),
    "house_code_is_unique_in_organisation": lambda o: make_house(
        organisation=o.organisation, code=o.house.code
    ),
    "house_premises_area_is_positive": lambda o: set_column(o, "house", premises_area_m2=0),
    "house_common_area_is_positive": lambda o: set_column(o, "house", common_area_m2=0),
    "premises_number_is_unique_in_house": lambda o: make_premises(house=o.house, number="1"),
    "premises_kind_is_known": lambda o: make_premises(house=o.house, number="9", kind="garage"),
    "service_vat_is_its_own_or_of_the_book": lambda o: set_column(
        o, "fee", vat_by_book=True, vat_rate="0.2"
    ),
    "service_uplift_kind_is_of_an_uplifted_one": lambda o: set_column(
        o, "fee", uplift_kind="cold_water"
    ),
    "service_code_is_unique_in_organisation": lambda o: make_service(
        organisation=o.organisation, code=o.fee.code
    ),
    "service_charge_is_known": lambda o: set_column(o, "fee", charge="by_mood"),
    "service_group_is_known": lambda o: set_column(o, "fee", group="unknown"),
    "service_without_code_is_not_charged": lambda o: set_column(o, "unsplit", charge="per_area"),
    "service_source_is_named_once": name_source_twice,
    "common_volume_is_charged_once_by_service": lambda o: charge_common_twice(o, "service"),
    "common_volume_is_charged_once_by_source": lambda o: charge_common_twice(o, "source"),
    "service_source_role_is_known": lambda o: ServiceSource.objects.create(
        service=o.fee, source=o.cold_water, role="to"
    ),
    "account_number_is_unique_in_organisation": lambda o: make_account(
        premises=make_premises(house=o.house, number="9"), number=o.fet.number
    ),
    "account_by_email_has_email": lambda o: set_column(o, "fet", delivery_method="email"),
    "account_delivery_is_known": lambda o: set_column(o, "fet", delivery_method="pigeon"),
    "account_closes_after_opening": lambda o: set_column(o, "fet", closed_on=dt.date(2012, 9, 30)),
    "account_has_a_number": lambda o: set_column(o, "fet", number=""),
    "account_area_valid_has_a_start": lambda o: AccountArea.objects.create(
        account=make_account(premises=o.fet.premises, number="9"), valid=ENDLESS, area_m2=1
    ),
    "account_area_spans_do_not_overlap": lambda o: AccountArea.objects.create(
        account=o.fet, valid=FROM_JULY, area_m2=1
    ),
    "account_area_is_positive": lambda o: AccountArea.objects.create(
        account=o.fet, valid=FAR, area_m2=0
    ),
    "account_residents_valid_has_a_start": lambda o: AccountResidents.objects.create(
        account=make_account(premises=o.fet.premises, number="9"), valid=ENDLESS, count=1
    ),
    "account_residents_spans_do_not_overlap": lambda o: AccountResidents.objects.create(
        account=o.fet, valid=FROM_JULY, count=1
    ),
    "account_ownership_valid_has_a_start": lambda o: AccountOwnership.objects.create(
        account=make_account(premises=o.fet.premises, number="9"), valid=ENDLESS
    ),
    "account_ownership_spans_do_not_overlap": lambda o: AccountOwnership.objects.create(
        account=o.fet, valid=FROM_JULY
    ),
    "account_has_an_owner": lambda o: AccountOwnership.objects.create(
        account=o.fet, valid=FAR, owners=0
    ),
    "ownership_share_is_a_share": lambda o: AccountOwnership.objects.create(
        account=o.fet, valid=FAR, share="1.00001"
    ),
    "account_service_valid_has_a_start": lambda o: AccountService.objects.create(
        account=make_account(premises=o.fet.premises, number="9"), service=o.fee, valid=ENDLESS
    ),
    "account_service_spans_do_not_overlap": lambda o: connect(o.fet, o.fee, since=JULY_1),
    "meter_belongs_to_an_account_or_a_house": lambda o: Meter.objects.create(
        account=o.fet, house=o.house, service=o.cold_water, installed_on=JULY_1
    ),
    "meter_digits_are_1_to_9": lambda o: make_meter(at=o.fet, service=o.cold_water, digits=10),
    "meter_is_removed_after_installation": lambda o: make_meter(
        at=o.fet, service=o.cold_water, installed_on=JULY_1, removed_on=JULY_1
    ),
    "replaced_reading_has_a_reason": lambda o: ReplacedReading.objects.create(
        meter=make_meter(at=o.fet, service=o.cold_water),
        read_on=JULY_1,
        value=1,
        source="owner",
        entered_at=NOON,
        reason="",
        replaced_at=NOON,
    ),
    "meter_zone_is_known": lambda o: make_meter(at=o.fet, service=o.cold_water, zone="dusk"),
    "one_reading_a_day": read_twice,
    "reading_is_not_negative": lambda o: read(o, value=-1),
    "reading_source_is_known": lambda o: read(o, source="guess"),
    "setting_value_is_known": lambda o: add_setting(o, value="volume:8"),
    "setting_holds_for_whole_months": lambda o: add_setting(o, valid=(JULY_2, None)),
    "setting_spans_do_not_overlap": lambda o: [add_setting(o), add_setting(o)],
    "catalogue_change_changes": lambda o: CatalogueChange.objects.create(
        book="settings", before="1", after="1", changed_at=NOON
    ),
    "rate_begins_once_a_day": lambda o: add_rate(since=dt.date(2016, 1, 1)),
    "rate_is_not_negative": lambda o: add_rate(percent=None),
    "rate_kind_is_known": lambda o: add_rate(kind="mood"),
    "suspension_valid_has_a_start": lambda o: PenaltySuspension.objects.create(
        valid=ENDLESS, source="суд"
    ),
    "suspension_of_an_account_names_no_organisation": lambda o: PenaltySuspension.objects.create(
        account=o.fet, organisation=o.organisation, valid=FROM_JULY, source="суд"
    ),
    "due_day_is_in_every_month": lambda o: add_due_day(o, day=29),
    "due_day_holds_for_whole_months": lambda o: add_due_day(o, valid=(JULY_2, None)),
    "due_day_spans_do_not_overlap": lambda o: [add_due_day(o), add_due_day(o)],
    "uplift_coefficient_is_at_least_one": lambda o: add_uplift(o, coefficient=0),
    "uplift_kind_is_known": lambda o: add_uplift(o, kind="gas"),
    "uplift_coefficient_valid_has_a_start": lambda o: add_uplift(o, valid=ENDLESS),
    "uplift_coefficient_spans_do_not_overlap": lambda o: [add_uplift(o), add_uplift(o)],
    "calendar_names_a_day_once": lambda o: CalendarDay.objects.create(
        day=dt.date(2013, 1, 1), source="приказ"
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_database_refuses(name):
    okean = tihiy_okean()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        BREAKS[name](okean)

    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == name


def test_every_constraint_is_broken_here():
    app = apps.get_app_config("accounts_registry")

    assert set(BREAKS) == {
        constraint.name for model in app.get_models() for constraint in model._meta.constraints
    }


def test_empty_span_is_no_span():
    okean = tihiy_okean()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        connect(okean.fet, okean.unsplit, since=JULY_1, until=JULY_1)

    assert isinstance(refusal.value.__cause__, psycopg.errors.CheckViolation)


def test_spans_that_only_touch_do_not_overlap():
    okean = tihiy_okean()
    connect(okean.fet, okean.unsplit, since=LONG_AGO, until=JULY_1)

    connect(okean.fet, okean.unsplit, since=JULY_1)

    assert okean.fet.services.filter(service=okean.unsplit).count() == 2


def test_same_service_of_two_accounts_does_not_overlap():
    okean = tihiy_okean()

    connect(okean.fet, okean.unsplit)
    connect(okean.tyutchev, okean.unsplit)

    assert okean.unsplit.connections.count() == 2


def test_program_cannot_drop_the_constraints():
    """The role of the program owns nothing: rules of the tables are out of its reach."""
    with (
        pytest.raises(Exception, match="must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "ALTER TABLE accounts_registry_accountarea "
            "DROP CONSTRAINT account_area_spans_do_not_overlap"
        )
