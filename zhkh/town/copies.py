"""
A month of history made of another by a few queries: the same lines and frozen inputs, its own books.

What a year or five of them look like to a card, a report and the books, without calculating each.
Explanations of such a month tell of the month it was copied from.
"""

import datetime as dt

from django.db import connection, transaction

from accounts_registry.ledger import periods
from accounts_registry.models import Organisation
from charges.models import ChargeInput, ChargeLine, CommonOutcome, ComputedAdjustment
from charges.review.changes import mark_start
from zhkh.kernel.period import Period

# Each of these tables has a column of the month.
_OF_ACCOUNTS = (ChargeLine, ComputedAdjustment)
_OF_HOUSES = (ChargeInput, CommonOutcome)
_ACCOUNT = (
    "JOIN accounts_registry_personalaccount account ON account.id = entry.account_id"
    " AND account.organisation_id = %(organisation)s"
)
_HOUSE = (
    "JOIN accounts_registry_house house ON house.id = entry.house_id"
    " AND house.organisation_id = %(organisation)s"
)


@transaction.atomic(durable=True)
def copy_draft(*, organisation: Organisation, sample: Period, period: Period) -> None:
    """
    Make the open month a draft with what the calculated month `sample` has.

    Nothing may be entered for either month, and nobody come or leave between them: the lines must
    be what the frozen inputs give and the books have.

    :raises PeriodRefusal: the month is posted or being calculated.
    """
    periods.start_calculation(organisation_id=organisation.pk, period=period)
    mark_start(organisation=organisation, period=period)
    given: dict[str, int | dt.date] = {
        "organisation": organisation.pk,
        "month": period.first_day,
        "sample": sample.first_day,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT charges_open_month(%(month)s)", given)
        for models, owner in ((_OF_ACCOUNTS, _ACCOUNT), (_OF_HOUSES, _HOUSE)):
            for model in models:
                cursor.execute(_copying(model, owner), given)
    periods.finish_calculation(organisation_id=organisation.pk, period=period, complete=True)


def _copying(
    model: type[ChargeLine | ComputedAdjustment | ChargeInput | CommonOutcome], owner: str
) -> str:
    meta = model._meta  # noqa: SLF001 (documented)
    columns = [
        str(field.column)
        for field in meta.concrete_fields
        if field.column and field.column not in {"id", "month"}
    ]
    read = ", ".join(f"entry.{column}" for column in columns)
    return (
        f"INSERT INTO {meta.db_table} (month, {', '.join(columns)})"  # noqa: S608 (our models)
        f" SELECT %(month)s, {read} FROM {meta.db_table} entry {owner}"
        " WHERE entry.month = %(sample)s"
    )
