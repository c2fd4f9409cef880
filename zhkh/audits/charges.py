"""Charge lines against what they were made from and what was entered."""

from zhkh.audits.audit import Audit

CHARGE_AUDITS = (
    Audit(
        "own-services",
        "суммы стоят на услугах организации счёта",
        "услуга организации",
        "счёт организации",
        """
        SELECT account.organisation_id,
               format('счёт %s, %s', account.number, service.name), entry.month,
               owner.name, organisation.name
        FROM (SELECT month, account_id, service_id FROM ledger_turnover
              UNION SELECT month, account_id, service_id FROM ledger_paymentline
              UNION SELECT month, account_id, service_id FROM ledger_adjustment
              UNION SELECT month, account_id, service_id FROM charges_chargeline) entry
        JOIN accounts_registry_personalaccount account ON account.id = entry.account_id
        JOIN accounts_registry_service service ON service.id = entry.service_id
        JOIN accounts_registry_organisation owner ON owner.id = service.organisation_id
        JOIN accounts_registry_organisation organisation
          ON organisation.id = account.organisation_id
        WHERE service.organisation_id <> account.organisation_id
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "recalculated-copies",
        "перерасчёты в строках начислений равны корректировкам",
        "перерасчёт в строках",
        "в корректировках",
        """
        WITH printed AS (
          SELECT month, account_id, service_id, sum(recalculated) AS amount
          FROM charges_chargeline GROUP BY month, account_id, service_id
        ), entered AS (
          SELECT month, account_id, service_id, sum(amount) AS amount
          FROM ledger_adjustment WHERE kind = 'recalculation'
          GROUP BY month, account_id, service_id
        ), billed AS (SELECT DISTINCT month, account_id FROM printed)
        SELECT account.organisation_id,
               format('счёт %s, %s', account.number, service.name), period.month,
               coalesce(printed.amount, 0), coalesce(entered.amount, 0)
        FROM printed
        FULL JOIN entered ON entered.month = printed.month
         AND entered.account_id = printed.account_id AND entered.service_id = printed.service_id
        JOIN billed ON billed.month = coalesce(printed.month, entered.month)
         AND billed.account_id = coalesce(printed.account_id, entered.account_id)
        JOIN accounts_registry_personalaccount account ON account.id = billed.account_id
        JOIN accounts_registry_service service
          ON service.id = coalesce(printed.service_id, entered.service_id)
        JOIN ledger_accountingperiod period
          ON period.organisation_id = account.organisation_id
         AND period.month = billed.month AND period.state = 'posted'
        WHERE coalesce(printed.amount, 0) <> coalesce(entered.amount, 0)
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "benefit-copies",
        "льготы в строках начислений равны корректировкам",
        "льгота в строках",
        "в корректировках",
        """
        WITH printed AS (
          SELECT month, account_id, service_id, sum(benefit) AS amount
          FROM charges_chargeline GROUP BY month, account_id, service_id
        ), entered AS (
          SELECT month, account_id, service_id, -sum(amount) AS amount
          FROM ledger_adjustment WHERE kind = 'benefit'
          GROUP BY month, account_id, service_id
        ), billed AS (SELECT DISTINCT month, account_id FROM printed)
        SELECT account.organisation_id,
               format('счёт %s, %s', account.number, service.name), period.month,
               coalesce(printed.amount, 0), coalesce(entered.amount, 0)
        FROM printed
        FULL JOIN entered ON entered.month = printed.month
         AND entered.account_id = printed.account_id AND entered.service_id = printed.service_id
        JOIN billed ON billed.month = coalesce(printed.month, entered.month)
         AND billed.account_id = coalesce(printed.account_id, entered.account_id)
        JOIN accounts_registry_personalaccount account ON account.id = billed.account_id
        JOIN accounts_registry_service service
          ON service.id = coalesce(printed.service_id, entered.service_id)
        JOIN ledger_accountingperiod period
          ON period.organisation_id = account.organisation_id
         AND period.month = billed.month AND period.state = 'posted'
        WHERE coalesce(printed.amount, 0) <> coalesce(entered.amount, 0)
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "penalty-shares",
        "пени в корректировках равны рассчитанным по услугам",
        "в корректировках",
        "рассчитано",
        """
        WITH counted AS (
          SELECT accrual.month, accrual.for_month, accrual.account_id, share.service_id,
                 sum(share.amount) AS amount
          FROM charges_penaltyshare share
          JOIN charges_penaltyaccrual accrual ON accrual.id = share.accrual_id
          GROUP BY accrual.month, accrual.for_month, accrual.account_id, share.service_id
        ), entered AS (
          SELECT month, for_month, account_id, service_id, sum(amount) AS amount
          FROM ledger_adjustment WHERE kind = 'penalty'
          GROUP BY month, for_month, account_id, service_id
        )
        SELECT account.organisation_id,
               format('счёт %s, %s, за %s', account.number, service.name,
                      to_char(found.for_month, 'MM.YYYY')),
               found.month, found.said, found.expected
        FROM (
          SELECT month, for_month, account_id, service_id,
                 coalesce(entered.amount, 0) AS said, coalesce(counted.amount, 0) AS expected
          FROM counted
          FULL JOIN entered USING (month, for_month, account_id, service_id)
        ) found
        JOIN accounts_registry_personalaccount account ON account.id = found.account_id
        JOIN accounts_registry_service service ON service.id = found.service_id
        WHERE found.said <> found.expected
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "charge-inputs",
        "у каждого рассчитанного дома сохранены исходные данные",
        "строк начислений",
        "сохранённых исходных данных",
        """
        SELECT house.organisation_id,
               house.address, line.month, sum(line.lines)::bigint, 0
        FROM (SELECT month, account_id, count(*) AS lines
              FROM charges_chargeline GROUP BY month, account_id) line
        JOIN accounts_registry_personalaccount account ON account.id = line.account_id
        JOIN accounts_registry_premises premises ON premises.id = account.premises_id
        JOIN accounts_registry_house house ON house.id = premises.house_id
        LEFT JOIN charges_chargeinput input
          ON input.house_id = house.id AND input.month = line.month
        WHERE input.id IS NULL
        GROUP BY house.id, house.address, line.month ORDER BY 2, 3
        """,
    ),
)
