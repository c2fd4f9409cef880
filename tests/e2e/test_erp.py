"""
The office in a browser: from the calculation to sent letters.

No Celery here: what the web asks for is taken up by the sweep a worker makes every minute, called
in this process, so that a test says when the worker comes.
"""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import Meter
from accounts_registry.services import TypedReading, assign_role, submit_reading
from charges.services import calculate_month, confirm_month
from charges.tasks import sweep as calculate_what_was_asked
from mailing.tasks import pump as send_what_was_asked
from payment_docs.services import issue_documents
from payment_docs.tasks import sweep as issue_what_was_asked
from tests.cast import JULY, NOON
from tests.e2e.conftest import barriers, sign_in
from tests.mailing.office import PostOffice
from tests.town import Town, sample_town, tunnel_to
from zhkh.web.roles import Role

MONTH = "period=2013-07"


@pytest.fixture
def post() -> PostOffice:
    return PostOffice()


@pytest.fixture
def town(committed_db: None, post: PostOffice, tmp_path: Path) -> Iterator[Town]:
    """July waits to be calculated; the accountant does the operators' work too."""
    with tunnel_to(post, tmp_path) as port:
        town = sample_town(tunnel_port=port)
        for role in (Role.OPERATOR, Role.MAILING_OPERATOR):
            assign_role(user=town.accountant, role=role, organisation=town.organisation)
        for meter in Meter.objects.filter(account=town.fet):
            submit_reading(
                meter=meter,
                reading=TypedReading(dt.date(2013, 7, 25), _JULY_READINGS[meter.zone]),
                by=town.accountant,
                at=NOON,
            )
        yield town


_JULY_READINGS = {"": Decimal("107.841"), "day": Decimal(3752), "night": Decimal(367)}


@pytest.fixture
def billed_town(town: Town) -> Town:
    """July is posted and its documents are issued."""
    calculate_month(organisation=town.organisation, period=JULY, by=None, clock=lambda: NOON)
    confirm_month(organisation=town.organisation, period=JULY, by=None)
    issue_documents(organisation=town.organisation, period=JULY, by=None, at=NOON)
    return town


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def text_of(page: Page, selector: str) -> str:
    return " ".join(page.locator(selector).inner_text().split())


def test_account_is_found_and_opened_by_keyboard(page: Page, billed_town: Town):
    sign_in(page, username="accountant", to="/accounts/")
    press(page, "F3")
    page.keyboard.type("Фет")
    expect(page.locator("#found [data-item]")).to_have_text(["000000001002"])

    press(page, "ArrowDown", "Enter")

    page.wait_for_url(f"**/accounts/{billed_town.fet.pk}/")
    expect(page.locator("h1")).to_have_text("Фет Афанасий Афанасьевич")
    expect(page.locator("main")).to_contain_text("3\N{NO-BREAK SPACE}226,86")


def test_month_is_calculated_looked_at_and_confirmed(page: Page, town: Town):
    sign_in(page, username="accountant", to="/charges/")
    page.goto(f"/charges/?{MONTH}")
    press(page, "Control+Enter")
    expect(page.locator("h1")).to_have_text("Расчёт месяца")
    press(page, "Control+Enter")
    expect(page.locator("#progress h2")).to_have_text("Расчёт ждёт исполнителя")

    calculate_what_was_asked()
    expect(page.get_by_text("12\N{NO-BREAK SPACE}060,45").first).to_be_visible()
    assert balance_of(town.fet) == Decimal(0)

    press(page, "Control+Enter")
    confirm = page.locator("#confirm")
    expect(confirm.locator("p").first).to_have_text(
        re.compile(r"Будет проведено 4 счёта на сумму 12\s060,45\s₽.")
    )
    confirm.get_by_role("button", name="Провести 4 счёта").click()

    expect(page.get_by_role("link", name="Платёжные документы")).to_be_visible()
    assert balance_of(town.fet) == Decimal("3226.86")


def test_documents_are_issued_read_and_sent(page: Page, town: Town, post: PostOffice):
    calculate_month(organisation=town.organisation, period=JULY, by=None, clock=lambda: NOON)
    confirm_month(organisation=town.organisation, period=JULY, by=None)
    sign_in(page, username="accountant", to="/docs/")
    page.goto(f"/docs/?{MONTH}")
    press(page, "Control+Enter")
    expect(page.locator("#progress")).to_be_visible()
    issue_what_was_asked()

    page.get_by_role("link", name=re.compile("Фет Афанасий")).click()
    expect(page.locator("#document")).to_contain_text("3\N{NO-BREAK SPACE}226,86 руб.")
    expect(page.locator("#document")).to_contain_text("107,841")

    page.get_by_role("link", name="Отправить по email").click()
    expect(page.locator("main, dialog[open]").last).to_contain_text(
        re.compile(r"Будет отправлено\s+1\s+письмо из 4")
    )
    page.get_by_role("button", name="Продолжить").click()
    page.wait_for_url(re.compile(r"/mailing/\d+/$"))
    send_what_was_asked(mail_account_id=town.mail_account.pk)

    expect(page.locator("#run tbody tr").filter(has_text="000000001002")).to_contain_text(
        "Отправлено"
    )
    assert post.recipients == ["fet_aa@mail.ru"]


def test_no_screen_keeps_people_out(page: Page, billed_town: Town):
    page.goto("/login/")
    found = {"login": barriers(page)}
    sign_in(page, username="accountant", to="/accounts/")
    for name, address in [
        ("account list", "/accounts/"),
        ("card", f"/accounts/{billed_town.fet.pk}/"),
        ("meters", f"/accounts/{billed_town.fet.pk}/meters/"),
        ("charges", f"/charges/?{MONTH}"),
        ("documents", f"/docs/?{MONTH}"),
        ("send", f"/mailing/send/?{MONTH}"),
    ]:
        page.goto(address)
        found[name] = barriers(page)
    page.get_by_role("button", name="Продолжить").click()
    page.wait_for_url(re.compile(r"/mailing/\d+/$"))
    send_what_was_asked(mail_account_id=billed_town.mail_account.pk)
    page.reload()
    found["journal"] = barriers(page)

    assert {name: rules for name, rules in found.items() if rules} == {}


def test_desk_and_its_receipt_keep_nobody_out(page: Page, billed_town: Town):
    sign_in(page, username="kovalchuk", to="/kassa/")
    page.goto(f"/kassa/bill/{billed_town.fet.pk}/")
    page.locator("#bill input[type=checkbox]").first.wait_for()
    found = {"bill": barriers(page)}
    press(page, "+", "F9", "F9")
    page.wait_for_url(re.compile(r"/kassa/receipt/\d+/$"))
    found["receipt"] = barriers(page)

    assert found == {"bill": [], "receipt": []}
    assert balance_of(billed_town.fet) == Decimal(0)
