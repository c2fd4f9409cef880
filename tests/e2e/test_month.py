"""A month in the browser: from the readings to the closed period, through its screens."""

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db.models import QuerySet, Sum
from playwright.sync_api import Page, expect

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import AccountArea
from charges.models import ChargeLine
from charges.tasks import sweep as calculate_what_was_asked
from payment_docs.models import IssuedDocument
from payment_docs.queries import current_documents
from payment_docs.tasks import sweep as issue_what_was_asked
from tests.cast import JULY
from tests.e2e.conftest import barriers, sign_in
from tests.mailing.office import PostOffice
from tests.town import Town, sample_town, tunnel_to

MONTH = "period=2013-07"
WATER = (
    "Индивидуальное потребление: по прибору учёта: 107,841 (25.07.2013) − 102,341 (25.06.2013) = 5,5 "
    "(п. 42 Правил № 354, формула 1); 5,5 м³ × 13,50 = 74,25 руб."
)

Barriers = dict[str, list[str]]  # what keeps people out, by page


@pytest.fixture
def town(committed_db, tmp_path) -> Iterator[Town]:
    """July waits: readings of the sample flat are not entered yet."""
    with tunnel_to(PostOffice(), tmp_path) as port:
        yield sample_town(tunnel_port=port)


def test_month_from_readings_to_closed_period(page: Page, town: Town):
    sign_in(page, username="accountant", to="/charges/")
    enter_readings(page, town)

    found = calculate(page)
    found["anomalies"] = look_at_anomalies(page)
    assert balance_of(town.fet) == 0  # a draft is not in the books

    AccountArea.objects.filter(account=town.fet).update(area_m2="71.00")
    found["gates"] = barriers_of_a_month_that_waits(page)
    before = draft_of(town)
    found |= recalculate_an_account(page, town)
    changed = {number for number, total in draft_of(town).items() if total != before[number]}
    assert changed == {town.fet.number}

    told, found["why"] = why_so_much(page, town)
    assert told == WATER

    close(page)
    found["months"] = barriers(page)
    assert balance_of(town.fet) == draft_of(town)[town.fet.number]

    found["documents"] = issue_documents(page)
    issued = {document.account.number: document.charged for document in current(town)}
    assert issued == draft_of(town)
    assert {name: rules for name, rules in found.items() if rules} == {}


def enter_readings(page: Page, town: Town) -> None:
    page.goto(f"/accounts/{town.fet.pk}/meters/")
    for zone, value in (("", "107,841"), ("day", "3752"), ("night", "367")):
        meter = town.fet.meters.get(zone=zone)
        page.locator(f"[name='meter-{meter.pk}-read_on']").fill("25.07.2013")
        field = page.locator(f"[name='meter-{meter.pk}-value']")
        field.fill(value)
        field.press("Enter")
        expect(page.locator(f"[name='meter-{meter.pk}-value']")).to_have_value("")


def calculate(page: Page) -> Barriers:
    """From the month's page through the wizard; no worker runs here, the test is one."""
    page.goto(f"/charges/?{MONTH}")
    page.get_by_role("link", name="Рассчитать", exact=False).first.click()
    expect(page.locator("h1")).to_have_text("Расчёт месяца")
    expect(page.locator("main")).to_contain_text("Показания счётчиков")
    found = {"wizard": barriers(page)}
    page.keyboard.press("Control+Enter")
    expect(page.locator("#progress h2")).to_have_text("Расчёт ждёт исполнителя")
    found["waiting"] = barriers(page)
    calculate_what_was_asked()
    expect(page.get_by_text("12\N{NO-BREAK SPACE}060,45").first).to_be_visible()
    return found


def look_at_anomalies(page: Page) -> list[str]:
    page.goto(f"/charges/anomalies/?{MONTH}")
    found = barriers(page)
    page.get_by_role("button", name="Проверены все по отбору").click()
    expect(page.locator("#found")).to_contain_text("просмотрено")
    return found


def barriers_of_a_month_that_waits(page: Page) -> list[str]:
    """What was changed after the calculation holds the month, and the page names the house."""
    page.goto(f"/charges/?{MONTH}")
    expect(page.get_by_role("button", name="Подтвердить месяц")).to_be_disabled()
    expect(page.locator(".gates a", has_text="Братиславская")).to_be_visible()
    return barriers(page)


def recalculate_an_account(page: Page, town: Town) -> Barriers:
    """From the page of its house, where the difference is seen before it is put in."""
    page.goto(f"/charges/houses/{town.fet.premises.house_id}/?{MONTH}")
    found = {"house": barriers(page)}
    page.locator("tr", has_text=town.fet.number).get_by_role("link", name="Пересчитать").click()
    expect(page.locator("h1")).to_have_text(re.compile("^Пересчёт"))
    expect(page.locator("main")).to_contain_text(town.fet.number)
    found["redraft"] = barriers(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("Братиславская")
    return found


def why_so_much(page: Page, town: Town) -> tuple[str, list[str]]:
    """What the card says under the line of cold water, and what stands in the way of reading it."""
    page.goto(f"/accounts/{town.fet.pk}/charges/?{MONTH}")
    line = page.locator("details.why").nth(1)
    line.locator("summary").click()
    said = line.locator(".why-said ol")
    expect(said).to_contain_text("107,841")
    return said.locator("li").first.inner_text(), barriers(page)


def close(page: Page) -> None:
    page.goto(f"/charges/?{MONTH}")
    page.keyboard.press("Control+Enter")
    page.locator("#confirm").get_by_role("button", name=re.compile("Провести 4 счёта")).click()
    expect(page.locator("main")).to_contain_text("Месяц проведён и не меняется")
    page.goto("/charges/months/")
    expect(page.locator("tbody tr").first).to_contain_text("проведён")


def issue_documents(page: Page) -> list[str]:
    page.goto(f"/docs/?{MONTH}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#progress h2")).to_have_text("Документы ждут исполнителя")
    issue_what_was_asked()
    expect(page.locator("#rows")).to_contain_text("Некрасов")
    return barriers(page)


def draft_of(town: Town) -> dict[str, Decimal]:
    """What the month's lines come to, by account."""
    lines = ChargeLine.objects.filter(
        account__organisation=town.organisation, month=JULY.first_day
    ).order_by()
    return dict(lines.values_list("account__number").annotate(Sum("total")))


def current(town: Town) -> QuerySet[IssuedDocument]:
    return current_documents(organisation_id=town.organisation.pk, period=JULY)
