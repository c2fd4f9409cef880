"""What a month came to, in a few short texts that are equal only when every row is."""

import hashlib

from django.db import connection

from accounts_registry.models import Organisation
from zhkh.kernel.period import Period


def _of_accounts(table: str, columns: str) -> str:
    return (
        f"SELECT account.number, service.code, {columns} FROM {table} entry"  # noqa: S608 (ours)
        " JOIN accounts_registry_personalaccount account ON account.id = entry.account_id"
        " JOIN accounts_registry_service service ON service.id = entry.service_id"
        " WHERE account.organisation_id = %s AND entry.month = %s"
    )


# Rows by what names them: identifiers differ from one database to another.
_DRAFT = {
    "lines": _of_accounts(
        "charges_chargeline", "to_jsonb(entry) - 'account_id'::text - 'service_id'::text"
    ),
    "computed": _of_accounts("charges_computedadjustment", "entry.kind, entry.amount"),
    "inputs": (
        "SELECT house.code, entry.input_digest, entry.result_digest"
        " FROM charges_chargeinput entry"
        " JOIN accounts_registry_house house ON house.id = entry.house_id"
        " WHERE house.organisation_id = %s AND entry.month = %s"
    ),
}
_POSTED = {
    "turnover": _of_accounts(
        "ledger_turnover",
        "entry.opening, entry.charged, entry.adjusted, entry.paid, entry.closing",
    ),
    "adjustments": _of_accounts("ledger_adjustment", "entry.kind, entry.for_month, entry.amount"),
}

Digests = dict[str, str]


def draft_digests(organisation: Organisation, period: Period) -> Digests:
    """Charge lines, what the calculation found besides them, and the frozen inputs."""
    return {name: _digest(query, organisation, period) for name, query in _DRAFT.items()}


def posted_digests(organisation: Organisation, period: Period) -> Digests:
    """Turnover and adjustments of a posted month."""
    return {name: _digest(query, organisation, period) for name, query in _POSTED.items()}


def _digest(query: str, organisation: Organisation, period: Period) -> str:
    ordered = f"SELECT found::text FROM ({query}) found ORDER BY 1"  # noqa: S608 (constants above)
    hashed = hashlib.sha256()
    with connection.cursor() as cursor:
        cursor.execute(ordered, [organisation.pk, period.first_day])
        for (row,) in cursor:
            hashed.update(row.encode() + b"\n")
    return hashed.hexdigest()
