"""Operations by hand, time of entry, and what every table of the program must be."""

from zhkh.audits.audit import Audit

OPERATION_AUDITS = (
    Audit(
        "transfer-whole",
        "перенос переплаты не меняет общую сумму",
        "перенесено в сумме",
        "должно быть",
        """
        SELECT operation.organisation_id,
               format('перенос %s от %s, %s', operation.id,
                      to_char(operation.happened_on, 'DD.MM.YYYY'), operation.basis),
               NULL::date, sum(entry.amount), 0.00
        FROM ledger_operation operation
        JOIN ledger_adjustment entry ON entry.operation_id = operation.id
        WHERE entry.kind = 'transfer'
        GROUP BY operation.id
        HAVING sum(entry.amount) <> 0
        ORDER BY operation.id
        """,
    ),
    Audit(
        "operation-organisation",
        "операция бухгалтера касается счетов своей организации",
        "счёт организации",
        "операция организации",
        """
        SELECT operation.organisation_id,
               format('операция %s от %s, счёт %s', operation.id,
                      to_char(operation.happened_on, 'DD.MM.YYYY'), account.number),
               NULL::date, owner.name, organisation.name
        FROM (SELECT operation_id, account_id FROM ledger_payment
              UNION SELECT operation_id, account_id FROM ledger_adjustment) entry
        JOIN ledger_operation operation ON operation.id = entry.operation_id
        JOIN accounts_registry_personalaccount account ON account.id = entry.account_id
        JOIN accounts_registry_organisation owner ON owner.id = account.organisation_id
        JOIN accounts_registry_organisation organisation
          ON organisation.id = operation.organisation_id
        WHERE account.organisation_id <> operation.organisation_id
        ORDER BY operation.id, account.number
        """,
    ),
    Audit(
        "written-in-time",
        "в проведённый месяц ничего не записано после проведения",
        "записано",
        "месяц проведён",
        """
        SELECT account.organisation_id, format('счёт %s, %s', account.number, entry.what),
               entry.month, to_char(entry.recorded_at, 'DD.MM.YYYY HH24:MI'),
               to_char(period.posted_at, 'DD.MM.YYYY HH24:MI')
        FROM (SELECT 'платёж ' || id AS what, account_id, month, recorded_at FROM ledger_payment
              UNION ALL
              SELECT 'корректировка ' || id, account_id, month, recorded_at
              FROM ledger_adjustment) entry
        JOIN accounts_registry_personalaccount account ON account.id = entry.account_id
        JOIN ledger_accountingperiod period
          ON period.organisation_id = account.organisation_id AND period.month = entry.month
         AND period.state = 'posted'
        WHERE entry.recorded_at > period.posted_at
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "balance-adds-up",
        "остаток каждой услуги счёта равен всему начисленному и изменённому за вычетом оплат",
        "остаток",
        "начислено и изменено за вычетом оплат",
        """
        WITH posted AS (
          SELECT organisation_id, max(month) AS month FROM ledger_accountingperiod
          WHERE state = 'posted' GROUP BY organisation_id
        ), entry AS (
          SELECT account_id, service_id, month, 0.00 AS kept, charged AS added FROM ledger_turnover
          UNION ALL
          SELECT account_id, service_id, month, 0.00, amount FROM ledger_adjustment
          UNION ALL
          SELECT account_id, service_id, month, 0.00, -amount FROM ledger_paymentline
          UNION ALL
          SELECT t.account_id, t.service_id, NULL, t.closing, 0.00
          FROM ledger_turnover t
          JOIN accounts_registry_personalaccount account ON account.id = t.account_id
          JOIN posted ON posted.organisation_id = account.organisation_id
           AND posted.month = t.month
        ), sums AS (
          SELECT entry.account_id, entry.service_id, sum(entry.kept) AS kept,
                 sum(entry.added) FILTER (WHERE entry.month <= posted.month) AS added
          FROM entry
          JOIN accounts_registry_personalaccount account ON account.id = entry.account_id
          JOIN posted ON posted.organisation_id = account.organisation_id
          GROUP BY entry.account_id, entry.service_id
        )
        SELECT account.organisation_id, format('счёт %s, %s', account.number, service.name),
               NULL::date, sums.kept, coalesce(sums.added, 0.00)
        FROM sums
        JOIN accounts_registry_personalaccount account ON account.id = sums.account_id
        JOIN accounts_registry_service service ON service.id = sums.service_id
        WHERE sums.kept <> coalesce(sums.added, 0)
        ORDER BY 2
        """,
    ),
    Audit(
        "benefit-within-charge",
        "льгота не больше начисления, к которому относится",
        "льгота",
        "начислено",
        """
        SELECT account.organisation_id, format('счёт %s, %s', account.number, service.name),
               line.month, line.benefit, line.charged
        FROM charges_chargeline line
        JOIN accounts_registry_personalaccount account ON account.id = line.account_id
        JOIN accounts_registry_service service ON service.id = line.service_id
        WHERE line.benefit > 0 AND line.benefit > line.charged
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "readings-rise",
        "показания прибора не убывают, кроме перехода через ноль",
        "показание",
        "не меньше прежнего",
        """
        SELECT service.organisation_id,
               format('%s, прибор %s, %s', service.name, reading.meter_id,
                      to_char(reading.read_on, 'DD.MM.YYYY')),
               NULL::date, translate(trim_scale(reading.value)::text, '.', ','),
               translate(trim_scale(reading.previous)::text, '.', ',')
        FROM (SELECT meter_id, read_on, value, rolled_over,
                     lag(value) OVER (PARTITION BY meter_id ORDER BY read_on, id) AS previous
              FROM accounts_registry_meterreading) reading
        JOIN accounts_registry_meter meter ON meter.id = reading.meter_id
        JOIN accounts_registry_service service ON service.id = meter.service_id
        WHERE reading.value < reading.previous AND NOT reading.rolled_over
        ORDER BY reading.meter_id, reading.read_on
        """,
    ),
    Audit(
        "no-floats",
        "в базе нет двоичных дробей: суммы и объёмы хранятся точно",
        "вид столбца",
        "должен быть",
        """
        SELECT NULL::bigint, format('таблица %s, столбец %s', table_name, column_name), NULL::date,
               data_type::text, 'numeric'
        FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type IN ('real', 'double precision', 'money')
        ORDER BY 2
        """,
    ),
)
