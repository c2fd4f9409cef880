"""The sample organisation with one of everything a page may be about, and everybody signed in."""

import dataclasses
import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.test import Client

from accounts_registry.models import DueDay
from cashdesk.models import Till
from cashdesk.services import appoint_cashier
from charges.corrections.models import Instalment
from charges.corrections.services.documents import draft_manual
from charges.services import request_calculation
from mailing.models import JournalRow
from payment_docs.models import IssuedDocument
from payment_docs.services import request_documents
from tests.accounts_registry.ledger.books import forgive
from tests.cashdesk.counter import Counter, make_bank, make_cashier, take, tick
from tests.cast import JULY, NOON, accountant_of
from tests.charges.corrections.conftest import BASIS, sum_for
from tests.factories import make_meter, make_organisation, make_user
from tests.mailing.office import by_email, make_mail_account, start
from tests.priced import FEE, issued, posted, priced_tihiy_okean
from zhkh.audits.services import request_check
from zhkh.web.roles import Role

WHO = ("guest", "cashier", "operator", "mailing_operator", "accountant", "stranger")


@dataclasses.dataclass(frozen=True, slots=True)
class World:
    """Ids by what they are of, and a client for each of `WHO`."""

    ids: dict[str, Any]
    clients: dict[str, Client]


def make_world() -> World:
    """A posted and issued month with one of everything a page may be about."""
    okean = priced_tihiy_okean()
    organisation = okean.organisation
    by_email(okean.lermontov, "lermontov_mn@mail.ru")
    meter = make_meter(at=okean.fet, service=okean.cold_water, readings=[(NOON.date(), "10")])
    posted(organisation)
    issued(organisation)
    document = IssuedDocument.objects.get(account=okean.lermontov)
    bank = make_bank(name="АО «Приморский банк»")
    bank.organisations.add(organisation)
    till = Till.objects.create(bank=bank, number=3)
    counter = Counter(okean, bank, till, make_cashier(till=till, username="cashier"), NOON)
    receipt = take(counter, tick(okean.fee, str(FEE)))
    mail_account = make_mail_account(organisation, port=9)
    batch = start(mail_account)
    correction = draft_manual(
        account=okean.fet,
        rows=[sum_for(okean.fet, okean.fee, "-100.00")],
        basis=BASIS,
        key=uuid.uuid4(),
        by=None,
        at=NOON,
    )
    august = request_calculation(organisation=organisation, period=JULY.next(), by=None, at=NOON)
    documents = request_documents(organisation=organisation, period=JULY, by=None, at=NOON)
    due_day = DueDay.objects.create(
        organisation=organisation,
        day=15,
        valid=(dt.date(2026, 2, 1), None),
        source="договор",
    )
    return World(
        ids={
            "due day": due_day.pk,
            "organisation": organisation.pk,
            "account": okean.lermontov.pk,
            "house": okean.house.pk,
            "service": okean.fee.pk,
            "meter": meter.pk,
            "reading": meter.readings.get().pk,
            "document": document.pk,
            "documents run": documents.pk,
            "audits run": request_check(organisation=organisation, by=None, at=NOON).pk,
            "charges run": august.pk,
            "batch": batch.pk,
            "row": JournalRow.objects.get(batch=batch, account=okean.lermontov).pk,
            "mail account": mail_account.pk,
            "receipt": receipt.pk,
            "payment": receipt.payment.pk,
            "correction": correction.pk,
            "write_off": forgive(okean.nekrasov, okean.fee, "1.00").pk,
            **facts_that_lower(okean),
            "token": receipt.payment.key,
        },
        clients=_clients(organisation, counter),
    )


def facts_that_lower(okean) -> dict[str, int]:
    day = JULY.first_day
    absence = okean.lermontov.absences.create(
        persons=1, left_on=day, returned_on=day.replace(day=20), applied_on=day
    )
    benefit = okean.lermontov.benefits.create(service=okean.fee, share=1, valid=(day, None))
    interruption = okean.house.interruptions.create(
        service=okean.fee, month=day, hours=9, allowed_hours=8, rate=Decimal("0.0015")
    )
    agreement = Instalment.objects.create(
        account=okean.lermontov,
        number="1",
        signed_on=day,
        debt=100,
        first_month=day,
        months=2,
        percent=0,
        service=okean.fee,
        key=uuid.uuid4(),
        created_at=NOON,
    )
    return {
        "agreement": agreement.pk,
        "absence": absence.pk,
        "benefit": benefit.pk,
        "interruption": interruption.pk,
    }


def _clients(organisation, counter) -> dict[str, Client]:
    elsewhere = make_organisation(name="ТСЖ «Соседи»")
    stranger = make_user(username="stranger", role=Role.ADMINISTRATOR, organisation=elsewhere)
    bank = make_bank(name="Банк соседей")
    appoint_cashier(user=stranger, till=Till.objects.create(bank=bank, number=1))
    users = {
        "cashier": counter.cashier.user,
        "operator": make_user(username="o", role=Role.OPERATOR, organisation=organisation),
        "mailing_operator": make_user(
            username="m", role=Role.MAILING_OPERATOR, organisation=organisation
        ),
        "accountant": accountant_of(organisation),
        "stranger": stranger,
    }
    clients = {"guest": Client(raise_request_exception=False)}
    for who, user in users.items():
        clients[who] = Client(raise_request_exception=False)
        clients[who].force_login(user)
    return clients
