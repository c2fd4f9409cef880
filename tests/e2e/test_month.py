"""A month in the browser: from the readings to the closed period, through its screens."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts_registry.ledger.balances import balance_of
from accounts_registry.models import AccountArea
from charges.tasks import sweep as calculate_what_was_asked
from tests.e2e.conftest import barriers, sign_in
from tests.mailing.office import PostOffice
from tests.town import Town, sample_town, tunnel_to

MONTH = "period=2013-07"


@pytest.fixture
def town(committed_db, tmp_path) -> Iterator[Town]:
    """July waits: readings of the sample flat are not entered yet."""
    with tunnel_to(PostOffice(), tmp_path) as port:
        yield sample_town(tunnel_port=port)


def enter_readings(page: Page, town: Town) -> None:
    page.goto(f"/accounts/{town.fet.pk}/meters/")
    for zone, value in (("", "107,841"), ("day", "3752"), ("night", "367")):
        meter = town.fet.meters.get(zone=zone)
        page.locator(f"[name='meter-{meter.pk}-read_on']").fill("25.07.2013")
        field = page.locator(f"[name='meter-{meter.pk}-value']")
        field.fill(value)
        field.press("Enter")
        expect(page.locator(f"[name='meter-{meter.pk}-value']")).to_have_value("")


def test_month_from_readings_to_closed_period(page: Page, town: Town):
    sign_in(page, username="accountant", to="/charges/")
    enter_readings(page, town)

    page.goto(f"/charges/?{MONTH}")
    page.get_by_role("link", name="Рассчитать", exact=False).first.click()
    expect(page.locator("h1")).to_have_text("Расчёт месяца")
    expect(page.locator("main")).to_contain_text("Показания счётчиков")
    found = {"wizard": barriers(page)}
    page.keyboard.press("Control+Enter")
    expect(page.locator("#progress h2")).to_have_text("Расчёт ждёт исполнителя")
    calculate_what_was_asked()
    expect(page.get_by_text("12\N{NO-BREAK SPACE}060,45").first).to_be_visible()

    page.goto(f"/charges/anomalies/?{MONTH}")
    found["anomalies"] = barriers(page)
    page.get_by_role("button", name="Проверены все по отбору").click()
    expect(page.locator("#found")).to_contain_text("просмотрено")

    AccountArea.objects.filter(account=town.fet).update(area_m2="71.00")
    page.goto(f"/charges/?{MONTH}")
    expect(page.get_by_role("button", name="Подтвердить месяц")).to_be_disabled()
    found["gates"] = barriers(page)
    page.locator(".gates a", has_text="Братиславская").click()
    expect(page.locator("h1")).to_have_text("Пересчёт дома в черновике")
    found["redraft"] = barriers(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_contain_text("Братиславская")
    found["house"] = barriers(page)

    page.goto(f"/charges/?{MONTH}")
    page.keyboard.press("Control+Enter")
    page.locator("#confirm").get_by_role("button", name=re.compile("Провести 4 счёта")).click()

    expect(page.locator("main")).to_contain_text("Месяц проведён и не меняется")
    page.goto("/charges/months/")
    expect(page.locator("tbody tr").first).to_contain_text("проведён")
    found["months"] = barriers(page)
    assert balance_of(town.fet) > 0
    assert {name: rules for name, rules in found.items() if rules} == {}
