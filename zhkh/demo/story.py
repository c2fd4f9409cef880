"""From a meter reading to a closed debt, told while it happens; telling it again changes nothing."""

import dataclasses
import uuid
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.open_items import open_items
from accounts_registry.ledger.periods import find_period
from accounts_registry.models import Meter, Organisation, PersonalAccount
from accounts_registry.services import TypedReading, submit_reading
from cashdesk.models import Receipt
from cashdesk.services import PaymentRequest, Tick, accept_payment
from charges.calc import inputs
from charges.calc.parse import parse_text
from charges.services import calculate_month, confirm_month
from mailing.models import JournalRow
from mailing.models.states import SENT
from mailing.services.batches import BatchRequest, preview_batch, queue_batch
from mailing.services.pump import pump, this_worker
from payment_docs.models import IssuedDocument
from payment_docs.queries import current_documents
from payment_docs.services import issue_documents, issued_pdf
from zhkh.audits.check import audit_books
from zhkh.audits.recomputation import recompute
from zhkh.demo import people
from zhkh.demo.post import PostOffice
from zhkh.kernel.money import ZERO, format_money
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity
from zhkh.scenarios.rows import store_scenario
from zhkh.web import clock

HOUSE = Path(__file__).with_name("house.json")
BILLED, PAYER = "000000001001", "000000001002"
KEYS = uuid.UUID("5e3c1d0a-7a0e-4f52-9d7c-2013070000ff")  # namespace: a repeated story pays once


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """What the story is told about."""

    organisation: Organisation
    period: Period
    folder: Path
    office: PostOffice


def set_stage(folder: Path, office: PostOffice) -> Stage:
    """Load the house unless it is there already, and appoint the staff."""
    scenario = parse_text(HOUSE.read_bytes())
    organisation = Organisation.objects.filter(name=people.COMPANY).first()
    if organisation is None:
        organisation = store_scenario(
            _without_new_readings(scenario), name=people.COMPANY, at=timezone.now()
        )
        people.furnish_company(organisation, period=scenario.period)
    people.appoint_staff(organisation, people.known_logins(folder))
    return Stage(organisation, scenario.period, folder, office)


def tell(stage: Stage) -> bool:
    """The whole story; False when the books do not agree at the end."""
    _say(f"Дом: {people.COMPANY}, 109451, Москва, Братиславская, дом № 1 — четыре счёта")
    _readings(stage)
    _charges(stage)
    _documents(stage)
    _mail(stage)
    _payment(stage)
    return _books()


def _readings(stage: Stage) -> None:
    """The operator enters the readings of July, unless they are known."""
    for item in _new_readings():
        meter = Meter.objects.get(
            account__organisation=stage.organisation,
            account__number=PAYER,
            service__code=item.service,
            zone=item.zone or "",
        )
        previous, reading = item.readings
        if not meter.readings.filter(read_on=reading.on).exists():
            submit_reading(
                meter=meter,
                reading=TypedReading(read_on=reading.on, value=reading.value),
                by=people.the_accountant(),
                at=clock.now(),
            )
        zone = {None: "", inputs.Zone.DAY: ", день", inputs.Zone.NIGHT: ", ночь"}[item.zone]
        _say(
            f"Показание, кв. 2, {meter.service.name.lower()}{zone}: "
            f"{format_quantity(previous.value)} → {format_quantity(reading.value)}"
        )


def _charges(stage: Stage) -> None:
    month = find_period(organisation_id=stage.organisation.pk, period=stage.period)
    if month is None or not month.is_posted:
        accountant = people.the_accountant()
        calculate_month(
            organisation=stage.organisation,
            period=stage.period,
            by=accountant,
            clock=timezone.now,
        )
        confirm_month(organisation=stage.organisation, period=stage.period, by=accountant)
    _say(f"Начисления за {stage.period.title} рассчитаны и проведены")


def _documents(stage: Stage) -> None:
    issue_documents(
        organisation=stage.organisation,
        period=stage.period,
        by=people.the_accountant(),
        at=timezone.now(),
    )
    folder = stage.folder / "documents"
    folder.mkdir(exist_ok=True)
    for document in _documents_of(stage):
        file = folder / f"kvitanciya_{document.account.number}_{stage.period}.pdf"
        file.write_bytes(issued_pdf(document))
        _say(
            f"Платёжный документ {document.account.number}, {document.account.payer}: "
            f"начислено {format_money(document.charged)}, "
            f"к оплате {format_money(document.to_pay)} руб."
        )
        _say(f"    {file}")


def _mail(stage: Stage) -> None:
    account = people.the_mail_account(stage.organisation, stage.office)
    preview = preview_batch(organisation=stage.organisation, period=stage.period)
    if preview.to_send:
        queue_batch(
            BatchRequest(mail_account=account, period=stage.period, key=uuid.uuid4()),
            by=people.the_accountant(),
            at=timezone.now(),
        )
    pump(account.pk, worker=this_worker())
    for row in _journal(stage):
        _say(f"Письмо {row.account.number}: {row.get_state_display()} — {_outcome(row)}")
    letters = sorted(stage.office.mailbox.glob("*.eml"))
    _say(f"Почтовый сервер (через туннель TLS) принял писем: {len(letters)}")
    for letter in letters:
        _say(f"    {letter}")


def _payment(stage: Stage) -> None:
    """The cashier takes the whole bill of the neighbour; the key makes a second telling harmless."""
    account = PersonalAccount.objects.get(organisation=stage.organisation, number=PAYER)
    key = uuid.uuid5(KEYS, f"{stage.organisation.pk}/{account.pk}")
    receipt = Receipt.objects.filter(payment__key=key).first()
    if receipt is None:
        before = balance_of(account)
        _say(f"Касса: {account.payer}, долг {format_money(before)} руб.")
        receipt = _take(account, key)
    _say(
        f"Касса приняла {format_money(receipt.payment.amount)} руб. от «{account.payer}», "
        f"квитанция № {receipt.number} от {receipt.business_date:%d.%m.%Y}"
    )
    _say(f"Остаток долга по счёту {account.number}: {format_money(balance_of(account))} руб.")


def _take(account: PersonalAccount, key: uuid.UUID) -> Receipt:
    owed: dict[int, Decimal] = {}
    for item in open_items(account):
        owed[item.service_id] = owed.get(item.service_id, ZERO) + item.amount
    ticks = [Tick(service_id, amount, due=amount) for service_id, amount in owed.items()]
    total = sum(owed.values(), ZERO)
    return accept_payment(
        cashier=people.the_cashier(),
        account=account,
        request=PaymentRequest(token=key, ticks=ticks, total=total, cash=total),
        at=clock.now(),
    )


def _books() -> bool:
    results = [*audit_books(), recompute()]
    found = [finding for _, findings in results for finding in findings]
    for finding in found:
        _say(f"Сверка: {finding.text}")
    if not found:
        _say(f"Сверка: книги сходятся, проверок: {len(results)}")
    return not found


def _new_readings() -> list[inputs.Meter]:
    scenario = parse_text(HOUSE.read_bytes())
    accounts = {account.number: account for account in scenario.houses[0].accounts}
    return list(accounts[PAYER].meters)


def _without_new_readings(scenario: inputs.Scenario) -> inputs.Scenario:
    """The house as it stood in June: the path starts at the readings of July."""
    house = scenario.houses[0]
    accounts = tuple(
        dataclasses.replace(
            account,
            meters=tuple(meter._replace(readings=meter.readings[:1]) for meter in account.meters),
        )
        for account in house.accounts
    )
    return dataclasses.replace(scenario, houses=(dataclasses.replace(house, accounts=accounts),))


def _documents_of(stage: Stage) -> list[IssuedDocument]:
    return list(current_documents(organisation_id=stage.organisation.pk, period=stage.period))


def _journal(stage: Stage) -> list[JournalRow]:
    """The first batch tells it all: a repeated story sends nothing anew."""
    rows = JournalRow.objects.filter(
        batch__organisation=stage.organisation, batch__month=stage.period.first_day
    ).select_related("account")
    first = rows.order_by("batch_id").first()
    return list(rows.filter(batch_id=first.batch_id).order_by("account__number")) if first else []


def _outcome(row: JournalRow) -> str:
    return row.address if row.state in SENT else row.explanation


def _say(line: str) -> None:
    """Spaces that do not break are for pages: in a terminal they hide sums from a search."""
    print(line.replace("\N{NO-BREAK SPACE}", " "), flush=True)
