"""A wrong reading of a posted month: put right, its months offered, the difference posted once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts_registry.models import MeterReading
from charges.corrections.services.documents import post_document
from charges.corrections.services.recount import Past, request_recount
from tests.cast import JULY, NOON, accountant_of
from tests.charges.corrections.conftest import BASIS, TODAY, count_now, new_key
from tests.factories import make_meter, make_user
from tests.priced import posted, priced_tihiy_okean
from zhkh.web.roles import Role

READ_ON = dt.date(2013, 7, 25)


@pytest.fixture
def metered(db, settings):
    """In July 10 m³ were read by mistake instead of 7."""
    settings.TRAINING_DAY = TODAY
    okean = priced_tihiy_okean()
    make_meter(
        at=okean.fet,
        service=okean.cold_water,
        installed_on=dt.date(2013, 6, 1),
        readings=[(dt.date(2013, 6, 25), "100"), (READ_ON, "110")],
    )
    posted(okean.organisation)
    return okean


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def correct(client, value="107"):
    reading = MeterReading.objects.get(read_on=READ_ON)
    fields = {"read_on": "25.07.2013", "value": value, "reason": "описка контролёра"}
    url = reverse("accounts_registry:correct-reading", args=[reading.pk])
    return client.post(url, fields, follow=True)


def test_the_difference_is_three_cubic_metres(metered):
    answer = correct(client_of(accountant_of(metered.organisation)))

    document = request_recount(
        organisation=metered.organisation,
        past=Past([metered.house], [JULY]),
        basis=BASIS,
        key=new_key(),
        by=None,
        at=NOON,
    )
    count_now(document)
    post_document(document=document, today=TODAY, by=None, at=NOON)

    told = [strip_tags(str(message)) for message in answer.context["messages"]]
    assert told[-1] == "Это касается проведённых месяцев: июль 2013. Пересчитать их"
    assert [(line.account, line.amount) for line in document.lines.all()] == [
        (metered.fet, Decimal("-40.50"))
    ]


def test_an_operator_does_not_touch_posted_months(metered):
    operator = make_user(username="o", role=Role.OPERATOR, organisation=metered.organisation)

    answer = correct(client_of(operator))

    assert answer.status_code == 422
    assert MeterReading.objects.get(read_on=READ_ON).value == 110
