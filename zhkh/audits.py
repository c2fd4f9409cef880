"""
«Сверка»: do the books, the charges, the documents and the desk say the same?

Each audit is a query that must find nothing; what it finds names an account or a document and
says what differs. One list for the command, for tests and for the nightly run.
"""

import dataclasses
from collections.abc import Iterable, Iterator

from django.db import connection

from accounts_registry.ledger.balances import balances_of_accounts
from accounts_registry.ledger.open_items import settlement_of
from accounts_registry.models import PersonalAccount
from charges import lines
from charges.calc.calculation import calculate
from charges.calc.parse import parse_text
from charges.models import ChargeInput
from zhkh.kernel.money import ZERO, format_money


@dataclasses.dataclass(frozen=True, slots=True)
class Audit:
    """`sql` gives rows (what, said, should be); none when all is well."""

    code: str
    title: str
    sql: str


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One difference, ready to be read."""

    code: str
    text: str


AUDITS = (
    Audit(
        "turnover-chain",
        "исходящее сальдо месяца равно входящему следующего",
        """
        SELECT format('счёт %s, %s', account.number, next_month.month),
               coalesce(following.opening, 0), previous.closing
        FROM ledger_turnover previous
        JOIN accounts_registry_personalaccount account ON account.id = previous.account_id
        JOIN ledger_accountingperiod next_month
          ON next_month.organisation_id = account.organisation_id
         AND next_month.month = (previous.month + interval '1 month')::date
         AND next_month.state = 'posted'
        LEFT JOIN ledger_turnover following
          ON following.month = next_month.month AND following.account_id = previous.account_id
         AND following.service_id = previous.service_id
        LEFT JOIN LATERAL (
          SELECT sum(a.amount) AS amount FROM ledger_adjustment a
          WHERE a.account_id = previous.account_id AND a.service_id = previous.service_id
            AND a.month = next_month.month AND a.kind = 'opening') entered ON true
        WHERE coalesce(following.opening, 0) <> previous.closing + coalesce(entered.amount, 0)
        """,
    ),
    Audit(
        "turnover-charged",
        "начислено в оборотах равно строкам начислений",
        """
        SELECT format('счёт %s, %s', account.number, coalesce(t.month, c.month)),
               coalesce(t.charged, 0), coalesce(c.charged, 0)
        FROM (SELECT month, account_id, sum(charged) AS charged
              FROM ledger_turnover GROUP BY month, account_id) t
        FULL JOIN (SELECT line.month, line.account_id, sum(line.charged) AS charged
                   FROM charges_chargeline line
                   JOIN accounts_registry_personalaccount a ON a.id = line.account_id
                   JOIN ledger_accountingperiod p ON p.organisation_id = a.organisation_id
                    AND p.month = line.month AND p.state = 'posted'
                   GROUP BY line.month, line.account_id) c
          ON c.month = t.month AND c.account_id = t.account_id
        JOIN accounts_registry_personalaccount account
          ON account.id = coalesce(t.account_id, c.account_id)
        WHERE coalesce(t.charged, 0) <> coalesce(c.charged, 0)
        """,
    ),
    Audit(
        "turnover-paid",
        "оплачено в оборотах равно строкам платежей",
        """
        SELECT format('счёт %s, %s', account.number, coalesce(t.month, p.month)),
               coalesce(t.paid, 0), coalesce(p.paid, 0)
        FROM (SELECT month, account_id, sum(paid) AS paid
              FROM ledger_turnover GROUP BY month, account_id) t
        FULL JOIN (SELECT line.month, line.account_id, sum(line.amount) AS paid
                   FROM ledger_paymentline line
                   JOIN accounts_registry_personalaccount a ON a.id = line.account_id
                   JOIN ledger_accountingperiod q ON q.organisation_id = a.organisation_id
                    AND q.month = line.month AND q.state = 'posted'
                   GROUP BY line.month, line.account_id) p
          ON p.month = t.month AND p.account_id = t.account_id
        JOIN accounts_registry_personalaccount account
          ON account.id = coalesce(t.account_id, p.account_id)
        WHERE coalesce(t.paid, 0) <> coalesce(p.paid, 0)
        """,
    ),
    Audit(
        "turnover-adjusted",
        "перерасчёты в оборотах равны корректировкам",
        """
        SELECT format('счёт %s, %s', account.number, coalesce(t.month, e.month)),
               coalesce(t.adjusted, 0), coalesce(e.adjusted, 0)
        FROM (SELECT month, account_id, sum(adjusted) AS adjusted
              FROM ledger_turnover GROUP BY month, account_id) t
        FULL JOIN (SELECT x.month, x.account_id, sum(x.amount) AS adjusted
                   FROM ledger_adjustment x
                   JOIN accounts_registry_personalaccount a ON a.id = x.account_id
                   JOIN ledger_accountingperiod q ON q.organisation_id = a.organisation_id
                    AND q.month = x.month AND q.state = 'posted'
                   WHERE x.kind <> 'opening' GROUP BY x.month, x.account_id) e
          ON e.month = t.month AND e.account_id = t.account_id
        JOIN accounts_registry_personalaccount account
          ON account.id = coalesce(t.account_id, e.account_id)
        WHERE coalesce(t.adjusted, 0) <> coalesce(e.adjusted, 0)
        """,
    ),
    Audit(
        "payment-lines",
        "сумма платежа равна его строкам",
        """
        SELECT format('платёж %s, счёт %s', payment.id, account.number), payment.amount,
               coalesce(sum(line.amount), 0)
        FROM ledger_payment payment
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        LEFT JOIN ledger_paymentline line ON line.payment_id = payment.id
        GROUP BY payment.id, payment.amount, account.number
        HAVING payment.amount IS DISTINCT FROM sum(line.amount)
        """,
    ),
    Audit(
        "reversal-mirrors",
        "отмена повторяет платёж с обратным знаком",
        """
        SELECT format('отмена %s платежа %s', reversal.id, payment.id), reversal.amount,
               -payment.amount
        FROM ledger_payment reversal JOIN ledger_payment payment
          ON payment.id = reversal.reverses_id
        WHERE reversal.amount <> -payment.amount OR reversal.account_id <> payment.account_id
        """,
    ),
    Audit(
        "recalculated-copies",
        "перерасчёты в строках начислений равны корректировкам",
        """
        SELECT format('счёт %s, %s', account.number, line.month), line.recalculated,
               coalesce(entered.amount, 0)
        FROM (SELECT month, account_id, sum(recalculated) AS recalculated
              FROM charges_chargeline GROUP BY month, account_id) line
        JOIN accounts_registry_personalaccount account ON account.id = line.account_id
        JOIN ledger_accountingperiod period ON period.organisation_id = account.organisation_id
         AND period.month = line.month AND period.state = 'posted'
        LEFT JOIN LATERAL (SELECT sum(a.amount) AS amount FROM ledger_adjustment a
          WHERE a.account_id = line.account_id AND a.month = line.month
            AND a.kind = 'recalculation') entered ON true
        WHERE line.recalculated <> coalesce(entered.amount, 0)
        """,
    ),
    Audit(
        "document-charged",
        "сумма платёжного документа равна обороту месяца",
        """
        SELECT format('документ %s', document.number), document.charged,
               coalesce(sum(t.charged + t.adjusted), 0)
        FROM payment_docs_issueddocument document
        LEFT JOIN ledger_turnover t
          ON t.account_id = document.account_id AND t.month = document.month
        WHERE document.superseded_at IS NULL
        GROUP BY document.id, document.number, document.charged
        HAVING document.charged <> coalesce(sum(t.charged + t.adjusted), 0)
        """,
    ),
    Audit(
        "document-opening",
        "сальдо платёжного документа равно книгам на день учёта платежей",
        """
        SELECT format('документ %s', document.number), document.opening,
               coalesce(brought.amount, 0) - coalesce(paid.amount, 0)
        FROM payment_docs_issueddocument document
        LEFT JOIN LATERAL (SELECT sum(t.opening) AS amount FROM ledger_turnover t
          WHERE t.account_id = document.account_id AND t.month = document.month) brought ON true
        LEFT JOIN LATERAL (SELECT sum(line.amount) AS amount FROM ledger_paymentline line
          JOIN ledger_payment payment ON payment.id = line.payment_id
          WHERE line.account_id = document.account_id AND line.month >= document.month
            AND payment.paid_on <= document.counted_until
            AND payment.recorded_at <= document.issued_at) paid ON true
        WHERE document.superseded_at IS NULL
          AND document.opening <> coalesce(brought.amount, 0) - coalesce(paid.amount, 0)
        """,
    ),
    Audit(
        "receipt-numbers",
        "номера квитанций кассы за день идут подряд",
        """
        SELECT format('касса %s, %s', till_id, business_date), max(number), count(*)
        FROM cashdesk_receipt GROUP BY till_id, business_date
        HAVING max(number) <> count(*) OR min(number) <> 1
        """,
    ),
    Audit(
        "receipt-payments",
        "каждый платёж кассы имеет квитанцию",
        """
        SELECT format('платёж %s, счёт %s', payment.id, account.number), 'нет', 'квитанция'
        FROM ledger_payment payment
        JOIN accounts_registry_personalaccount account ON account.id = payment.account_id
        LEFT JOIN cashdesk_receipt receipt ON receipt.payment_id = payment.id
        WHERE payment.source = 'desk' AND payment.reverses_id IS NULL AND receipt.id IS NULL
        """,
    ),
)


def audit_books() -> Iterator[tuple[str, list[Finding]]]:
    """Every audit by its title with what it found."""
    for audit in AUDITS:
        yield audit.title, list(_queried(audit))
    yield "остаток счёта равен долгам за вычетом оплат", list(_balances_settle())


def recompute() -> tuple[str, list[Finding]]:
    """Calculate every frozen house again: the same inputs must give the same result."""
    found = [
        Finding("recompute", f"{frozen.house}, {frozen.month}: пересчёт даёт другой результат")
        for frozen in ChargeInput.objects.select_related("house").iterator(chunk_size=50)
        if lines.result_digest(calculate(parse_text(lines.thaw(frozen)))) != frozen.result_digest
    ]
    return "пересчёт сохранённых домов даёт те же суммы", found


def _queried(audit: Audit) -> Iterable[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(audit.sql)
        for what, said, expected in cursor.fetchall():
            yield Finding(audit.code, f"{what}: {said}, должно быть {expected}")


def _balances_settle() -> Iterator[Finding]:
    accounts = PersonalAccount.objects.select_related("organisation").order_by("pk")
    balances = balances_of_accounts(accounts.values_list("pk", flat=True))
    for account in accounts.iterator(chunk_size=2000):
        settled = settlement_of(account)
        owed = sum((item.amount for item in settled.open_items), ZERO) - settled.advance
        if owed != balances[account.pk]:
            yield Finding(
                "balance-settles",
                f"счёт {account.number}: остаток {format_money(balances[account.pk])}, "
                f"долги без аванса {format_money(owed)}",
            )
