"""The counter by keyboard alone, with the network's worst manners."""

import re
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts_registry.ledger.balances import balance_of
from accounts_registry.ledger.posting import Payment
from accounts_registry.models import Service
from cashdesk.models import Receipt
from tests.cashdesk.counter import Counter, open_counter, owe, take, tick
from tests.e2e.conftest import barriers, sign_in
from tests.factories import connect, make_payee, make_service
from zhkh.kernel.period import Period

PAY = re.compile(r"/pay/$")
STATUS = re.compile(r"/status/$")
RECEIPT = re.compile(r"/kassa/receipt/\d+/$")
LOST_REQUEST = "Failed to load resource: net::ERR_FAILED"
CONFLICT = "Failed to load resource: the server responded with a status of 409 (Conflict)"


@pytest.fixture
def counter(committed_db: None) -> Counter:
    """Фет owes for the fee, for two months of cold water and for gas; heating is paid."""
    counter = open_counter(at=timezone.localtime())
    month = Period.of(counter.at.date()).previous()
    town = counter.town
    payee = make_payee(organisation=town.organisation, name="АО «Мосгаз»")
    heating, gas = (
        make_service(
            organisation=town.organisation, code=code, name=name, position=position, payee=payee
        )
        for code, name, position in [("heating", "Отопление", 3), ("gas", "Газоснабжение", 4)]
    )
    connect(town.fet, heating, gas)
    owe(counter, "213.40", service=town.fee, month=month)
    owe(counter, "110.88", month=month.previous())
    owe(counter, "73.88", month=month)
    owe(counter, "1054.18", service=gas, month=month)
    return counter


@pytest.fixture
def bill(page: Page, counter: Counter) -> Page:
    """Фет's bill on the screen, found by a part of the address."""
    sign_in(page, username="kovalchuk", to="/kassa/")
    page.keyboard.type("Братиславская 1 2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/kassa/bill/**")
    expect(page.locator("#bill input[type=checkbox]").first).to_be_focused()
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def spoken(page: Page) -> str:
    """The sentence of the open dialog."""
    expect(page.locator("#say")).to_be_visible()
    return page.locator("#say-text").inner_text()


def total(page: Page) -> str:
    return page.locator("#total").inner_text().replace("\N{NO-BREAK SPACE}", " ")


def amounts(page: Page) -> list[str]:
    fields = page.locator("#bill input.sum").all()
    return [field.input_value().replace("\N{NO-BREAK SPACE}", " ") for field in fields]


def gas() -> Service:
    return Service.objects.get(code="gas")


def test_from_search_to_the_next_client_by_keyboard(bill: Page, counter: Counter):
    press(bill, "Space", "ArrowDown")
    bill.keyboard.type("150")
    press(bill, "Enter")
    assert total(bill) == "363,40"

    press(bill, "F9")
    bill.keyboard.type("400")
    expect(bill.locator("#change")).to_have_text(re.compile(r"Сдача\s+36,60"))
    press(bill, "F9")
    bill.wait_for_url(RECEIPT)

    receipt = Receipt.objects.get()
    assert (receipt.payment.amount, receipt.cash_received) == (Decimal("363.40"), Decimal(400))
    assert balance_of(counter.town.fet) == Decimal("1088.94")
    press(bill, "Enter")
    bill.wait_for_url("**/kassa/")
    expect(bill.locator("#q")).to_be_focused()


def test_several_hits_are_chosen_by_arrows(page: Page, counter: Counter):
    sign_in(page, username="kovalchuk", to="/kassa/")
    page.keyboard.type("Братиславская 1")
    press(page, "Enter")
    expect(page.locator("[data-item]").first).to_be_focused()

    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "Enter")

    page.wait_for_url("**/kassa/bill/**")
    expect(page.locator("h1")).to_have_text("Фет Афанасий Афанасьевич")


def test_nothing_is_ticked_at_arrival_and_plus_and_minus_tick_everything(bill: Page):
    assert (total(bill), bill.locator("#do-pay").is_disabled()) == ("0,00", True)

    press(bill, "+")
    assert total(bill) == "1 452,34"
    expect(bill.locator("#count")).to_have_text("3 услуги")

    press(bill, "-")
    assert total(bill) == "0,00"


def test_a_ticked_sum_is_written_out_and_locked(bill: Page):
    bill.keyboard.type("100,5")
    press(bill, "Enter", "ArrowUp", "5")

    assert amounts(bill) == ["100,50", "184,76", "1 054,18"]
    expect(bill.locator("#hint")).to_have_text(
        "Сумма закреплена: сначала снимите отметку (Пробел), потом меняйте."
    )

    press(bill, "Space", "5", "Enter")
    assert (amounts(bill)[0], total(bill)) == ("5,00", "5,00")


def test_escape_gives_back_the_sum_then_drops_ticks_then_leaves(bill: Page):
    press(bill, "Space", "ArrowDown")
    bill.keyboard.type("7")
    press(bill, "Escape")
    assert (amounts(bill)[1], total(bill)) == ("184,76", "213,40")

    press(bill, "Escape")
    assert total(bill) == "0,00"

    press(bill, "Escape")
    bill.wait_for_url("**/kassa/")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("213,41", "Введено 213,41, это больше начисленного 213,40 на 0,01. Проверьте сумму."),
        ("0", "Сумма должна быть больше нуля."),
        (
            "1,234.5",
            "«1,234.5» — не сумма. Введите рубли и копейки через запятую, например 100,50.",
        ),
    ],
)
def test_a_wrong_sum_is_not_ticked(bill: Page, typed: str, sentence: str):
    bill.keyboard.type(typed)
    press(bill, "Enter")
    assert spoken(bill) == sentence

    press(bill, "Enter")

    expect(bill.locator("#bill input.sum").first).to_be_focused()
    assert (amounts(bill)[0], total(bill)) == (typed, "0,00")


def test_too_little_cash_is_not_taken(bill: Page):
    press(bill, "Space", "F9")
    bill.keyboard.type("200")
    expect(bill.locator("#change")).to_have_text(re.compile(r"Не хватает\s+13,40"))

    press(bill, "Enter")

    assert spoken(bill) == "Наличных не хватает: ещё 13,40. Исправьте сумму или очистите поле."
    assert Payment.objects.count() == 0


def test_services_without_debt_are_stepped_over(bill: Page):
    press(bill, "ArrowDown", "ArrowDown")

    here = bill.locator("#bill tr.is-here b")
    expect(here).to_have_text("Газоснабжение")


def test_pressing_again_and_again_pays_once(bill: Page):
    press(bill, "+", "F9")

    press(bill, "F9", "F9", "Enter", "Enter", "F9")

    bill.wait_for_url(RECEIPT)
    assert Payment.objects.count() == 1


def test_a_request_that_never_arrived_is_sent_again_with_the_same_token(
    bill: Page, complaints: list[str]
):
    bill.route(PAY, lambda route: route.abort(), times=1)
    press(bill, "+", "F9", "F9")
    assert spoken(bill) == (
        "Платёж на 1\N{NO-BREAK SPACE}452,34 не проведён. "
        "Если деньги взяты, верните их или оплатите счёт ещё раз."
    )
    assert (Payment.objects.count(), complaints) == (0, [LOST_REQUEST])
    complaints.clear()
    token = bill.evaluate("JSON.parse(sessionStorage.getItem('kassa-pending')).token")

    press(bill, "Enter")
    expect(bill.locator("#cash")).to_be_focused()
    press(bill, "F9")

    bill.wait_for_url(RECEIPT)
    assert [str(key) for key in Payment.objects.values_list("key", flat=True)] == [token]


def booked_but_unanswered(route: Route) -> None:
    route.fetch()
    route.abort()


def test_a_lost_answer_leads_to_the_receipt(bill: Page, complaints: list[str]):
    bill.route(PAY, booked_but_unanswered, times=1)

    press(bill, "+", "F9", "F9")

    bill.wait_for_url(RECEIPT)
    assert (Payment.objects.count(), complaints) == (1, [LOST_REQUEST])
    complaints.clear()


def test_while_nobody_answers_the_cashier_is_told_not_to_take_money_twice(
    bill: Page, complaints: list[str]
):
    bill.route(PAY, booked_but_unanswered, times=1)
    bill.route(STATUS, lambda route: route.abort(), times=1)
    press(bill, "+", "F9", "F9")

    expect(bill.locator("#lost [role=alert] b")).to_have_text(
        "Связь прервана. Не берите деньги второй раз. Проверяем…"
    )
    expect(bill.locator("#lamp")).to_have_text("нет связи")
    press(bill, "Escape")
    expect(bill.locator("#lost")).to_be_visible()

    bill.wait_for_url(RECEIPT)
    assert (Payment.objects.count(), complaints) == (1, [LOST_REQUEST, LOST_REQUEST])
    complaints.clear()


def test_an_unanswered_payment_is_asked_about_after_a_reload(bill: Page, complaints: list[str]):
    bill.route(PAY, booked_but_unanswered, times=1)
    bill.route(STATUS, lambda route: route.abort())
    press(bill, "+", "F9", "F9")
    expect(bill.locator("#lost")).to_be_visible()
    bill.unroute(STATUS)

    bill.goto("/kassa/")

    bill.wait_for_url(RECEIPT)
    assert bill.evaluate("sessionStorage.getItem('kassa-pending')") is None
    assert Payment.objects.count() == 1
    complaints.clear()


def test_a_bill_paid_elsewhere_is_read_again_and_typed_sums_stay(
    bill: Page, counter: Counter, complaints: list[str]
):
    bill.keyboard.type("200")
    press(bill, "Enter", "Space", "F9")
    water = counter.town.cold_water
    take(counter, tick(water, "100.00", due="184.76"))

    press(bill, "F9")

    assert spoken(bill) == (
        "Холодное водоснабжение: долг изменился с 184,76 до 84,76. "
        "Ничего не проведено: сверьте счёт и оплатите заново."
    )
    press(bill, "Enter")
    assert amounts(bill) == ["200,00", "184,76", "1 054,18"]
    assert total(bill) == "200,00"
    assert complaints == [CONFLICT]
    complaints.clear()


def test_an_ended_session_pays_nothing_and_says_so(bill: Page):
    bill.context.clear_cookies(name="sessionid")

    press(bill, "+", "F9", "F9")

    assert spoken(bill) == (
        "Сеанс закончен. Войдите снова: после входа касса проверит, прошёл ли платёж. "
        "Не берите деньги второй раз."
    )
    assert Payment.objects.count() == 0


def test_a_printed_receipt_is_remembered_and_marked(bill: Page):
    press(bill, "+", "F9", "F9")
    bill.wait_for_url(RECEIPT)
    expect(bill.locator("#next")).to_be_focused()

    with bill.expect_response(re.compile(r"/printed/$")):
        bill.evaluate("window.dispatchEvent(new Event('afterprint'))")

    expect(bill.locator("#duplicate")).to_be_visible()
    assert Receipt.objects.filter(printed_at__isnull=False).count() == 1


def test_f2_goes_to_the_search_box_from_the_bill(bill: Page):
    press(bill, "F2")
    expect(bill.locator("#q")).to_be_focused()

    press(bill, "Escape")
    expect(bill.locator("#bill input[type=checkbox]").first).to_be_focused()


def test_six_services_fit_a_low_screen(bill: Page, counter: Counter):
    organisation = counter.town.organisation
    for position, code in enumerate(["lift", "waste"], start=5):
        service = make_service(organisation=organisation, code=code, position=position)
        owe(counter, "10.00", service=service)
    bill.set_viewport_size({"width": 1366, "height": 625})

    bill.reload()

    assert bill.locator("#bill [data-row]").count() == 6
    for part in (".desk__main", ".pay", "html"):
        hidden = bill.locator(part).evaluate(
            "e => [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth]"
        )
        assert (part, hidden) == (part, [0, 0])


@pytest.mark.parametrize(
    ("typed", "kopecks"),
    [
        ("100,5", 10050),
        ("1 234.56", 123456),
        (",5", 50),
        ("5,", 500),
        ("00,01", 1),
        ("0,29", 29),
        ("", None),
        (",", None),
        ("1e3", None),
        ("1,234.5", None),
        ("10,005", None),
        ("-5", None),
        ("١٢", None),
    ],
)
def test_the_page_reads_sums_as_the_server_does(bill: Page, typed: str, kopecks: int | None):
    script = "async typed => (await import('/static/js/kassa-money.js')).parseMoney(typed)"

    assert bill.evaluate(script, typed) == kopecks


def test_pages_of_the_desk_keep_nobody_out(bill: Page):
    found = {"bill": barriers(bill)}
    press(bill, "+", "F9", "F9")
    bill.wait_for_url(RECEIPT)
    found["receipt"] = barriers(bill)
    press(bill, "F4")
    bill.wait_for_url("**/today/")
    found["today"] = barriers(bill)
    bill.goto("/kassa/?q=Братиславская 1")
    found["found"] = barriers(bill)

    assert found == {"bill": [], "receipt": [], "today": [], "found": []}
