"""What was printed, receipted and mailed against the books."""

from mailing.models import JournalState
from zhkh.audits.audit import Audit

_DOCUMENTS = (
    Audit(
        "document-posted",
        "документы выпущены только по проведённым месяцам",
        "месяц",
        "должен быть",
        """
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = document.account_id),
               format('документ %s', document.number), document.month,
               CASE WHEN period.state IS NULL THEN 'не открыт' ELSE 'не проведён' END,
               'проведён'
        FROM payment_docs_issueddocument document
        JOIN accounts_registry_personalaccount account ON account.id = document.account_id
        LEFT JOIN ledger_accountingperiod period
          ON period.organisation_id = account.organisation_id AND period.month = document.month
        WHERE period.state IS DISTINCT FROM 'posted'
        ORDER BY document.id
        """,
    ),
    Audit(
        "document-charged",
        "сумма платёжного документа равна обороту месяца: начислению и корректировкам",
        "в документе",
        "в обороте",
        """
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = document.account_id),
               format('документ %s, версия %s', document.number, document.version), NULL::date,
               document.charged, coalesce(turnover.amount, 0)
        FROM payment_docs_issueddocument document
        LEFT JOIN (
          SELECT month, account_id, sum(charged + adjusted) AS amount
          FROM ledger_turnover GROUP BY month, account_id
        ) turnover
          ON turnover.account_id = document.account_id AND turnover.month = document.month
        WHERE document.charged <> coalesce(turnover.amount, 0)
        ORDER BY document.id
        """,
    ),
    Audit(
        "document-opening",
        "сальдо платёжного документа равно книгам на день учёта платежей",
        "в документе",
        "по книгам",
        """
        WITH brought AS (
          SELECT month, account_id, sum(opening) AS amount
          FROM ledger_turnover GROUP BY month, account_id
        ), paid AS (
          SELECT document.id, sum(payment.amount) AS amount
          FROM payment_docs_issueddocument document
          JOIN ledger_payment payment ON payment.account_id = document.account_id
           AND payment.month >= document.month AND payment.paid_on <= document.counted_until
           AND payment.recorded_at <= document.issued_at
          GROUP BY document.id
        )
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = document.account_id),
               format('документ %s, версия %s', document.number, document.version), NULL::date,
               document.opening, coalesce(brought.amount, 0) - coalesce(paid.amount, 0)
        FROM payment_docs_issueddocument document
        LEFT JOIN brought
          ON brought.account_id = document.account_id AND brought.month = document.month
        LEFT JOIN paid ON paid.id = document.id
        WHERE document.opening <> coalesce(brought.amount, 0) - coalesce(paid.amount, 0)
        ORDER BY document.id
        """,
    ),
    Audit(
        "document-lines",
        "напечатанные строки документа складываются в его сумму",
        "сумма документа",
        "сумма напечатанных строк",
        """
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = document.account_id),
               format('документ %s, версия %s', document.number, document.version), NULL::date,
               document.charged, coalesce(printed.amount, 0)
        FROM payment_docs_issueddocument document
        CROSS JOIN LATERAL (
          SELECT sum((line #>> '{}')::numeric) AS amount
          FROM jsonb_path_query(document.snapshot, '$.sections[*].rows[*].total.value') line
        ) printed
        WHERE document.charged <> coalesce(printed.amount, 0)
        ORDER BY document.id
        """,
    ),
    Audit(
        "document-figures",
        "напечатанные итоги документа равны записанным",
        "записано",
        "напечатано",
        """
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = document.account_id),
               format('документ %s, версия %s, %s', document.number, document.version,
                      figure.name),
               NULL::date, figure.kept, figure.printed
        FROM payment_docs_issueddocument document
        CROSS JOIN LATERAL (VALUES
          ('начислено', document.charged,
           (document.snapshot #>> '{to_pay,value}')::numeric),
          ('сальдо', document.opening, (document.snapshot #>> '{opening,value}')::numeric),
          ('к оплате', document.to_pay,
           (document.snapshot #>> '{to_pay_with_balance,value}')::numeric)
        ) figure (name, kept, printed)
        WHERE figure.kept IS DISTINCT FROM figure.printed
        ORDER BY document.id, figure.name
        """,
    ),
    Audit(
        "document-last-payment",
        "последний платёж в документе — последний по книгам",
        "в документе",
        "по книгам",
        """
        WITH newest AS (
          SELECT DISTINCT ON (document.id) document.id,
                 payment.paid_on || ', ' || payment.amount AS payment
          FROM payment_docs_issueddocument document
          JOIN ledger_payment payment ON payment.account_id = document.account_id
           AND payment.reverses_id IS NULL AND payment.paid_on <= document.counted_until
           AND payment.recorded_at <= document.issued_at
          LEFT JOIN ledger_payment reversal
            ON reversal.reverses_id = payment.id AND reversal.recorded_at <= document.issued_at
          WHERE reversal.id IS NULL
          ORDER BY document.id, payment.paid_on DESC, payment.id DESC
        ), printed AS (
          SELECT id, (snapshot #>> '{last_payment,on,value}') || ', '
                     || (snapshot #>> '{last_payment,amount,value}') AS payment
          FROM payment_docs_issueddocument
        )
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = document.account_id),
               format('документ %s, версия %s', document.number, document.version), NULL::date,
               printed.payment, newest.payment
        FROM payment_docs_issueddocument document
        JOIN printed ON printed.id = document.id
        LEFT JOIN newest ON newest.id = document.id
        WHERE printed.payment IS DISTINCT FROM newest.payment
        ORDER BY document.id
        """,
    ),
    Audit(
        "document-versions",
        "версии документа идут подряд, действует последняя",
        "действует версия",
        "последняя из выпущенных",
        """
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = document.account_id),
               format('счёт %s', account.number), document.month,
               coalesce(string_agg(document.version::text, ', ')
                        FILTER (WHERE document.superseded_at IS NULL), 'нет'), count(*)
        FROM payment_docs_issueddocument document
        JOIN accounts_registry_personalaccount account ON account.id = document.account_id
        GROUP BY account.number, document.account_id, document.month
        HAVING count(*) FILTER (WHERE document.superseded_at IS NULL) <> 1
            OR max(document.version) FILTER (WHERE document.superseded_at IS NULL) <> count(*)
            OR max(document.version) <> count(*)
        ORDER BY 2, 3
        """,
    ),
)

_DESK = (
    Audit(
        "receipt-numbers",
        "номера квитанций кассы за день идут подряд",
        "последний номер",
        "квитанций",
        """
        SELECT serves.organisation_id,
               format('касса № %s, %s, %s', till.number, bank.name,
                      to_char(receipt.business_date, 'DD.MM.YYYY')),
               NULL::date, max(receipt.number), count(*)
        FROM cashdesk_receipt receipt
        JOIN cashdesk_till till ON till.id = receipt.till_id
        JOIN cashdesk_bank bank ON bank.id = till.bank_id
        LEFT JOIN cashdesk_bank_organisations serves ON serves.bank_id = bank.id
        GROUP BY serves.organisation_id, till.id, bank.id, receipt.business_date
        HAVING max(receipt.number) <> count(*) OR min(receipt.number) <> 1
        ORDER BY 2
        """,
    ),
    Audit(
        "receipt-payments",
        "каждый платёж кассы имеет квитанцию",
        "платёж на",
        "квитанция",
        """
        SELECT account.organisation_id,
               format('счёт %s, платёж %s от %s', account.number, payment.id,
                      to_char(payment.paid_on, 'DD.MM.YYYY')),
               NULL::date, payment.amount, NULL
        FROM ledger_payment payment
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        LEFT JOIN cashdesk_receipt receipt ON receipt.payment_id = payment.id
        WHERE payment.source = 'desk' AND payment.reverses_id IS NULL AND receipt.id IS NULL
        ORDER BY payment.id
        """,
    ),
    Audit(
        "receipt-day",
        "квитанция дана на платёж кассы, того же дня",
        "квитанция:",
        "платёж:",
        """
        SELECT account.organisation_id,
               format('счёт %s, квитанция № %s', account.number, receipt.number), NULL::date,
               'касса, ' || to_char(receipt.business_date, 'DD.MM.YYYY'),
               CASE payment.source WHEN 'desk' THEN 'касса' WHEN 'bank' THEN 'банк'
                                   ELSE 'ввод бухгалтера' END
                 || CASE WHEN payment.reverses_id IS NULL THEN ', ' ELSE ', отмена, ' END
                 || to_char(payment.paid_on, 'DD.MM.YYYY')
        FROM cashdesk_receipt receipt
        JOIN ledger_payment payment ON payment.id = receipt.payment_id
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        WHERE payment.source <> 'desk' OR payment.reverses_id IS NOT NULL
           OR payment.paid_on <> receipt.business_date
        ORDER BY receipt.id
        """,
    ),
    Audit(
        "receipt-cash",
        "наличных получено не меньше, чем оплачено",
        "получено",
        "оплачено",
        """
        SELECT account.organisation_id,
               format('счёт %s, квитанция № %s от %s', account.number, receipt.number,
                      to_char(receipt.business_date, 'DD.MM.YYYY')),
               NULL::date, receipt.cash_received, payment.amount
        FROM cashdesk_receipt receipt
        JOIN ledger_payment payment ON payment.id = receipt.payment_id
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        WHERE receipt.cash_received < payment.amount
        ORDER BY receipt.id
        """,
    ),
)

_POST = (
    Audit(
        "batch-rows",
        "в журнале рассылки столько строк, сколько было поставлено и пропущено",
        "строк",
        "поставлено и пропущено",
        """
        SELECT batch.organisation_id,
               format('рассылка № %s, %s', batch.id, batch.organisation_name), batch.month,
               format('%s + %s', coalesce(made.queued, 0), coalesce(made.skipped, 0)),
               format('%s + %s', coalesce(told.numbers[1], '?'), coalesce(told.numbers[2], '?'))
        FROM mailing_mailbatch batch
        LEFT JOIN (SELECT batch_id, count(*) FILTER (WHERE state <> 'skipped') AS queued,
                          count(*) FILTER (WHERE state = 'skipped') AS skipped
                   FROM mailing_journalrow GROUP BY batch_id) made ON made.batch_id = batch.id
        LEFT JOIN (SELECT DISTINCT ON (batch_id) batch_id,
                          regexp_match(text, 'очередь: (\\d+), пропущено: (\\d+)') AS numbers
                   FROM mailing_journalevent WHERE row_id IS NULL
                   ORDER BY batch_id, id) told ON told.batch_id = batch.id
        WHERE (coalesce(made.queued, 0), coalesce(made.skipped, 0))
           IS DISTINCT FROM (told.numbers[1]::bigint, told.numbers[2]::bigint)
        ORDER BY batch.id
        """,
    ),
    Audit(
        "batch-finished",
        "в завершённой рассылке нет писем в очереди",
        "ещё не отправлено",
        "должно быть",
        """
        SELECT batch.organisation_id,
               format('рассылка № %s, %s', batch.id, batch.organisation_name), batch.month,
               count(*), 0
        FROM mailing_mailbatch batch
        JOIN mailing_journalrow letter ON letter.batch_id = batch.id
        WHERE batch.state = 'finished'
          AND letter.state IN ('queued', 'deferred', 'claimed', 'in_data')
        GROUP BY batch.id, batch.organisation_name, batch.month ORDER BY batch.id
        """,
    ),
    Audit(
        "letter-document",
        "письмо несёт документ своего счёта, каким он выпущен",
        "в письме",
        "документ",
        """
        SELECT batch.organisation_id,
               format('рассылка № %s, счёт %s', letter.batch_id, letter.account_number),
               letter.month,
               format('версия %s, %s…', letter.document_version, left(letter.pdf_sha256, 8)),
               format('%s, версия %s, %s…', document.number, document.version,
                      left(document.pdf_sha256, 8))
        FROM mailing_journalrow letter
        JOIN mailing_mailbatch batch ON batch.id = letter.batch_id
        JOIN accounts_registry_personalaccount account ON account.id = letter.account_id
        JOIN payment_docs_issueddocument document ON document.id = letter.document_id
        WHERE (letter.account_id, letter.month, letter.document_version, letter.pdf_sha256,
               letter.account_number, batch.month, batch.organisation_id)
           IS DISTINCT FROM (document.account_id, document.month, document.version,
               document.pdf_sha256, account.number, letter.month, account.organisation_id)
        ORDER BY letter.id
        """,
    ),
    Audit(
        "letter-once",
        "версия документа отправлена не больше одного раза",
        "принято сервером писем",
        "должно быть не больше",
        """
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = letter.account_id),
               format('счёт %s, версия %s', min(letter.account_number), letter.document_version),
               letter.month, count(*), 1
        FROM mailing_journalrow letter
        WHERE letter.state IN ('accepted', 'delivered')
        GROUP BY letter.account_id, letter.month, letter.document_version
        HAVING count(*) > 1
        ORDER BY 3, 2
        """,
    ),
    Audit(
        "letter-history",
        "состояние письма — то, в которое его привело последнее событие",
        "состояние",
        "по истории",
        """
        SELECT (SELECT organisation_id FROM accounts_registry_personalaccount WHERE id = letter.account_id),
               format('рассылка № %s, счёт %s', letter.batch_id, letter.account_number),
               letter.month, letter.state, last.to_state
        FROM mailing_journalrow letter
        LEFT JOIN (SELECT DISTINCT ON (row_id) row_id, to_state
                   FROM mailing_journalevent WHERE row_id IS NOT NULL
                   ORDER BY row_id, id DESC) last ON last.row_id = letter.id
        WHERE letter.state <> coalesce(last.to_state, CASE WHEN letter.skip_reason = ''
                                                           THEN 'queued' ELSE 'skipped' END)
        ORDER BY letter.id
        """,
        words={state: f"«{label}»" for state, label in JournalState.choices},
    ),
)

PAPER_AUDITS = (*_DOCUMENTS, *_DESK, *_POST)
