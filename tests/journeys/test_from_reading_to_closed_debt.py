"""
The walk of docs/walk.md: one flat of the sample house, real database, mail server and tunnel.

Flat 2's figures of July stand in tests/golden/scenarios/demo_house.json with the calculation by
hand. The books must agree after every chapter.
"""

import datetime as dt
import email
import email.policy
import io
import uuid
from decimal import Decimal

import pypdf

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import Meter, PersonalAccount
from accounts_registry.services import TypedReading, submit_reading
from cashdesk.models import Receipt
from cashdesk.queries import bill_of, find_accounts
from cashdesk.services import PaymentRequest, Tick, accept_payment
from charges.models import ChargeLine, CommonVolume
from charges.services import DraftTotals, calculate_month, confirm_month, draft_totals
from mailing.services import BatchRequest, pump, queue_batch, this_worker
from payment_docs.models import IssuedDocument
from payment_docs.queries import current_documents
from payment_docs.services import issue_documents
from tests.cast import JULY
from tests.mailing.office import PostOffice, states
from tests.town import Town
from zhkh.audits.check import audit_books
from zhkh.audits.recomputation import recompute
from zhkh.kernel.period import Period

AUGUST = JULY.next()
READ_ON = dt.date(2013, 7, 25)
EARLY_AUGUST = dt.datetime(2013, 8, 5, 12, 0, tzinfo=dt.UTC)
EARLY_SEPTEMBER = dt.datetime(2013, 9, 5, 12, 0, tzinfo=dt.UTC)

BILL = Decimal("3226.86")
AUGUST_BILL = Decimal("3334.74")  # without readings: cold water and electricity by norm
PRINTED = (
    "Фет Афанасий Афанасьевич",
    "Июль 2013",
    "5,5 (2)",  # cold water by the meter
    "107,841",  # the reading it was made from
    "135,87",
    "3 226,86",
)


def test_from_a_reading_to_a_closed_debt(town: Town, post: PostOffice):
    readings_arrive(town)
    assert disagreements() == []

    water = the_month_is_calculated(town)
    assert (water.individual_volume, water.individual_method) == (Decimal("5.5"), "meter")
    assert (water.individual_amount, water.total) == (Decimal("74.25"), Decimal("135.87"))
    assert balance_of(town.fet) == Decimal(0)  # a draft is not in the books
    assert disagreements() == []

    seen = the_accountant_confirms(town)
    assert seen == DraftTotals(accounts=4, total=Decimal("12060.45"))
    assert balance_of(town.fet) == BILL
    assert disagreements() == []

    document = issued(town, JULY, account=town.fet, at=EARLY_AUGUST)
    assert (document.number, document.version) == ("2013-07/000000001002", 1)
    assert (document.opening, document.charged, document.to_pay) == (Decimal(0), BILL, BILL)
    assert disagreements() == []

    assert the_letter_is_posted(town) == {
        "000000001001": "skipped",
        "000000001002": "accepted",
        "000000001003": "skipped",
        "000000001004": "skipped",
    }
    assert post.recipients == ["fet_aa@mail.ru"]
    assert missing(post.letters[0], *PRINTED) == []
    assert disagreements() == []

    (found,) = find_accounts(town.cashier.till.bank, "Фет").accounts
    assert bill_of(found).total == BILL
    receipt = take_all(town, found)
    assert (receipt.number, receipt.payment.amount) == (1, BILL)
    assert balance_of(town.fet) == Decimal(0)
    assert bill_of(found).total == Decimal(0)
    assert disagreements() == []

    paid, unpaid, water = the_next_month(town)
    assert (paid.opening, paid.charged, paid.to_pay) == (Decimal(0), AUGUST_BILL, AUGUST_BILL)
    assert (unpaid.opening, unpaid.to_pay) == (AUGUST_BILL, 2 * AUGUST_BILL)
    # a month of history is too short for an average (Rules 354, п. 59)
    assert (water.individual_volume, water.individual_method) == (Decimal("5.55"), "norm")
    assert balance_of(town.fet) == AUGUST_BILL
    assert disagreements() == []


def readings_arrive(town: Town) -> None:
    for code, zone, value in [
        ("cold_water", "", "107.841"),
        ("electricity", "day", "3752"),
        ("electricity", "night", "367"),
    ]:
        submit_reading(
            meter=Meter.objects.get(account=town.fet, service__code=code, zone=zone),
            reading=TypedReading(read_on=READ_ON, value=Decimal(value)),
            by=town.accountant,
            at=EARLY_AUGUST,
        )


def the_month_is_calculated(town: Town) -> ChargeLine:
    """The flat's line of cold water."""
    calculate(town, JULY, at=EARLY_AUGUST)
    return water_of(town, JULY)


def the_accountant_confirms(town: Town) -> DraftTotals:
    """What was seen and confirmed."""
    seen = draft_totals(organisation=town.organisation, period=JULY)
    confirm_month(organisation=town.organisation, period=JULY, by=town.accountant, seen=seen)
    return seen


def the_letter_is_posted(town: Town) -> dict[str, str]:
    """What the journal says of each account."""
    batch = queue_batch(
        BatchRequest(mail_account=town.mail_account, period=JULY, key=uuid.uuid4()),
        by=town.accountant,
        at=EARLY_AUGUST,
    )
    pump(town.mail_account.pk, worker=this_worker())
    return states(batch)


def the_next_month(town: Town) -> tuple[IssuedDocument, IssuedDocument, ChargeLine]:
    """
    Фет has paid, his neighbour has not; nobody reads the flats' meters in August.

    Their documents, and Фет's line of cold water.
    """
    the_house_uses_as_much_as_in_july(town)
    calculate(town, AUGUST, at=EARLY_SEPTEMBER)
    confirm_month(organisation=town.organisation, period=AUGUST, by=town.accountant)
    paid = issued(town, AUGUST, account=town.fet, at=EARLY_SEPTEMBER)
    unpaid = issued(town, AUGUST, account=town.tyutchev, at=EARLY_SEPTEMBER)
    return paid, unpaid, water_of(town, AUGUST)


def water_of(town: Town, period: Period) -> ChargeLine:
    return ChargeLine.objects.get(
        account=town.fet, service__code="cold_water", month=period.first_day
    )


def disagreements() -> list[str]:
    results = [*audit_books(), recompute()]
    return [finding.text for _, findings in results for finding in findings]


def calculate(town: Town, period: Period, *, at: dt.datetime) -> None:
    run = calculate_month(
        organisation=town.organisation, period=period, by=town.accountant, clock=lambda: at
    )
    assert [item.message for item in run.items.all()] == [""]


def issued(
    town: Town, period: Period, *, account: PersonalAccount, at: dt.datetime
) -> IssuedDocument:
    """The document in force; the whole house's are issued unless they are there already."""
    issue_documents(organisation=town.organisation, period=period, by=town.accountant, at=at)
    documents = current_documents(organisation_id=town.organisation.pk, period=period)
    return documents.get(account=account)


def take_all(town: Town, account: PersonalAccount) -> Receipt:
    ticks = [Tick(row.service.pk, row.due, due=row.due) for row in bill_of(account).rows if row.due]
    return accept_payment(
        cashier=town.cashier,
        account=account,
        request=PaymentRequest(token=uuid.uuid4(), ticks=ticks, total=BILL, cash=Decimal(3300)),
        at=EARLY_AUGUST,
    )


def the_house_uses_as_much_as_in_july(town: Town) -> None:
    july = CommonVolume.objects.filter(house__organisation=town.organisation, month=JULY.first_day)
    CommonVolume.objects.bulk_create(
        CommonVolume(
            house_id=row.house_id,
            service_id=row.service_id,
            zone=row.zone,
            month=AUGUST.first_day,
            volume=row.volume,
            method=row.method,
            premises_volume=row.premises_volume,
        )
        for row in july
    )


def missing(letter: bytes, *figures: str) -> list[str]:
    """What the document attached to the letter does not say."""
    message = email.message_from_bytes(letter, policy=email.policy.default)
    (attached,) = message.iter_attachments()
    pages = pypdf.PdfReader(io.BytesIO(attached.get_content())).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    return [figure for figure in figures if figure not in text]
