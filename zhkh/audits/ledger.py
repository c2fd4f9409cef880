"""The books against themselves and against the charges."""

from zhkh.audits.audit import Audit

_TURNOVER = (
    Audit(
        "months-in-turn",
        "месяцы идут подряд и проводятся по очереди",
        "предыдущий месяц",
        "должен быть",
        """
        SELECT organisation.id,
               format('%s', organisation.name), period.month,
               CASE WHEN period.previous = period.expected THEN 'не проведён'
                    ELSE to_char(period.previous, 'MM.YYYY') END,
               CASE WHEN period.previous = period.expected THEN 'проведён'
                    ELSE to_char(period.expected, 'MM.YYYY') END
        FROM (SELECT organisation_id, month, state,
                     lag(month) OVER by_month AS previous,
                     lag(state) OVER by_month AS previous_state,
                     (month - interval '1 month')::date AS expected
              FROM ledger_accountingperiod
              WINDOW by_month AS (PARTITION BY organisation_id ORDER BY month)) period
        JOIN accounts_registry_organisation organisation
          ON organisation.id = period.organisation_id
        WHERE period.previous <> period.expected
           OR (period.state = 'posted' AND period.previous_state <> 'posted')
        ORDER BY 2, 3
        """,
    ),
    Audit(
        "turnover-posted",
        "обороты есть только у проведённых месяцев",
        "строк оборота",
        "у непроведённого месяца должно быть",
        """
        SELECT organisation.id,
               organisation.name, t.month, count(*), 0
        FROM ledger_turnover t
        JOIN accounts_registry_personalaccount account ON account.id = t.account_id
        JOIN accounts_registry_organisation organisation
          ON organisation.id = account.organisation_id
        LEFT JOIN ledger_accountingperiod period
          ON period.organisation_id = organisation.id AND period.month = t.month
        WHERE period.state IS DISTINCT FROM 'posted'
        GROUP BY organisation.id, organisation.name, t.month ORDER BY 2, 3
        """,
    ),
    Audit(
        "turnover-chain",
        "входящее сальдо месяца равно исходящему предыдущего и введённым остаткам",
        "входящее сальдо",
        "перенесено и введено",
        """
        WITH posted AS (
          SELECT organisation_id, month, lag(month) OVER
                   (PARTITION BY organisation_id ORDER BY month) AS previous
          FROM ledger_accountingperiod WHERE state = 'posted'
        ), brought AS (
          SELECT month, account_id, service_id, sum(amount) AS amount
          FROM (
            SELECT posted.month, t.account_id, t.service_id, t.closing AS amount
            FROM ledger_turnover t
            JOIN accounts_registry_personalaccount account ON account.id = t.account_id
            JOIN posted ON posted.organisation_id = account.organisation_id
             AND posted.previous = t.month
            UNION ALL
            SELECT a.month, a.account_id, a.service_id, a.amount
            FROM ledger_adjustment a
            JOIN accounts_registry_personalaccount account ON account.id = a.account_id
            JOIN posted ON posted.organisation_id = account.organisation_id
             AND posted.month = a.month
            WHERE a.kind = 'opening'
          ) part
          GROUP BY month, account_id, service_id
        )
        SELECT account.organisation_id,
               format('счёт %s, %s', account.number, service.name),
               coalesce(t.month, brought.month),
               coalesce(t.opening, 0), coalesce(brought.amount, 0)
        FROM ledger_turnover t
        FULL JOIN brought ON brought.month = t.month AND brought.account_id = t.account_id
         AND brought.service_id = t.service_id
        JOIN accounts_registry_personalaccount account
          ON account.id = coalesce(t.account_id, brought.account_id)
        JOIN accounts_registry_service service
          ON service.id = coalesce(t.service_id, brought.service_id)
        WHERE coalesce(t.opening, 0) <> coalesce(brought.amount, 0)
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "turnover-charged",
        "начислено в оборотах равно строкам начислений",
        "начислено в обороте",
        "в строках начислений",
        """
        WITH charged AS (
          SELECT line.month, line.account_id, line.service_id, sum(line.charged) AS amount
          FROM charges_chargeline line
          JOIN accounts_registry_personalaccount account ON account.id = line.account_id
          JOIN ledger_accountingperiod period
            ON period.organisation_id = account.organisation_id AND period.month = line.month
           AND period.state = 'posted'
          GROUP BY line.month, line.account_id, line.service_id
        )
        SELECT account.organisation_id,
               format('счёт %s, %s', account.number, service.name),
               coalesce(t.month, charged.month),
               coalesce(t.charged, 0), coalesce(charged.amount, 0)
        FROM ledger_turnover t
        FULL JOIN charged ON charged.month = t.month AND charged.account_id = t.account_id
         AND charged.service_id = t.service_id
        JOIN accounts_registry_personalaccount account
          ON account.id = coalesce(t.account_id, charged.account_id)
        JOIN accounts_registry_service service
          ON service.id = coalesce(t.service_id, charged.service_id)
        WHERE coalesce(t.charged, 0) <> coalesce(charged.amount, 0)
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "turnover-paid",
        "оплачено в оборотах равно строкам платежей",
        "оплачено в обороте",
        "в строках платежей",
        """
        WITH paid AS (
          SELECT line.month, line.account_id, line.service_id, sum(line.amount) AS amount
          FROM ledger_paymentline line
          JOIN accounts_registry_personalaccount account ON account.id = line.account_id
          JOIN ledger_accountingperiod period
            ON period.organisation_id = account.organisation_id AND period.month = line.month
           AND period.state = 'posted'
          GROUP BY line.month, line.account_id, line.service_id
        )
        SELECT account.organisation_id,
               format('счёт %s, %s', account.number, service.name),
               coalesce(t.month, paid.month), coalesce(t.paid, 0), coalesce(paid.amount, 0)
        FROM ledger_turnover t
        FULL JOIN paid ON paid.month = t.month AND paid.account_id = t.account_id
         AND paid.service_id = t.service_id
        JOIN accounts_registry_personalaccount account
          ON account.id = coalesce(t.account_id, paid.account_id)
        JOIN accounts_registry_service service
          ON service.id = coalesce(t.service_id, paid.service_id)
        WHERE coalesce(t.paid, 0) <> coalesce(paid.amount, 0)
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "turnover-adjusted",
        "перерасчёты в оборотах равны корректировкам",
        "перерасчёты в обороте",
        "в корректировках",
        """
        WITH adjusted AS (
          SELECT entry.month, entry.account_id, entry.service_id, sum(entry.amount) AS amount
          FROM ledger_adjustment entry
          JOIN accounts_registry_personalaccount account ON account.id = entry.account_id
          JOIN ledger_accountingperiod period
            ON period.organisation_id = account.organisation_id AND period.month = entry.month
           AND period.state = 'posted'
          WHERE entry.kind <> 'opening'
          GROUP BY entry.month, entry.account_id, entry.service_id
        )
        SELECT account.organisation_id,
               format('счёт %s, %s', account.number, service.name),
               coalesce(t.month, adjusted.month),
               coalesce(t.adjusted, 0), coalesce(adjusted.amount, 0)
        FROM ledger_turnover t
        FULL JOIN adjusted ON adjusted.month = t.month AND adjusted.account_id = t.account_id
         AND adjusted.service_id = t.service_id
        JOIN accounts_registry_personalaccount account
          ON account.id = coalesce(t.account_id, adjusted.account_id)
        JOIN accounts_registry_service service
          ON service.id = coalesce(t.service_id, adjusted.service_id)
        WHERE coalesce(t.adjusted, 0) <> coalesce(adjusted.amount, 0)
        ORDER BY 3, 2
        """,
    ),
)

_PAYMENTS = (
    Audit(
        "payment-lines",
        "сумма платежа равна его строкам",
        "платёж на",
        "сумма строк",
        """
        SELECT account.organisation_id,
               format('счёт %s, платёж %s от %s', account.number, payment.id,
                      to_char(payment.paid_on, 'DD.MM.YYYY')),
               NULL::date, payment.amount, coalesce(sum(line.amount), 0)
        FROM ledger_payment payment
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        LEFT JOIN ledger_paymentline line ON line.payment_id = payment.id
        GROUP BY payment.id, account.id
        HAVING payment.amount IS DISTINCT FROM sum(line.amount)
        ORDER BY payment.id
        """,
    ),
    Audit(
        "payment-line-place",
        "строки платежа стоят на его счёте и в его месяце, со знаком платежа",
        "строка",
        "платёж",
        """
        SELECT account.organisation_id,
               format('платёж %s от %s', payment.id, to_char(payment.paid_on, 'DD.MM.YYYY')),
               NULL::date,
               format('счёт %s, %s, %s', stray.number, to_char(line.month, 'MM.YYYY'),
                      translate(line.amount::text, '.', ',')),
               format('счёт %s, %s, %s', account.number, to_char(payment.month, 'MM.YYYY'),
                      translate(payment.amount::text, '.', ','))
        FROM ledger_paymentline line
        JOIN ledger_payment payment ON payment.id = line.payment_id
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        JOIN accounts_registry_personalaccount stray ON stray.id = line.account_id
        WHERE line.account_id <> payment.account_id OR line.month <> payment.month
           OR sign(line.amount) <> sign(payment.amount)
        ORDER BY payment.id, line.id
        """,
    ),
    Audit(
        "payment-month",
        "платёж стоит не раньше месяца, в котором оплачен",
        "учётный месяц начат",
        "оплачено",
        """
        SELECT account.organisation_id,
               format('счёт %s, платёж %s', account.number, payment.id), NULL::date,
               payment.month, payment.paid_on
        FROM ledger_payment payment
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        WHERE payment.month < date_trunc('month', payment.paid_on)::date
        ORDER BY payment.id
        """,
    ),
    Audit(
        "reversal-mirrors",
        "отмена повторяет строки платежа с обратным знаком",
        "отменено",
        "должно быть",
        """
        SELECT account.organisation_id,
               format('счёт %s, отмена платежа %s, %s', account.number, pair.payment,
                      service.name),
               pair.named_month,
               coalesce(sum(pair.amount) FILTER (WHERE pair.is_reversal), 0),
               coalesce(-sum(pair.amount) FILTER (WHERE NOT pair.is_reversal), 0)
        FROM (
          SELECT reversal.reverses_id AS payment, line.payment_id = reversal.id AS is_reversal,
                 line.account_id, line.service_id, line.named_month, line.amount
          FROM ledger_payment reversal
          JOIN ledger_paymentline line ON line.payment_id IN (reversal.id, reversal.reverses_id)
          WHERE reversal.reverses_id IS NOT NULL
        ) pair
        JOIN accounts_registry_personalaccount account ON account.id = pair.account_id
        JOIN accounts_registry_service service ON service.id = pair.service_id
        GROUP BY pair.payment, account.id, service.name, pair.named_month
        HAVING sum(pair.amount) <> 0
        ORDER BY pair.payment, 2
        """,
    ),
    Audit(
        "reversal-day",
        "отменяют платежи, а не отмены, и не раньше оплаты",
        "отмена от",
        "отменяемое от",
        """
        SELECT account.organisation_id,
               format('счёт %s, отмена %s', account.number, reversal.id), NULL::date,
               reversal.paid_on, payment.paid_on
        FROM ledger_payment reversal
        JOIN ledger_payment payment ON payment.id = reversal.reverses_id
        JOIN accounts_registry_personalaccount account ON account.id = reversal.account_id
        WHERE payment.reverses_id IS NOT NULL OR reversal.paid_on < payment.paid_on
        ORDER BY reversal.id
        """,
    ),
    Audit(
        "adjustment-reversal",
        "отмена корректировки повторяет её с обратным знаком",
        "отменено",
        "должно быть",
        """
        SELECT account.organisation_id,
               format('счёт %s, отмена корректировки %s', account.number, entry.id),
               reversal.month, reversal.amount, -entry.amount
        FROM ledger_adjustment reversal
        JOIN ledger_adjustment entry ON entry.id = reversal.reverses_id
        JOIN accounts_registry_personalaccount account ON account.id = reversal.account_id
        WHERE (reversal.amount, reversal.account_id, reversal.service_id)
           IS DISTINCT FROM (-entry.amount, entry.account_id, entry.service_id)
        ORDER BY reversal.id
        """,
    ),
)

LEDGER_AUDITS = (*_TURNOVER, *_PAYMENTS)
