"""The month of an organisation: whose it is, and its file."""

import io
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts_registry.ledger import periods
from charges.services import request_calculation
from tests.cast import JULY, NOON, accountant_of
from tests.factories import make_house, make_organisation, make_user
from tests.priced import FEE, calculated, priced_tihiy_okean
from zhkh.web.roles import Role

MONTH = "/charges/?period=2013-07"


@pytest.fixture
def okean(db):
    return priced_tihiy_okean()


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


@pytest.fixture
def onlooker(okean):
    """May look at charges, may not calculate."""
    client = Client()
    client.force_login(
        make_user(username="centre", role=Role.SETTLEMENT_CENTRE, organisation=okean.organisation)
    )
    return client


def form_of(organisation, **fields):
    return {"organisation": organisation.pk, "period": "2013-07", **fields}


def state_of(organisation):
    row = periods.find_period(organisation_id=organisation.pk, period=JULY)
    return row.state if row else None


class TestRights:
    @pytest.mark.parametrize("action", ["calculate", "stop", "reopen", "confirm"])
    def test_who_may_only_look_gets_no_actions(self, onlooker, okean, action):
        calculated(okean.organisation)

        answer = onlooker.post(f"/charges/{action}/", form_of(okean.organisation))

        assert (answer.status_code, state_of(okean.organisation)) == (403, "draft")

    def test_who_may_only_look_sees_no_buttons(self, onlooker, okean):
        calculated(okean.organisation)

        answer = onlooker.get(MONTH)

        assert (answer.status_code, b"/charges/calculate/" in answer.content) == (200, False)

    @pytest.mark.parametrize("action", ["calculate", "stop", "reopen", "confirm"])
    def test_another_organisation_is_absent(self, client, action):
        other = make_organisation(name="ТСЖ «Чужое»")
        make_house(organisation=other)

        answer = client.post(f"/charges/{action}/", form_of(other, accounts=1, total="1"))

        assert answer.status_code == 404

    def test_month_of_another_organisation_is_absent(self, client):
        other = make_organisation(name="ТСЖ «Чужое»")

        assert client.get(f"{MONTH}&organisation={other.pk}").status_code == 404

    def test_run_of_another_organisation_is_absent(self, client):
        other = make_organisation(name="ТСЖ «Чужое»")
        make_house(organisation=other)
        run = request_calculation(organisation=other, period=JULY, by=None, at=NOON)

        assert client.get(f"/charges/runs/{run.pk}/").status_code == 404

    @pytest.mark.parametrize("fields", [{"period": "2013-13"}, {"organisation": "x"}, {}])
    def test_a_form_that_names_no_month_is_absent(self, client, okean, fields):
        form = (form_of(okean.organisation) | fields) if fields else {}

        assert client.post("/charges/calculate/", form).status_code == 404

    def test_guest_is_asked_to_sign_in(self, okean):
        assert Client().get(MONTH).headers["Location"].startswith("/login/?next=")

    def test_organisation_can_be_chosen_by_who_has_several(self, okean):
        make_organisation(name="ТСЖ «Второе»")
        client = Client()
        client.force_login(make_user(username="chief", role=Role.ACCOUNTANT))

        answer = client.get(f"{MONTH}&organisation={okean.organisation.pk}")

        assert answer.context["month"].organisation == okean.organisation
        assert [str(one) for one in answer.context["month"].organisations] == [
            "ТСЖ «Второе»",
            "УК «Тихий океан»",
        ]


class TestExport:
    def test_every_line_is_in_the_file(self, client, okean):
        calculated(okean.organisation)

        answer = client.get("/charges/lines.xlsx?period=2013-07")

        assert answer.headers["Content-Disposition"] == (
            'attachment; filename="nachisleniya_2013-07.xlsx"'
        )
        sheet = load_workbook(io.BytesIO(answer.content))["Начисления"]
        head, first, *others = sheet.values
        row = dict(zip(head, first, strict=True))
        assert (row["Лицевой счёт"], row["Услуга"], Decimal(str(row["Итого"]))) == (
            "000000001001",
            "Содержание и ремонт жилого помещения",
            FEE,
        )
        assert len(others) == 7
