"""A benefit ends with a month: what it gave before stays."""

from decimal import Decimal

import pytest
from django.urls import reverse

from charges.corrections.services.facts import EndsAnyway, EndsBeforeItBegins, end_benefit
from charges.models import Benefit, ChargeLine
from tests.cast import JULY, accountant_of
from tests.priced import calculated
from zhkh.kernel.period import Period

AUGUST, SEPTEMBER, OCTOBER = JULY.next(), Period(2013, 9), Period(2013, 10)


@pytest.fixture
def benefit(okean):
    return Benefit.objects.create(
        account=okean.fet, service=okean.fee, share=Decimal("0.5"), category="Ветеран",
        valid=(AUGUST.first_day, None),
    )  # fmt: skip


def held(benefit):
    benefit.refresh_from_db()
    return benefit.valid.lower, benefit.valid.upper


def test_it_holds_up_to_the_month_and_no_longer(okean, benefit):
    before = end_benefit(benefit=benefit, last=AUGUST)
    calculated(okean.organisation, AUGUST)

    assert (before, held(benefit)) == (None, (AUGUST.first_day, SEPTEMBER.first_day))
    line = ChargeLine.objects.get(account=okean.fet, service=okean.fee, month=AUGUST.first_day)
    assert line.benefit == Decimal("556.50")


def test_it_may_end_earlier_than_it_was_to(benefit):
    end_benefit(benefit=benefit, last=OCTOBER)

    assert end_benefit(benefit=benefit, last=SEPTEMBER) == OCTOBER
    assert held(benefit)[1] == OCTOBER.first_day


def test_it_cannot_end_before_it_begins_nor_later_than_it_does(benefit):
    with pytest.raises(EndsBeforeItBegins, match=r"действует с 08\.2013"):
        end_benefit(benefit=benefit, last=JULY)
    end_benefit(benefit=benefit, last=SEPTEMBER)
    for last in (SEPTEMBER, OCTOBER):
        with pytest.raises(EndsAnyway, match="последний месяц — сентябрь 2013"):
            end_benefit(benefit=benefit, last=last)
    assert held(benefit)[1] == OCTOBER.first_day


def test_the_page_writes_it_and_tells_what_is_wrong(client, okean, benefit):
    client.force_login(accountant_of(okean.organisation))
    url = reverse("corrections:benefit-end", args=[okean.fet.pk, benefit.pk])

    wrong = client.post(url, {"last": "07.2013"})
    done = client.post(url, {"last": "09.2013"})

    assert (wrong.status_code, wrong.context["form"].errors) == (422, {"last": [
        "Льгота действует с 08.2013: кончиться раньше не может. Записана по ошибке — удалите её."
    ]})  # fmt: skip
    assert (done.status_code, held(benefit)[1]) == (302, OCTOBER.first_day)
    assert url in client.get(reverse("corrections:account", args=[okean.fet.pk])).content.decode()
