"""The page of common volumes: whose it is, what it says, and a month that needs it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from accounts_registry.ledger.periods import MonthIsPosted
from accounts_registry.models import House
from charges.calc.parse import parse_text
from charges.models import ChargeLine, Tariff
from charges.services import KIND
from tests.cast import JULY, NOON, accountant_of
from tests.charges.volumes import (
    AUGUST,
    MAY,
    METERED,
    ROWS_CHANGED,
    electricity_with_zones,
    save,
    stored,
    volume,
)
from tests.factories import (
    make_meter,
    make_organisation,
    make_user,
)
from tests.priced import calculated, posted, priced_tihiy_okean
from zhkh.demo.story import HOUSE
from zhkh.runs.models import RunItem
from zhkh.scenarios.rows import store_scenario
from zhkh.web.roles import Role


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


@pytest.fixture
def client(okean):
    return client_of(accountant_of(okean.organisation))


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(okean, period=JULY) -> str:
    return f"/houses/{okean.house.pk}/volumes/?period={period}"


def typed(okean, period=JULY, **columns):
    """What a browser sends for cold water alone."""
    row = okean.cold_water.pk
    written = {"volume": "", "method": "norm", "meter_reading": "", "premises_volume": ""}
    return {"period": str(period)} | {
        f"{row}-{column}": text for column, text in (written | columns).items()
    }


def mistakes(answer):
    """By the column and not the row: rows are named by ids."""
    form = answer.context["form"]
    return {name.rpartition("-")[2]: list(said) for name, said in form.errors.items()}


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def locked(line) -> dict[str, bool]:
    """Which fields of a row a browser does not let anybody change."""
    fields = {"volume": line.volume, "meter_reading": line.meter_reading}
    fields |= {"premises_volume": line.premises_volume, "method": line.method}
    return {
        name: bool(field.field.widget.attrs.keys() & {"readonly", "disabled"})
        for name, field in fields.items()
    }


class TestPage:
    @pytest.mark.parametrize(
        ("role", "status"),
        [
            (Role.ACCOUNTANT, 200),
            (Role.ADMINISTRATOR, 200),
            (Role.OPERATOR, 403),
            (Role.MAILING_OPERATOR, 403),
            (Role.SETTLEMENT_CENTRE, 403),
            (Role.CASHIER, 403),
        ],
    )
    def test_is_for_those_who_calculate(self, okean, role, status):
        client = client_of(make_user(username="x", role=role, organisation=okean.organisation))

        answers = [client.get(page(okean)), client.post(page(okean), typed(okean, volume="1"))]

        assert [answer.status_code for answer in answers] == [
            status,
            302 if status == 200 else status,
        ]

    def test_guest_is_asked_to_sign_in(self, okean):
        assert Client().get(page(okean)).headers["Location"].startswith("/login/?next=")

    def test_foreign_house_is_absent(self, okean):
        stranger = client_of(accountant_of(make_organisation(name="ТСЖ «Соседи»")))

        answers = [stranger.get(page(okean)), stranger.post(page(okean), typed(okean, volume="1"))]

        assert [answer.status_code for answer in answers] == [404, 404]
        assert stored() == []

    def test_house_card_leads_here(self, client, okean):
        answer = client.get(f"/houses/{okean.house.pk}/")

        assert f'href="/houses/{okean.house.pk}/volumes/"' in answer.content.decode()

    def test_house_card_of_an_operator_does_not(self, okean):
        operator = make_user(username="o", role=Role.OPERATOR, organisation=okean.organisation)

        answer = client_of(operator).get(f"/houses/{okean.house.pk}/")

        assert (answer.status_code, "volumes" in answer.content.decode()) == (200, False)

    def test_problem_of_a_house_leads_here(self, client, okean):
        Tariff.objects.all().delete()
        calculated(okean.organisation)

        answer = client.get("/charges/?period=2013-07")

        assert f'href="{page(okean)}"' in answer.content.decode()

    def test_typed_volumes_are_written(self, client, okean):
        answer = client.post(
            page(okean),
            typed(okean, volume=" 1 015,75", method="house_meter", meter_reading="174"),
            follow=True,
        )

        assert answer.redirect_chain == [(page(okean), 302)]
        assert told(answer) == ["Общедомовые объёмы записаны: Июль 2013."]
        assert stored() == [("cold_water", "", Decimal("1015.75"), "house_meter")]

    def test_empty_row_takes_the_volume_back(self, client, okean):
        save(okean, volume(okean.cold_water))

        client.post(page(okean), typed(okean))

        assert stored() == []

    def test_outdated_draft_is_told(self, client, okean):
        calculated(okean.organisation)

        answer = client.post(page(okean), typed(okean, volume="3"), follow=True)

        assert told(answer) == [
            "Общедомовые объёмы записаны: Июль 2013. Пересчитайте месяц: черновик посчитан без них."
        ]

    @pytest.mark.parametrize(
        ("columns", "said"),
        [
            ({"volume": "-1"}, {"volume": ["Число не может быть отрицательным."]}),
            ({"volume": "много"}, {"volume": ["Нужно число, например 12,5."]}),
            ({"volume": "NaN"}, {"volume": ["Нужно число, например 12,5."]}),
            (
                {"volume": "1,12345678"},
                {"volume": ["После запятой — не больше знаков, чем 7."]},
            ),
            (
                {"volume": "-1,12345678"},
                {"volume": ["Число не может быть отрицательным."]},
            ),
            (
                {"volume": "123456789012"},
                {"volume": ["Число слишком длинное: до запятой — не больше 11 цифр."]},
            ),
            (
                {"volume": "1e99999", "meter_reading": "9" * 5000},
                {
                    column: ["Число слишком длинное: до запятой — не больше 11 цифр."]
                    for column in ("volume", "meter_reading")
                },
            ),
            (
                {"premises_volume": "24,1"},
                {"volume": ["Впишите объём или очистите всю строку."]},
            ),
            ({"volume": "1", "method": ""}, {"method": ["Выберите способ."]}),
            (
                {"volume": "x", "premises_volume": "-3"},
                {
                    "volume": ["Нужно число, например 12,5."],
                    "premises_volume": ["Число не может быть отрицательным."],
                },
            ),
        ],
    )
    def test_mistake_is_told_at_its_field_and_what_was_typed_stays(
        self, client, okean, columns, said
    ):
        answer = client.post(page(okean), typed(okean, **columns))

        assert (answer.status_code, mistakes(answer), stored()) == (422, said, [])
        form = answer.context["form"]
        shown = {column: form[f"{okean.cold_water.pk}-{column}"].value() for column in columns}
        assert shown == columns

    def test_house_meter_is_told_at_its_row(self, client, okean):
        readings = [(MAY, "100"), (dt.date(2013, 7, 25), "130")]
        make_meter(at=okean.house, service=okean.cold_water, readings=readings)

        answer = client.post(page(okean), typed(okean, volume="1"))

        assert (answer.status_code, mistakes(answer)) == (422, {"volume": [METERED]})

    def test_row_a_house_meter_counts_cannot_be_typed_into(self, client, okean):
        readings = [(MAY, "100"), (JULY.first_day, "115.75")]
        make_meter(at=okean.house, service=okean.cold_water, readings=readings)

        free, counted = (
            client.get(page(okean, period)).context["form"].lines()[0] for period in (AUGUST, JULY)
        )

        assert [locked(line) for line in (free, counted)] == [
            {"volume": False, "meter_reading": False, "premises_volume": False, "method": False},
            {"volume": True, "meter_reading": True, "premises_volume": True, "method": True},
        ]

    def test_volume_a_house_meter_made_needless_can_be_taken_back(self, client, okean):
        save(okean, volume(okean.cold_water))
        readings = [(MAY, "100"), (JULY.first_day, "115.75")]
        make_meter(at=okean.house, service=okean.cold_water, readings=readings)

        (line,) = client.get(page(okean)).context["form"].lines()

        assert set(locked(line).values()) == {False}

    def test_posted_month_is_shown_and_not_changed(self, client, okean):
        save(okean, volume(okean.cold_water))
        posted(okean.organisation)

        shown = client.get(page(okean))
        answer = client.post(page(okean), typed(okean, volume="1"))

        assert "<input" not in shown.content.decode().partition('<div class="body">')[2]
        assert mistakes(answer) == {"__all__": [str(MonthIsPosted(JULY))]}
        assert stored() == [("cold_water", "", Decimal("15.75"), "norm")]

    def test_answer_without_the_rows_of_the_page_deletes_nothing(self, client, okean):
        save(okean, volume(okean.cold_water))

        answer = client.post(page(okean), {"period": "2013-07"})

        assert mistakes(answer) == {"__all__": [ROWS_CHANGED]}
        assert len(stored()) == 1

    def test_month_before_fills_only_empty_rows_and_writes_nothing(self, client, okean):
        service = electricity_with_zones(okean)
        save(okean, volume(okean.cold_water), volume(service, "5", "day"))

        sent = typed(okean, AUGUST) | {
            f"{service.pk}day-volume": "4,9",
            f"{service.pk}day-method": "house_meter",
            f"{service.pk}night-volume": "",
        }
        answer = client.post(page(okean, AUGUST), sent | {"from_before": "1"})

        form = answer.context["form"]
        shown = [(line.volume.value(), line.method.value()) for line in form.lines()]
        assert shown == [("15,75", "norm"), ("4,9", "house_meter"), ("", "")]
        assert (answer.status_code, stored(AUGUST)) == (200, [])

    def test_month_before_is_not_taken_where_a_house_meter_counts(self, client, okean):
        save(okean, volume(okean.cold_water))
        readings = [(MAY, "100"), (dt.date(2013, 8, 25), "130")]
        make_meter(at=okean.house, service=okean.cold_water, readings=readings)

        answer = client.post(page(okean, AUGUST), typed(okean, AUGUST) | {"from_before": "1"})

        assert [line.volume.value() for line in answer.context["form"].lines()] == [""]

    @pytest.mark.parametrize("period", ["", "2013-13", "0001-01", "9998-12", "июль"])
    def test_answer_without_a_month_is_absent(self, client, okean, period):
        sent = typed(okean, volume="1") | {"period": period}

        assert client.post(page(okean), sent).status_code == 404

    def test_page_without_a_month_shows_the_one_in_work(self, client, okean):
        posted(okean.organisation)

        shown = [
            client.get(f"/houses/{okean.house.pk}/volumes/{query}").context
            for query in ("", "?period=0001-01")
        ]

        assert [context["period"] for context in shown] == [AUGUST, AUGUST]
        assert [context["note"] for context in shown] == [
            "",
            "Месяца «0001-01» нет: показан Август 2013.",
        ]

    def test_query_count_does_not_depend_on_rows(
        self, client, okean, django_assert_max_num_queries
    ):
        readings = [(MAY, "1"), (dt.date(2013, 8, 20), "2")]
        make_meter(at=okean.house, service=okean.fee, readings=readings)
        save(okean, volume(okean.cold_water))
        with django_assert_max_num_queries(60) as one_row:
            client.get(page(okean, AUGUST))
        service = electricity_with_zones(okean)
        for zone in ("day", "night"):
            make_meter(at=okean.house, service=service, zone=zone, readings=readings)
        save(okean, volume(okean.cold_water), volume(service, "5", "day"))

        with django_assert_max_num_queries(len(one_row)):
            answer = client.get(page(okean, AUGUST))

        assert len(answer.context["form"].lines()) == 3


class TestDemoHouse:
    """The house of the sample: electricity for common needs is priced by zones, its norm is not."""

    def test_august_calculates_after_its_volumes_are_entered(self, db):
        scenario = parse_text(HOUSE.read_bytes())
        organisation = store_scenario(scenario, name="УК «Тихий океан»", at=NOON)
        house = House.objects.get(organisation=organisation)
        posted(organisation)
        calculated(organisation, AUGUST)
        assert [bool(item.message) for item in august_items()] == [True]
        client = client_of(accountant_of(organisation))
        address = f"/houses/{house.pk}/volumes/?period=2013-08"

        filled = client.post(address, sent_by(client.get(address)) | {"from_before": "1"})
        written = client.post(address, sent_by(filled))
        calculated(organisation, AUGUST)

        assert (written.status_code, stored(AUGUST)) == (302, stored(JULY))
        assert [item.message for item in august_items()] == [""]
        assert common_lines(organisation, AUGUST) == common_lines(organisation, JULY)
        assert posted(organisation, AUGUST) > 0


def sent_by(answer) -> dict[str, str]:
    """What a browser sends of the form it was shown."""
    form = answer.context["form"]
    return {"period": "2013-08"} | {name: form[name].value() or "" for name in form.fields}


def august_items():
    found = RunItem.objects.filter(run__kind=KIND, run__subject__endswith="/2013-08")
    return found.order_by("-run_id")[:1]


def common_lines(organisation, period):
    lines = ChargeLine.objects.filter(
        account__organisation=organisation, month=period.first_day, common_amount__isnull=False
    )
    rows = lines.values_list("account__number", "service__code", "zone", "common_volume")
    return sorted(rows)
