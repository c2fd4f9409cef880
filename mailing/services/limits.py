"""How many letters an account may still send: rolling windows, counted in the database."""

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Now

from mailing.models import JournalRow, JournalState, MailAccount

_WINDOWS = (
    ("per_minute", dt.timedelta(minutes=1)),
    ("per_hour", dt.timedelta(hours=1)),
    ("per_day", dt.timedelta(days=1)),
)


def room(mail_account_id: int, *, wanted: int) -> int:
    """
    How many of `wanted` letters fit the limits now; locks the account when it has limits.

    Call it inside the transaction that claims: two workers never share the same room.
    """
    account = MailAccount.objects.select_for_update(no_key=True).get(pk=mail_account_id)
    limits = [(getattr(account, name), span) for name, span in _WINDOWS]
    for limit, span in limits:
        if limit is not None:
            wanted = min(wanted, max(limit - _begun(mail_account_id, span), 0))
    return wanted


def _begun(mail_account_id: int, span: dt.timedelta) -> int:
    """Letters whose body began within the span, and those about to begin."""
    recent = Q(body_at__gt=Now() - span) & ~Q(state=JournalState.CLAIMED)
    rows = JournalRow.objects.filter(batch__mail_account_id=mail_account_id)
    return rows.filter(recent | Q(state=JournalState.CLAIMED)).count()
