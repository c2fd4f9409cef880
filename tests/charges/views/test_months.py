"""The screens of a month: wizard, list of months, house, house calculated again, anomalies."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from accounts_registry.models import AccountArea
from charges.models import Anomaly, ChangedFact, Tariff
from charges.services import request_calculation
from charges.tasks import sweep
from tests.cast import JULY, NOON, accountant_of
from tests.charges.views.test_period import HTMX, form_of, text_of, told
from tests.factories import make_meter
from tests.priced import BILL, FEE, WATER, add_house, calculated, posted, priced_tihiy_okean
from zhkh.runs.models import ItemState, Run
from zhkh.runs.services import latest_run, settled_items, subject_of

MONTH = "period=2013-07"


@pytest.fixture
def okean(db):
    okean = priced_tihiy_okean()
    okean.house.refresh_from_db()
    return okean


@pytest.fixture
def accountant(okean):
    return accountant_of(okean.organisation)


@pytest.fixture
def client(accountant):
    client = Client()
    client.force_login(accountant)
    return client


def states(okean):
    run = latest_run(kind="charges", subject=subject_of(okean.organisation, JULY))
    assert run
    return sorted(state for state, _ in settled_items(run).values())


class TestWizard:
    def test_says_what_is_ready(self, client, okean):
        for account, readings in ((okean.fet, [(dt.date(2013, 7, 20), "5")]), (okean.tyutchev, [])):
            make_meter(at=account, service=okean.cold_water, readings=readings)
        Tariff.objects.filter(service=okean.cold_water).delete()

        ready = client.get(f"/charges/run/?{MONTH}").context["ready"]

        assert (ready.meters, ready.meters_read, ready.without_tariff) == (
            2,
            1,
            ("Холодное водоснабжение",),
        )

    def test_shows_the_settings_in_force(self, client):
        settings = dict(client.get(f"/charges/run/?{MONTH}").context["in_force"])

        assert settings["Округление общедомового объёма"] == "доля счёта до 6 зн."

    def test_starts_all_houses(self, client, okean):
        add_house(okean, code="7")

        client.post("/charges/run/", form_of(okean.organisation, which="all"))

        assert Run.objects.get().items.filter(state=ItemState.WAITING).count() == 2

    def test_chosen_houses_leave_the_others_in_the_draft(self, client, okean):
        other = add_house(okean, code="7")
        calculated(okean.organisation)

        client.post(
            "/charges/run/", form_of(okean.organisation, which="chosen", house=str(other.pk))
        )

        assert states(okean) == [ItemState.DONE]
        sweep()
        assert states(okean) == [ItemState.DONE, ItemState.DONE]

    def test_a_house_left_out_from_the_beginning_is_told(self, client, okean):
        other = add_house(okean, code="7")
        client.post(
            "/charges/run/", form_of(okean.organisation, which="chosen", house=str(other.pk))
        )
        sweep()

        assert "Дом не выбран для расчёта" in text_of(client.get(f"/charges/?{MONTH}"))

    def test_no_house_chosen_is_said(self, client, okean):
        answer = client.post(
            "/charges/run/", form_of(okean.organisation, which="chosen", house="²"), follow=True
        )

        assert told(answer) == ["Не выбран ни один дом: отметьте дома или рассчитайте все."]
        assert not Run.objects.exists()

    def test_a_second_accountant_is_told_who_calculates(self, client, okean, accountant):
        request_calculation(organisation=okean.organisation, period=JULY, by=accountant, at=NOON)

        answer = client.post("/charges/run/", form_of(okean.organisation), follow=True)

        [sentence] = told(answer)
        assert sentence.startswith("Июль 2013 сейчас рассчитывается: дождитесь окончания расчёта")
        assert sentence.endswith("Расчёт запустил(а) Леонтьева И. 25.07.2013 в 16:00.")


class TestPeriodPage:
    def test_gates_say_what_holds_the_month_back(self, client, okean):
        calculated(okean.organisation)
        ChangedFact.objects.all().delete()
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)

        answer = client.get(f"/charges/?{MONTH}")

        assert [gate.title for gate in answer.context["gates"] if gate.holds] == [
            "Данные не менялись после расчёта"
        ]
        assert f"/charges/houses/{okean.house.pk}/redraft/?period=2013-07" in str(answer.content)

    def test_a_sound_draft_has_nothing_that_holds_it(self, client, okean):
        calculated(okean.organisation)

        assert client.get(f"/charges/?{MONTH}").context["is_held"] is False

    def test_a_posted_month_says_how_to_correct_it(self, client, okean):
        posted(okean.organisation)

        assert "исправляют перерасчётом в открытом месяце" in text_of(
            client.get(f"/charges/?{MONTH}")
        )

    def test_a_stopped_calculation_goes_on(self, client, okean):
        add_house(okean, code="7")
        calculated(okean.organisation)
        client.post("/charges/calculate/", form_of(okean.organisation))
        client.post("/charges/stop/", form_of(okean.organisation))

        client.post("/charges/resume/", form_of(okean.organisation))
        sweep()

        assert states(okean) == [ItemState.DONE, ItemState.DONE]


class TestMonths:
    def test_stand_with_their_states_and_sums(self, client, okean):
        posted(okean.organisation)
        calculated(okean.organisation, JULY.next())

        rows = client.get("/charges/months/").context["rows"]

        assert [(row.period, row.state, sum_) for row, sum_ in rows] == [
            (JULY.next(), "draft", 4 * BILL),
            (JULY, "posted", 4 * BILL),
        ]

    def test_none_yet_is_said(self, client):
        assert "Месяцев пока нет" in text_of(client.get("/charges/months/"))


class TestHouse:
    def test_is_compared_by_service_and_account(self, client, okean):
        posted(okean.organisation)
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)
        calculated(okean.organisation, JULY.next())

        context = client.get(f"/charges/houses/{okean.house.pk}/?period=2013-08").context

        assert [
            (row.title, row.before, row.now, row.percent) for row in context["preview"].services
        ] == [
            ("Содержание и ремонт жилого помещения", 4 * FEE, 4 * FEE + 159, Decimal("3.6")),
            ("Холодное водоснабжение", 4 * WATER, 4 * WATER, 0),
        ]
        assert [(row.number, row.before, row.difference) for row in context["rows"]][1] == (
            okean.fet.number,
            BILL,
            159,
        )

    def test_a_month_not_calculated_is_said(self, client, okean):
        answer = client.get(f"/charges/houses/{okean.house.pk}/?{MONTH}")

        assert "Июль 2013: дом не рассчитан" in text_of(answer)


class TestRedraft:
    def test_an_account_is_shown_apart_from_those_who_change_with_it(self, client, okean):
        calculated(okean.organisation)
        AccountArea.objects.filter(account__in=[okean.fet, okean.tyutchev]).update(area_m2=80)

        context = client.get(
            f"/charges/houses/{okean.house.pk}/redraft/?{MONTH}&account={okean.fet.pk}"
        ).context

        [(mine, _, difference)], [(other, _, _)] = context["mine"], context["others"]
        assert (mine.account, difference, other.account) == (okean.fet, 159, okean.tyutchev)

    def test_what_was_seen_is_put_in(self, client, okean):
        calculated(okean.organisation)
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)
        address = f"/charges/houses/{okean.house.pk}/redraft/"
        token = client.get(f"{address}?{MONTH}").context["change"].token

        answer = client.post(address, form_of(okean.organisation, token=token), follow=True)

        assert told(answer) == [
            "Москва, Братиславская, дом № 1: внесено в черновик, изменилось счетов 1."
        ]
        assert answer.context["preview"].total.now == 4 * BILL + 159

    def test_another_token_puts_nothing_in(self, client, okean):
        calculated(okean.organisation)
        AccountArea.objects.filter(account=okean.fet).update(area_m2=80)

        answer = client.post(
            f"/charges/houses/{okean.house.pk}/redraft/",
            form_of(okean.organisation, token="0"),
            follow=True,
        )

        assert told(answer)[0].endswith("Проверьте новую разницу и внесите её ещё раз.")

    def test_a_posted_month_says_how_to_correct_it(self, client, okean):
        posted(okean.organisation)

        answer = client.get(f"/charges/houses/{okean.house.pk}/redraft/?{MONTH}")

        assert "исправление вносится перерасчётом" in text_of(answer)


class TestAnomalies:
    @pytest.fixture
    def told_of(self, okean):
        okean.fet.services.all().delete()
        make_meter(at=okean.tyutchev, service=okean.cold_water)
        calculated(okean.organisation)
        return okean

    @pytest.mark.parametrize(
        ("query", "kinds"),
        [
            ("", ["zero", "no_reading"]),
            ("kind=zero", ["zero"]),
            ("kind=nonsense", ["zero", "no_reading"]),
            ("q=Тютчев", ["no_reading"]),
            ("state=checked", []),
            ("house=999999999999", []),
        ],
    )
    def test_are_narrowed(self, client, told_of, query, kinds):
        rows = client.get(f"/charges/anomalies/?{MONTH}&{query}").context["rows"]

        assert [row.anomaly.kind for row in rows] == kinds

    def test_the_search_sends_only_the_list(self, client, told_of):
        answer = client.get(f"/charges/anomalies/?{MONTH}&q=Фет", headers=HTMX)

        assert answer.content.strip().startswith(b'<div class="stack" id="found">')

    def test_ticked_ones_are_checked(self, client, told_of, accountant):
        zero = Anomaly.objects.get(kind="zero")

        client.post("/charges/anomalies/mark/", form_of(told_of.organisation, row=zero.pk))

        assert list(Anomaly.objects.order_by("kind").values_list("kind", "checked_by")) == [
            ("no_reading", None),
            ("zero", accountant.pk),
        ]

    def test_all_of_a_kind_are_checked_and_taken_back(self, client, told_of):
        form = form_of(told_of.organisation, all="1", kind="zero")
        client.post("/charges/anomalies/mark/", form)
        checked = Anomaly.objects.filter(checked_at__isnull=False).count()

        client.post("/charges/anomalies/mark/", {**form, "undo": "1"})

        assert (checked, Anomaly.objects.filter(checked_at__isnull=False).count()) == (1, 0)

    def test_ids_of_others_mark_nothing(self, client, told_of):
        other = Anomaly.objects.create(
            organisation=told_of.organisation,
            month=JULY.next().first_day,
            kind="zero",
            house=told_of.house,
            found_at=NOON,
        )

        client.post("/charges/anomalies/mark/", form_of(told_of.organisation, row=other.pk))

        assert not Anomaly.objects.filter(checked_at__isnull=False).exists()

    def test_export_says_what_to_do(self, client, told_of):
        answer = client.get(f"/charges/anomalies/export.xlsx?{MONTH}&kind=no_reading")

        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert isinstance(sheet, Worksheet)
        [_, row] = sheet.iter_rows(values_only=True)
        assert row[:6] == (
            "нет показаний",
            "Москва, Братиславская, дом № 1",
            "кв. 3",
            "000000001003",
            "Тютчев Фёдор Иванович",
            "Холодное водоснабжение",
        )
        assert row[10:12] == (
            "показаний не было ни разу",
            "Внесите показание: без него начислено по среднему или нормативу.",
        )

    def test_none_is_said(self, client, okean):
        calculated(okean.organisation)

        assert "Замечаний нет" in text_of(client.get(f"/charges/anomalies/?{MONTH}"))

    def test_query_count_does_not_depend_on_rows(
        self, client, told_of, django_assert_num_queries, django_assert_max_num_queries
    ):
        address = f"/charges/anomalies/?{MONTH}"
        with django_assert_max_num_queries(60) as few:
            client.get(address)
        told_of.nekrasov.services.all().delete()
        calculated(told_of.organisation)

        with django_assert_num_queries(len(few)):
            assert len(client.get(address).context["rows"]) == 3
