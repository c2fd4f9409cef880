"""What houses come to in a calculated month, kept beside the lines."""

from collections.abc import Collection
from typing import Any

from django.db import connection

from zhkh.kernel.period import Period


def keep_totals(house_ids: Collection[int], *, period: Period) -> None:
    """Add up the lines of the houses instead of what was kept of them before."""
    asked: dict[str, Any] = {"houses": list(house_ids), "month": period.first_day}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, asked)
        cursor.execute(_KEEP, asked)


_FORGET = """
DELETE FROM charges_housetotal WHERE month = %(month)s AND house_id = ANY(%(houses)s)
"""

# Heat that warms water has a unit of its own: the volume of a service is that of its own unit.
_KEEP = """
INSERT INTO charges_housetotal (month, house_id, service_id, accounts, total, volume)
SELECT %(month)s, premises.house_id, line.service_id, count(DISTINCT line.account_id),
  sum(line.total), CASE WHEN grouping(line.service_id) = 0 THEN
    sum(coalesce(line.individual_volume, 0) + coalesce(line.common_volume, 0))
      FILTER (WHERE line.component <> 'heat') END
FROM accounts_registry_premises premises
JOIN accounts_registry_personalaccount account ON account.premises_id = premises.id
JOIN charges_chargeline line ON line.account_id = account.id AND line.month = %(month)s
WHERE premises.house_id = ANY(%(houses)s)
GROUP BY GROUPING SETS ((premises.house_id, line.service_id), (premises.house_id))
"""
