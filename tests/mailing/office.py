"""A real SMTP server on loopback and builders of what the post needs."""

import asyncio
import dataclasses
import datetime as dt
import hashlib
import os
import socket
import uuid
from collections.abc import Callable
from decimal import Decimal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts_registry.models import DeliveryMethod, PersonalAccount
from mailing.models import JournalRow, MailAccount, MailBatch
from mailing.services import BatchRequest, Worker, pump, queue_batch
from mailing.transport import Timeouts
from payment_docs.document import House, Organisation, PaymentDocument
from payment_docs.models import IssuedDocument
from payment_docs.render import document_pdf
from payment_docs.snapshot import to_snapshot
from tests.cast import JULY, NOON, TihiyOkean
from tests.factories import make_user
from zhkh.web.roles import Role

QUICK = Timeouts(connect=5, greeting=5, command=5, body=5, final=5)
HTMX = {"HX-Request": "true"}
USERNAME, PASSWORD = "post@ocean.ru", "letters"


class PostOffice:
    """Takes letters; `at_…` hold what it says instead at MAIL, RCPT and after the last dot."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.letters_per_connection = 1000
        self.at_sender: str = ""
        self.at_recipient: dict[str, str] = {}
        self.at_end: dict[str, str] = {}
        self.before_data: Callable[[], None] = lambda: None
        self.before_answer: Callable[[], None] = lambda: None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - the library's name
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - the library's name
        if self.at_sender:
            return self.at_sender
        session.letters = getattr(session, "letters", 0) + 1
        if session.letters > self.letters_per_connection:
            return "421 4.7.0 Too many letters in one connection"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - the library's name
        if address in self.at_recipient:
            return self.at_recipient[address]
        envelope.rcpt_tos.append(address)
        self.before_data()
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the library's name
        address = envelope.rcpt_tos[0]
        if address in self.at_end:
            return self.at_end[address]
        self.letters.append(envelope.original_content)
        self.recipients.append(address)
        self.before_answer()
        return f"250 2.0.0 queued as {len(self.letters)}"


def check_password(server, session, envelope, mechanism, data):
    right = (data.login, data.password) == (USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


class LoopbackController(Controller):
    """Finds a free port itself."""

    @property
    def address(self) -> tuple[str, int]:
        assert isinstance(self.server, asyncio.Server)
        host, port = self.server.sockets[0].getsockname()[:2]
        return host, port

    def _trigger_server(self):
        """The library asks the server a question of its own; ours only must be there."""
        socket.create_connection(self.address).close()


def make_mail_account(organisation, *, port: int, **columns) -> MailAccount:
    return MailAccount.objects.create(
        organisation=organisation,
        **{
            "is_system": True,
            "name": "Системная учётная запись",
            "sender_name": "УК «Тихий океан»",
            "address": "post@ocean.ru",
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            **columns,
        },
    )


def with_login(account: MailAccount, *, password: str = PASSWORD, remember: bool = True) -> None:
    account.username = USERNAME
    account.remember_password = remember
    account.keep_password(password)
    account.save()


def pdf_bytes(account_number: str, version: int = 1) -> bytes:
    """Not a real document: what matters is that its bytes arrive as they are."""
    return f"%PDF-1.7\n.\r\n..\n{account_number} {version}\n%%EOF".encode() * 50


def pdf_of(document: IssuedDocument) -> bytes:
    return pdf_bytes(document.account.number, document.version)


def issue(
    account: PersonalAccount, *, version: int = 1, period=JULY, **printed: object
) -> IssuedDocument:
    IssuedDocument.objects.filter(
        account=account, month=period.first_day, superseded_at=None
    ).update(superseded_at=NOON)
    return IssuedDocument.objects.create(
        account=account,
        month=period.first_day,
        version=version,
        number=f"{period}/{account.number}",
        charged="100.00",
        opening="0.00",
        to_pay="100.00",
        counted_until=NOON.date(),
        **{
            "snapshot": {},
            "pdf_sha256": hashlib.sha256(pdf_bytes(account.number, version)).hexdigest(),
            **printed,
        },
        template_version="1",
        reason="исправлено" if version > 1 else "",
        issued_at=NOON,
    )


def issue_printed(account: PersonalAccount) -> IssuedDocument:
    """A document with its real PDF, small but whole."""
    printed = PaymentDocument(
        period=JULY,
        account_number=account.number,
        payer=account.payer.full_name,
        address=str(account.premises),
        area=Decimal(70),
        residents=1,
        executor=Organisation(account.organisation.name),
        settlement_centre=Organisation(),
        payees=(),
        opening=Decimal("0.00"),
        last_payment=None,
        counted_until=NOON.date(),
        to_pay=Decimal("0.00"),
        to_pay_with_balance=Decimal("0.00"),
        sections=(),
        house=House(Decimal(105), 4, Decimal(414), Decimal(0)),
        number=f"{JULY}/{account.number}",
    )
    return issue(
        account,
        snapshot=to_snapshot(printed),
        pdf_sha256=hashlib.sha256(document_pdf(printed)).hexdigest(),
    )


def by_email(account: PersonalAccount, address: str) -> PersonalAccount:
    account.delivery_method, account.email = DeliveryMethod.EMAIL, address
    account.save()
    return account


@dataclasses.dataclass
class Four:
    """All four accounts of the house get a document; three by e-mail, Некрасов on paper."""

    okean: TihiyOkean
    documents: dict[str, IssuedDocument]


def start(account: MailAccount, *, key: uuid.UUID | None = None, **request) -> MailBatch:
    fields = {"period": JULY, "key": key or uuid.uuid4(), **request}
    return queue_batch(BatchRequest(mail_account=account, **fields), by=None, at=timezone.now())


def send(account: MailAccount, worker: Worker) -> int:
    return pump(account.pk, worker=worker)


def states(batch: MailBatch) -> dict[str, str]:
    return dict(JournalRow.objects.filter(batch=batch).values_list("account_number", "state"))


def row_of(batch: MailBatch, number: str) -> JournalRow:
    return JournalRow.objects.get(batch=batch, account_number=number)


def statuses(batch: MailBatch) -> list[str]:
    """States in the order of account numbers."""
    return [state for _, state in sorted(states(batch).items())]


def end_leases() -> None:
    """As if the worker had been silent for longer than its lease."""
    JournalRow.objects.filter(lease_until__isnull=False).update(
        lease_until=Now() - dt.timedelta(seconds=1)
    )


def database_environment() -> dict[str, str]:
    """For a process that works on the database of this test."""
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@:{settings['PORT']}/{settings['NAME']}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "zhkh.settings.test",
        "ZHKH_DATABASE_URL": f"{url}?host={settings['HOST']}",
    }


def signed_in(role: Role, organisation=None) -> Client:
    client = Client()
    client.force_login(make_user(username=role, role=role, organisation=organisation))
    return client


def question(house, **changes):
    """The hidden fields of the dialog, as the browser sends them back."""
    return {
        "organisation": house.okean.organisation.pk,
        "period": "2013-07",
        "accounts": "",
        "key": str(uuid.uuid4()),
        "mail_account": MailAccount.objects.get().pk,
        "password": "",
        "password_again": "",
        **changes,
    }
