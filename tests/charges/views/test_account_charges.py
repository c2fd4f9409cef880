"""The month of an account: its lines and why they are so much."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts_registry.models import AccountArea
from tests.cast import JULY, accountant_of
from tests.factories import make_organisation
from tests.priced import calculated, priced_tihiy_okean


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def told(answer):
    return [str(message) for message in answer.context["messages"]]


class TestAccount:
    def test_lines_say_volume_method_and_price(self, client, okean):
        calculated(okean.organisation)

        rows = client.get(f"/accounts/{okean.fet.pk}/charges/").context["rows"]

        assert [
            (row.name, row.line.individual_volume, row.individual_method, row.price) for row in rows
        ] == [
            ("Содержание и ремонт жилого помещения", Decimal(70), "", "15,90"),
            ("Холодное водоснабжение", Decimal("5.55"), "по нормативу", "13,50"),
        ]

    def test_why_is_derived_again_from_frozen_inputs(self, client, okean):
        calculated(okean.organisation)
        AccountArea.objects.all().delete()  # the registry of today does not matter

        fee, water = client.get(f"/accounts/{okean.fet.pk}/charges/").context["rows"]

        told = [
            client.get(f"/accounts/{okean.fet.pk}/charges/line/?{row.query}")
            .context["row"]
            .sentences
            for row in (fee, water)
        ]
        assert told[0] == (
            "Начисление: площадь 70 м2 (ст. 154, 156 ЖК РФ); 70 м² × 15,90 = 1\N{NO-BREAK SPACE}113,00 руб.",
        )
        assert "5,55 м³ × 13,50 = 74,93 руб." in told[1][0]

    @pytest.mark.parametrize("asked", ["", "period=2013-07", "period=2013-07&service=gas"])
    def test_a_line_the_bill_has_not_is_not_there(self, client, okean, asked):
        calculated(okean.organisation)

        answer = client.get(f"/accounts/{okean.fet.pk}/charges/line/?{asked}")

        assert answer.status_code == 404

    def test_a_line_of_a_month_never_calculated_says_so(self, client, okean):
        asked = "period=2013-07&service=cold_water"

        answer = client.get(f"/accounts/{okean.fet.pk}/charges/line/?{asked}")

        assert "Исходные данные этого месяца не сохранены" in text_of(answer)

    def test_account_never_charged_is_told_when_it_will_be(self, client, okean):
        answer = client.get(f"/accounts/{okean.fet.pk}/charges/")

        assert "Начислений ещё не было" in text_of(answer)

    def test_month_without_charges_is_named(self, client, okean):
        calculated(okean.organisation)

        answer = client.get(f"/accounts/{okean.fet.pk}/charges/?period=2013-06")

        assert "За июнь 2013 начислений нет" in text_of(answer)
        assert answer.context["next_url"] == "?period=2013-07"

    def test_month_not_understood_shows_the_last(self, client, okean):
        calculated(okean.organisation)

        context = client.get(f"/accounts/{okean.fet.pk}/charges/?period=2013-99").context

        assert (context["month"], context["mistake"]) == (
            JULY,
            "Месяца «2013-99» нет: показан последний.",
        )

    def test_query_count_does_not_depend_on_lines(
        self, client, okean, django_assert_max_num_queries
    ):
        okean.fet.services.filter(service=okean.cold_water).delete()
        calculated(okean.organisation)
        with django_assert_max_num_queries(100) as one_line:
            client.get(f"/accounts/{okean.fet.pk}/charges/")

        with django_assert_max_num_queries(100) as two_lines:
            answer = client.get(f"/accounts/{okean.tyutchev.pk}/charges/")

        assert len(answer.context["rows"]) == 2
        assert len(two_lines) == len(one_line)

    def test_foreign_account_is_absent(self, okean):
        client = Client()
        other = make_organisation(name="ТСЖ «Чужое»")
        client.force_login(accountant_of(other, username="stranger"))

        assert client.get(f"/accounts/{okean.fet.pk}/charges/").status_code == 404

    def test_tab_stands_in_the_card(self, client, okean):
        tabs = client.get(f"/accounts/{okean.fet.pk}/charges/").context["tabs"]

        assert reverse("charges:account-charges", args=[okean.fet.pk]) in [tab.url for tab in tabs]
