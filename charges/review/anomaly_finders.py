"""
What is unusual about a month, as queries over all accounts of some houses at once.

`SETUP` gathers accounts, sums and meters of the month into tables of the transaction, with
statistics: a plan guessed without them is slow on a large month. `FINDERS` read them and give
kind, house, account, service, now, usual, day, text. Parameters: `organisation`, `month`,
`next_month`, `before` (the month before), `since` (the first of the three months «usual» is the
mean of), `houses` (those looked at), `run` (the calculation), `times` (how many times more or less is
unusual), `floor` (roubles below which nothing is).
"""

# Accounts of the month: open on some day of it.
_ACCOUNTS = """
CREATE TEMPORARY TABLE accounts ON COMMIT DROP AS
SELECT account.id, account.opened_on, account.closed_on, premises.house_id
FROM accounts_registry_personalaccount account
JOIN accounts_registry_premises premises ON premises.id = account.premises_id
WHERE account.organisation_id = %(organisation)s
  AND account.opened_on < %(next_month)s
  AND (account.closed_on IS NULL OR account.closed_on >= %(month)s)
  AND premises.house_id = ANY(%(houses)s)
"""

# A row without `charged` is a service charged before and not now. Lines with nothing charged say
# nothing of what is usual: heating in summer.
_SUMS = """
CREATE TEMPORARY TABLE sums ON COMMIT DROP AS
WITH lines AS NOT MATERIALIZED (
  SELECT line.* FROM charges_chargeline line
  WHERE line.account_id IN (SELECT id FROM accounts)
), this_month AS (
  SELECT account_id, service_id, sum(charged) AS charged, sum(total) AS total,
    sum(individual_volume) FILTER (WHERE component <> 'heat') AS individual,
    sum(common_volume) FILTER (WHERE component <> 'heat') AS common,
    bool_or(individual_method IN ('meter', 'average')) AS metered
  FROM lines WHERE month = %(month)s GROUP BY 1, 2
), earlier AS (
  SELECT account_id, service_id, round(sum(charged) / (
    bool_or(month = %(since)s)::int
    + bool_or(month > %(since)s AND month < %(before)s)::int
    + bool_or(month = %(before)s)::int), 2) AS usual
  FROM lines WHERE month >= %(since)s AND month < %(month)s AND charged > 0 GROUP BY 1, 2
)
SELECT accounts.house_id, account_id, service_id, charged, total, individual, common, metered, usual
FROM this_month FULL JOIN earlier USING (account_id, service_id)
JOIN accounts ON accounts.id = account_id
"""

# Meters standing at the end of the month, of flats and of houses, with their last reading.
_METERS = """
CREATE TEMPORARY TABLE meters ON COMMIT DROP AS
SELECT meter.id, coalesce(meter.house_id, accounts.house_id) AS house_id,
  meter.account_id, meter.service_id, meter.verified_until, meter.digits, last_read.read_on
FROM accounts_registry_meter meter
LEFT JOIN accounts ON accounts.id = meter.account_id
LEFT JOIN accounts_registry_house house ON house.id = meter.house_id
LEFT JOIN LATERAL (SELECT reading.read_on FROM accounts_registry_meterreading reading
  WHERE reading.meter_id = meter.id AND reading.read_on < %(next_month)s
  ORDER BY reading.read_on DESC LIMIT 1) last_read ON true
WHERE (accounts.id IS NOT NULL OR house.id = ANY(%(houses)s))
  AND meter.installed_on < %(next_month)s
  AND (meter.removed_on IS NULL OR meter.removed_on >= %(next_month)s)
"""

SETUP = (
    "SET LOCAL work_mem = '64MB'",
    "DROP TABLE IF EXISTS pg_temp.accounts, pg_temp.sums, pg_temp.meters",
    _ACCOUNTS,
    "ANALYZE accounts",
    _SUMS,
    "ANALYZE sums",
    _METERS,
    "ANALYZE meters",
)

BAD_HOUSES = """
SELECT 'bad_house', house.id, NULL::bigint, NULL::bigint, NULL::numeric, NULL::numeric,
  NULL::date, item.message
FROM runs_runitem item JOIN accounts_registry_house house ON house.id = item.item_key::bigint
WHERE item.run_id = %(run)s AND item.state = 'failed'
  AND house.id = ANY(%(houses)s)
"""

NEGATIVE = """
SELECT 'negative', house_id, account_id, service_id, total, NULL::numeric, NULL::date, ''
FROM sums WHERE total < 0
"""

# An account charged nothing at all; houses left out of the draft are told apart.
ZERO_ACCOUNTS = """
SELECT 'zero', accounts.house_id, accounts.id, NULL::bigint, 0.00, NULL::numeric, NULL::date, ''
FROM accounts
JOIN charges_chargeinput input
  ON input.house_id = accounts.house_id AND input.month = %(month)s
LEFT JOIN sums ON sums.account_id = accounts.id
GROUP BY accounts.house_id, accounts.id HAVING coalesce(sum(sums.charged), 0) = 0
"""

# A service that usually costs something and now much more, much less or nothing.
UNUSUAL_SUMS = """
WITH charged_at_all AS (
  SELECT account_id FROM sums GROUP BY 1 HAVING sum(charged) <> 0
)
SELECT CASE WHEN coalesce(charged, 0) = 0 THEN 'zero'
    WHEN charged > usual THEN 'jump_up' ELSE 'jump_down' END,
  house_id, account_id, service_id, coalesce(charged, 0), usual, NULL::date, ''
FROM sums JOIN charged_at_all USING (account_id)
WHERE usual IS NOT NULL AND CASE WHEN coalesce(charged, 0) = 0 THEN EXISTS (
    SELECT FROM accounts_registry_accountservice connected
    WHERE connected.account_id = sums.account_id AND connected.service_id = sums.service_id
      AND connected.valid && daterange(%(month)s, %(next_month)s))
  ELSE (charged >= %(times)s * usual OR charged * %(times)s <= usual)
    AND abs(charged - usual) >= %(floor)s END
"""

# Where nobody is registered the owners stand for residents (п. 56(2) Правил № 354).
OVER_NORM = """
WITH norms AS (
  SELECT service_id, max(per_person) AS per_person FROM charges_norm
  WHERE valid && daterange(%(month)s, %(next_month)s) AND per_person IS NOT NULL GROUP BY 1
), people AS (
  SELECT accounts.id AS account_id,
    coalesce(nullif(max(residents.count), 0), max(ownership.owners), 0) AS persons
  FROM accounts
  LEFT JOIN accounts_registry_accountresidents residents ON residents.account_id = accounts.id
    AND residents.valid && daterange(%(month)s, %(next_month)s)
  LEFT JOIN accounts_registry_accountownership ownership ON ownership.account_id = accounts.id
    AND ownership.valid && daterange(%(month)s, %(next_month)s)
  GROUP BY 1
)
SELECT 'over_norm', house_id, account_id, service_id, individual, persons * per_person,
  NULL::date, ''
FROM sums JOIN norms USING (service_id) JOIN people USING (account_id)
WHERE metered AND persons > 0 AND individual > persons * per_person
"""

NO_READING = """
SELECT 'no_reading', house_id, account_id, service_id, NULL::numeric, NULL::numeric,
  min(read_on), ''
FROM meters WHERE (read_on IS NULL OR read_on < %(month)s)
  AND (verified_until IS NULL OR verified_until >= %(next_month)s::date - 1)
GROUP BY house_id, account_id, service_id
"""

LAPSED = """
SELECT 'lapsed', house_id, account_id, service_id, NULL::numeric, NULL::numeric,
  min(verified_until), ''
FROM meters WHERE verified_until < %(next_month)s::date - 1
GROUP BY house_id, account_id, service_id
"""

# A house meter counts everything: less than the flats together is a wrong reading somewhere.
HOUSE_LESS = """
WITH counted AS (
  SELECT house_id, service_id, sum(CASE WHEN last_read.value >= first_read.value
    THEN last_read.value - first_read.value
    ELSE last_read.value - first_read.value + power(10::numeric, digits) END) AS volume
  FROM meters
  JOIN LATERAL (SELECT value FROM accounts_registry_meterreading reading
    WHERE reading.meter_id = meters.id AND read_on >= %(month)s AND read_on < %(next_month)s
    ORDER BY read_on DESC LIMIT 1) last_read ON true
  JOIN LATERAL (SELECT value FROM accounts_registry_meterreading reading
    WHERE reading.meter_id = meters.id AND read_on < %(month)s
    ORDER BY read_on DESC LIMIT 1) first_read ON true
  WHERE account_id IS NULL GROUP BY 1, 2
), flats AS (
  SELECT house_id, service_id, sum(individual) AS volume FROM sums GROUP BY 1, 2
)
SELECT 'house_less', house_id, NULL::bigint, service_id, counted.volume, flats.volume,
  NULL::date, ''
FROM counted JOIN flats USING (house_id, service_id) WHERE counted.volume < flats.volume
"""

COMMON_NEGATIVE = """
SELECT 'common_negative', house_id, NULL::bigint, service_id, sum(common), NULL::numeric,
  NULL::date, ''
FROM sums GROUP BY 2, 4 HAVING sum(common) < 0
"""

# Shares are rounded, so a thousandth of a unit an account is no rest.
COMMON_LEFT = """
WITH given AS (
  SELECT volume.house_id, volume.service_id, sum(volume.volume) AS volume
  FROM charges_commonvolume volume
  JOIN accounts_registry_house house ON house.id = volume.house_id
  JOIN charges_chargeinput input ON input.house_id = house.id AND input.month = volume.month
  WHERE volume.month = %(month)s AND house.organisation_id = %(organisation)s
    AND house.id = ANY(%(houses)s)
  GROUP BY 1, 2
), shared AS (
  SELECT house_id, service_id, sum(common) AS volume, count(charged) AS accounts
  FROM sums GROUP BY 1, 2
)
SELECT 'common_left', given.house_id, NULL::bigint, given.service_id,
  given.volume - coalesce(shared.volume, 0), given.volume, NULL::date, ''
FROM given LEFT JOIN shared USING (house_id, service_id)
WHERE given.volume - coalesce(shared.volume, 0) > 0.001 * (coalesce(shared.accounts, 0) + 1)
"""

CLOSED = """
SELECT 'closed', sums.house_id, sums.account_id, NULL::bigint, sum(sums.total), NULL::numeric,
  max(accounts.closed_on), ''
FROM sums JOIN accounts ON accounts.id = sums.account_id
WHERE accounts.closed_on < %(next_month)s
GROUP BY 2, 3 HAVING sum(sums.charged) <> 0
"""

AREA_CHANGED = """
SELECT 'area_changed', accounts.house_id, accounts.id, NULL::bigint, last_area.area_m2,
  first_area.area_m2, lower(last_area.valid), ''
FROM accounts
JOIN accounts_registry_accountarea last_area ON last_area.account_id = accounts.id
  AND last_area.valid @> (%(next_month)s::date - 1)
JOIN accounts_registry_accountarea first_area ON first_area.account_id = accounts.id
  AND first_area.valid @> (%(month)s::date - 1)
WHERE last_area.area_m2 <> first_area.area_m2
"""

NEW_ACCOUNTS = """
SELECT 'new_account', sums.house_id, sums.account_id, NULL::bigint, sum(sums.total),
  NULL::numeric, max(accounts.opened_on), ''
FROM sums JOIN accounts ON accounts.id = sums.account_id
WHERE accounts.opened_on >= %(month)s GROUP BY 2, 3
"""

FINDERS = (
    BAD_HOUSES,
    NEGATIVE,
    ZERO_ACCOUNTS,
    UNUSUAL_SUMS,
    OVER_NORM,
    NO_READING,
    LAPSED,
    HOUSE_LESS,
    COMMON_NEGATIVE,
    COMMON_LEFT,
    CLOSED,
    AREA_CHANGED,
    NEW_ACCOUNTS,
)
