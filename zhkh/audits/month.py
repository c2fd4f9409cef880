"""A month's turnover against the documents of the month, explained by later payments."""

import dataclasses
from decimal import Decimal

from django.db import connection

from zhkh.kernel.period import Period

_SQL = """
WITH document AS (
  SELECT issued.id, issued.account_id, issued.opening + issued.charged AS balance,
         issued.counted_until, issued.issued_at
  FROM payment_docs_issueddocument issued
  JOIN accounts_registry_personalaccount account ON account.id = issued.account_id
  WHERE account.organisation_id = %(organisation)s AND issued.month = %(month)s
    AND issued.superseded_at IS NULL
), closing AS (
  SELECT t.account_id, sum(t.closing) AS amount
  FROM ledger_turnover t
  JOIN accounts_registry_personalaccount account ON account.id = t.account_id
  WHERE account.organisation_id = %(organisation)s AND t.month = %(month)s
  GROUP BY t.account_id
), paid AS (
  SELECT document.id,
         coalesce(sum(payment.amount) FILTER (WHERE payment.month = %(month)s), 0.00) AS of_month,
         coalesce(sum(payment.amount) FILTER (
           WHERE payment.paid_on <= document.counted_until
             AND payment.recorded_at <= document.issued_at), 0.00) AS counted
  FROM document
  LEFT JOIN ledger_payment payment
    ON payment.account_id = document.account_id AND payment.month >= %(month)s
  GROUP BY document.id
)
SELECT count(document.id), count(*) FILTER (WHERE document.id IS NULL),
       coalesce(sum(document.balance), 0.00),
       coalesce(sum(closing.amount) FILTER (WHERE document.id IS NOT NULL), 0.00),
       coalesce(sum(closing.amount) FILTER (WHERE document.id IS NULL), 0.00),
       coalesce(sum(paid.counted - paid.of_month), 0.00)
FROM closing
FULL JOIN document ON document.account_id = closing.account_id
LEFT JOIN paid ON paid.id = document.id
"""


@dataclasses.dataclass(frozen=True, slots=True)
class MonthOfPapers:
    """Sums over the documents in force and the books; roubles, debt > 0."""

    documents: int
    without: int  # accounts with turnover and no document
    printed: Decimal  # debts less advances as the documents tell them
    closing: Decimal  # of the same accounts by turnover
    closing_without: Decimal
    later: Decimal  # payments the documents counted beyond the month's own

    @property
    def difference(self) -> Decimal:
        """What nothing explains."""
        return self.printed + self.later - self.closing


def papers_of_month(*, organisation_id: int, period: Period) -> MonthOfPapers:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"organisation": organisation_id, "month": period.first_day})
        row = cursor.fetchone()
    assert row is not None, "an aggregate gives a row"
    return MonthOfPapers(*row)
