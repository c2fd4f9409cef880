"""Two posted months with everything that happens in them, and a hand that spoils them."""

import dataclasses
import datetime as dt
import uuid

from django.db import connection

from accounts_registry.ledger.models import Payment
from cashdesk.models import Receipt, Till
from cashdesk.services import accept_payment
from mailing.models import JournalRow, MailBatch
from mailing.services import journal, queue_batch
from mailing.services.batches import BatchRequest, finish_if_done
from payment_docs.models import IssuedDocument
from tests.accounts_registry.ledger.books import AUGUST, adjust, day, line, owe, pay, take_back
from tests.cashdesk.counter import make_bank, make_cashier, request_for, tick
from tests.cast import JULY, TihiyOkean
from tests.mailing.office import make_mail_account
from tests.priced import issued, posted, priced_tihiy_okean

FEE = "Содержание и ремонт жилого помещения"
AUGUST_5 = dt.datetime(2013, 8, 5, 12, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Story:
    """Two posted months with everything that happens in them."""

    okean: TihiyOkean
    paid: Payment
    taken_back: Payment
    reversal: Payment
    receipt: Receipt
    document: IssuedDocument
    batch: MailBatch
    letter: JournalRow


def tell() -> Story:
    okean = priced_tihiy_okean()
    owe(okean.fet, okean.unsplit, "50.00", about=JULY.previous())
    adjust(okean.fet, okean.fee, "-13.00")
    paid = pay(okean.fet, line(okean.fee, "100.00"), on=day("07-20"))
    taken_back = pay(okean.nekrasov, line(okean.fee, "30.00"), on=day("07-20"))
    posted(okean.organisation, JULY)
    reversal = take_back(taken_back, on=day("08-01"))
    receipt = take_money(okean)
    issued(okean.organisation, JULY, AUGUST_5)
    posted(okean.organisation, AUGUST)
    batch, letter = send(okean)
    document = IssuedDocument.objects.get(account=okean.fet)
    return Story(okean, paid, taken_back, reversal, receipt, document, batch, letter)


def take_money(okean: TihiyOkean) -> Receipt:
    bank = make_bank(name="АО «Приморский банк»")
    bank.organisations.add(okean.organisation)
    cashier = make_cashier(till=Till.objects.create(bank=bank, number=3))
    return accept_payment(
        cashier=cashier,
        account=okean.tyutchev,
        request=request_for(tick(okean.fee, "1113.00"), cash="2000"),
        at=AUGUST_5,
    )


def send(okean: TihiyOkean) -> tuple[MailBatch, JournalRow]:
    account = make_mail_account(okean.organisation, port=25)
    batch = queue_batch(BatchRequest(account, JULY, uuid.uuid4()), by=None, at=AUGUST_5)
    (row_id,) = journal.claim(batch=batch, owner="w")
    journal.begin_body(row_id, owner="w")
    journal.accept(row_id, owner="w", reply="250 ok")
    finish_if_done(batch.pk)
    return batch, JournalRow.objects.get(pk=row_id)


def execute(statement: str, *values: int) -> None:
    """As a superuser, past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
