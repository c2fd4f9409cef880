"""The month of an organisation: its page and the steps to its posting."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts_registry.ledger import periods
from accounts_registry.models import AccountArea
from charges.models import ChangedFact
from charges.services import request_calculation
from tests.cast import JULY, NOON, accountant_of
from tests.factories import make_user
from tests.priced import BILL, FEE, add_house, calculated, posted, priced_tihiy_okean
from zhkh.runs.doorbell import forget_broker
from zhkh.runs.models import Run, RunState

HTMX = {"HX-Request": "true"}
MONTH = "/charges/?period=2013-07"


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


def form_of(organisation, **fields):
    return {"organisation": organisation.pk, "period": "2013-07", **fields}


def state_of(organisation):
    row = periods.find_period(organisation_id=organisation.pk, period=JULY)
    return row.state if row else None


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def told(answer):
    return [str(message) for message in answer.context["messages"]]


class TestMonth:
    def test_a_month_not_calculated_offers_to_calculate(self, client):
        answer = client.get(MONTH)

        assert "Июль 2013 ещё не рассчитан" in text_of(answer)
        assert (answer.context["month"].state, answer.context["rows"]) == ("", [])

    def test_preview_adds_up_by_service_and_house(self, client, okean):
        calculated(okean.organisation)

        preview = client.get(MONTH).context["preview"]

        assert [(row.title, row.now, row.accounts) for row in preview.services] == [
            ("Содержание и ремонт жилого помещения", 4 * FEE, 4),
            ("Холодное водоснабжение", 4 * (BILL - FEE), 4),
        ]
        assert [(row.title, row.now) for row in preview.houses] == [
            ("Москва, Братиславская, дом № 1", 4 * BILL)
        ]
        assert (preview.total.now, preview.total.accounts) == (4 * BILL, 4)

    def test_preview_stands_beside_the_month_before(self, client, okean):
        posted(okean.organisation)
        AccountArea.objects.filter(account=okean.fet).update(area_m2=Decimal("80.00"))
        calculated(okean.organisation, JULY.next())

        answer = client.get("/charges/?period=2013-08&sort=-difference")

        first = answer.context["rows"][0]
        assert (first.number, first.total, first.difference) == (
            okean.fet.number,
            BILL + 159,
            Decimal("159.00"),
        )
        assert answer.context["preview"].total.difference == Decimal("159.00")

    def test_accounts_are_listed_with_their_sums(self, client, okean):
        calculated(okean.organisation)

        rows = client.get(MONTH).context["rows"]

        assert [(row.number, row.charged, row.recalculated, row.total) for row in rows] == [
            (f"00000000100{n}", BILL, 0, BILL) for n in (1, 2, 3, 4)
        ]

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            ("sort=-number", ["4", "3", "2", "1"]),
            ("sort=payer", ["1", "4", "3", "2"]),
            ("sort=nonsense", ["1", "2", "3", "4"]),
            ("q=тютчев", ["3"]),
            ("q=Братиславская 1 2", ["2"]),
            ("q=никого", []),
        ],
    )
    def test_list_is_sorted_and_searched(self, client, okean, query, numbers):
        calculated(okean.organisation)

        rows = client.get(f"{MONTH}&{query}").context["rows"]

        assert [row.number[-1] for row in rows] == numbers

    def test_search_sends_only_the_list(self, client, okean):
        calculated(okean.organisation)

        answer = client.get(f"{MONTH}&q=фет", headers=HTMX)

        assert [row.number for row in answer.context["rows"]] == [okean.fet.number]
        assert answer.content.strip().startswith(b'<div id="accounts">')

    def test_month_not_understood_is_said_and_another_shown(self, client):
        answer = client.get("/charges/?period=июль")

        assert answer.status_code == 200
        assert "Месяца «июль» нет" in text_of(answer)

    def test_earliest_month_not_posted_is_shown_by_itself(self, client, okean):
        posted(okean.organisation)
        calculated(okean.organisation, JULY.next())

        assert client.get("/charges/").context["month"].period == JULY.next()

    def test_stepper_stays_within_the_books(self, client, okean):
        posted(okean.organisation)

        month = client.get(MONTH).context["month"]

        assert (month.previous_url, month.next_url) == (None, "?period=2013-08")

    def test_houses_with_errors_say_what_to_do(self, client, okean):
        AccountArea.objects.filter(account=okean.fet).delete()
        calculated(okean.organisation)

        answer = client.get(MONTH)

        assert answer.context["problems"] == [
            (
                "Москва, Братиславская, дом № 1",
                ["Лицевой счёт 000000001002, кв. 2, площадь: не заполнено."],
                str(okean.house.pk),
            )
        ]
        assert 'id="confirm"' not in answer.content.decode()

    def test_user_without_organisations_is_told_so(self, db):
        client = Client()
        client.force_login(make_user(username="nobody", is_superuser=True))

        assert client.get("/charges/").templates[0].name == "charges/nobody.html"

    def test_query_count_does_not_depend_on_rows(
        self, client, okean, django_assert_max_num_queries
    ):
        calculated(okean.organisation)
        with django_assert_max_num_queries(100) as four_accounts:
            client.get(MONTH)
        add_house(okean, code="7", accounts=3)
        calculated(okean.organisation)
        ChangedFact.objects.all().delete()  # in the test's transaction all is later than the draft

        with django_assert_max_num_queries(len(four_accounts)):
            answer = client.get(MONTH)
        assert len(answer.context["rows"]) == 7


class TestSteps:
    def test_calculation_is_asked_for_and_waits(self, client, okean):
        answer = client.post("/charges/calculate/", form_of(okean.organisation))

        assert answer.headers["Location"] == (
            f"/charges/?organisation={okean.organisation.pk}&period=2013-07"
        )
        assert Run.objects.get().state == RunState.WORKING
        assert state_of(okean.organisation) == "calculating"

    def test_calculation_survives_a_broker_that_does_not_answer(
        self, client, okean, settings, django_capture_on_commit_callbacks
    ):
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        forget_broker()

        with django_capture_on_commit_callbacks(execute=True) as rung:
            answer = client.post("/charges/calculate/", form_of(okean.organisation))

        forget_broker()
        assert (answer.status_code, len(rung)) == (302, 1)
        assert Run.objects.get().state == RunState.WORKING

    def test_refusals_are_said_on_the_page(self, client, okean):
        posted(okean.organisation)

        answer = client.post("/charges/calculate/", form_of(okean.organisation), follow=True)

        [refusal] = told(answer)
        assert refusal == str(periods.MonthIsPosted(JULY))

    def test_confirmation_posts_what_was_seen(self, client, okean):
        calculated(okean.organisation)
        draft = client.get(MONTH).context["draft"]

        answer = client.post(
            "/charges/confirm/",
            form_of(okean.organisation, accounts=draft.accounts, total=draft.now),
            follow=True,
        )

        assert told(answer) == ["Июль 2013 проведён: счетов 4."]
        assert state_of(okean.organisation) == "posted"

    def test_confirmation_of_other_sums_is_refused(self, client, okean):
        calculated(okean.organisation)

        client.post("/charges/confirm/", form_of(okean.organisation, accounts=4, total="1.00"))

        assert state_of(okean.organisation) == "draft"

    @pytest.mark.parametrize("total", ["", "много"])
    def test_confirmation_without_totals_is_refused(self, client, okean, total):
        calculated(okean.organisation)

        client.post("/charges/confirm/", form_of(okean.organisation, accounts=4, total=total))

        assert state_of(okean.organisation) == "draft"

    def test_draft_goes_back_to_work(self, client, okean):
        calculated(okean.organisation)

        client.post("/charges/reopen/", form_of(okean.organisation))

        assert state_of(okean.organisation) == "open"
        assert "суммы прежнего расчёта" in text_of(client.get(MONTH))

    def test_posted_month_does_not_go_back(self, client, okean):
        posted(okean.organisation)

        answer = client.post("/charges/reopen/", form_of(okean.organisation), follow=True)

        assert state_of(okean.organisation) == "posted"
        assert told(answer)[0].startswith("Июль 2013 уже проведён")

    def test_waiting_calculation_stops(self, client, okean):
        client.post("/charges/calculate/", form_of(okean.organisation))

        answer = client.post("/charges/stop/", form_of(okean.organisation), follow=True)

        assert Run.objects.get().state == RunState.STOPPED
        assert "Расчёт остановлен: пройдено домов 0 из 1." in text_of(answer)


class TestProgress:
    def test_page_asks_for_progress_while_it_is_calculated(self, client, okean):
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        page = client.get(MONTH).content.decode()

        assert f'hx-get="/charges/runs/{run.pk}/"' in page
        assert 'hx-trigger="every 2s"' in page

    def test_progress_counts_houses(self, client, okean):
        run = request_calculation(organisation=okean.organisation, period=JULY, by=None, at=NOON)

        answer = client.get(f"/charges/runs/{run.pk}/", headers=HTMX)

        assert (answer.context["progress"].passed, answer.context["progress"].total) == (0, 1)

    def test_end_of_the_run_ends_the_asking(self, client, okean):
        run = calculated(okean.organisation)

        answer = client.get(f"/charges/runs/{run.pk}/", headers=HTMX)

        assert (answer.headers["HX-Refresh"], answer.content) == ("true", b"")

    def test_without_htmx_the_end_leads_to_the_month(self, client, okean):
        run = calculated(okean.organisation)

        answer = client.get(f"/charges/runs/{run.pk}/")

        assert answer.headers["Location"] == (
            f"/charges/?organisation={okean.organisation.pk}&period=2013-07"
        )
