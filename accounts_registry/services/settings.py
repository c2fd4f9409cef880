"""Decisions of an organisation: written from a month on, with who decided and when."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from accounts_registry.ledger import periods
from accounts_registry.models import Organisation
from accounts_registry.models.settings import (
    SETTING_DEFAULTS,
    SETTING_VALUES,
    CatalogueChange,
    OrganisationSetting,
    SettingName,
)
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web.models import User

SETTINGS_BOOK = "settings"


class SettingRefusal(Refusal):
    """The setting cannot be written like this."""


class NothingChanges(SettingRefusal):
    def __init__(self, name: SettingName, since: Period) -> None:
        super().__init__(
            f"«{name.label}» и так действует с этим значением в месяце {since}: выберите другое "
            "значение или другой месяц."
        )


@transaction.atomic
def change_setting(
    *,
    organisation: Organisation,
    name: SettingName,
    value: str,
    since: Period,
    by: User | None,
    at: dt.datetime,
) -> OrganisationSetting:
    """
    The value holds from the month on, until a change already written for a later month.

    :raises PeriodRefusal: the month is posted, being calculated or before the books begin.
    :raises NothingChanges: the month has this value already.
    """
    assert value in SETTING_VALUES[name], value
    periods.hold_unposted(organisation_id=organisation.pk, period=since)
    spans = OrganisationSetting.objects.filter(organisation=organisation, name=name)
    current = spans.filter(valid__contains=since.first_day).first()
    before = current.value if current else SETTING_DEFAULTS[name]
    if before == value:
        raise NothingChanges(name, since)
    later = spans.filter(valid__startswith__gt=since.first_day).order_by("valid").first()
    until = current.valid.upper if current else later.valid.lower if later else None
    if current and current.valid.lower == since.first_day:
        current.delete()
    elif current:
        current.valid = (current.valid.lower, since.first_day)
        current.save(update_fields=["valid"])
    CatalogueChange.objects.create(
        book=SETTINGS_BOOK,
        organisation=organisation,
        before=f"{name.label} с {since}: {SETTING_VALUES[name][before]}",
        after=f"{name.label} с {since}: {SETTING_VALUES[name][value]}",
        changed_at=at,
        changed_by=by,
    )
    return spans.create(
        organisation=organisation, name=name, value=value, valid=(since.first_day, until)
    )


def store_settings(
    *, organisation: Organisation, values: Mapping[SettingName, str], since: Period
) -> None:
    """What a new organisation begins with: values are written even where they are the default."""
    OrganisationSetting.objects.bulk_create(
        OrganisationSetting(
            organisation=organisation, name=name, value=value, valid=(since.first_day, None)
        )
        for name, value in values.items()
    )
