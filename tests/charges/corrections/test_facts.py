"""Absences, benefits, interruptions: said before saving, written once, listed, taken off."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts_registry.models import PersonalAccount
from charges.corrections import rules
from charges.corrections.services.foresight import foresee_absence
from charges.models import Absence, Benefit, ComputedAdjustment, Interruption
from tests.cast import JULY, accountant_of
from tests.charges.corrections.conftest import TODAY
from tests.priced import add_house, calculated

AUGUST = JULY.next()


@pytest.fixture(autouse=True)
def august(settings):
    settings.TRAINING_DAY = TODAY


@pytest.fixture
def client(okean):
    client = Client()
    client.force_login(accountant_of(okean.organisation))
    return client


def text_of(answer):
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def told(answer):
    return [strip_tags(str(message)) for message in answer.context["messages"]]


def errors_of(answer):
    assert answer.status_code == 422
    return [error for errors in answer.context["form"].errors.values() for error in errors]


def no_meter_can_be(account):
    account.services.update(meter_impossible=True)


class TestForesight:
    def foreseen(self, okean, *, days=16, applied=20, persons=1):
        left = dt.date(2013, 8, 1)
        return [
            (str(row.period), row.service, row.amount, row.why_not)
            for row in foresee_absence(
                PersonalAccount.objects.get(pk=okean.fet.pk),
                persons=persons,
                left=left,
                returned=left + dt.timedelta(days),
                applied_on=left + dt.timedelta(applied),
            )
        ]

    def test_tells_the_sum_of_what_goes_by_persons(self, okean):
        no_meter_can_be(okean.fet)

        # 74,93 × 15 / 31 = 36,256…
        assert self.foreseen(okean) == [
            ("2013-08", "Холодное водоснабжение", Decimal("-36.26"), "")
        ]
        assert not Absence.objects.exists()

    def test_says_that_the_act_about_the_meter_is_missing(self, okean):
        ((_, _, amount, why_not),) = self.foreseen(okean)

        assert amount == 0
        assert why_not.startswith("Нет акта о том, что установить прибор невозможно")

    @pytest.mark.parametrize(
        ("days", "applied", "sentence"),
        [
            (6, 6, "Полных дней 5, нужно больше пяти подряд (п. 86)."),
            (16, 47, "Заявление подано позже 30 дней после возвращения (п. 91)."),
        ],
    )
    def test_says_what_else_stands_in_the_way(self, okean, days, applied, sentence):
        no_meter_can_be(okean.fet)

        ((*_, why_not),) = self.foreseen(okean, days=days, applied=applied)

        assert why_not == sentence

    def test_a_shop_is_never_away(self, okean):
        no_meter_can_be(okean.fet)
        okean.fet.premises.kind = "nonresidential"
        okean.fet.premises.save()

        ((*_, why_not),) = self.foreseen(okean)

        assert why_not == "Помещение нежилое: временное отсутствие не учитывается."

    def test_a_month_that_cannot_be_counted_is_told(self, okean):
        okean.fet.areas.all().delete()

        ((_, service, _, why_not),) = self.foreseen(okean)

        assert service == "Все услуги"
        assert why_not.startswith("Месяц сейчас не посчитать: ")

    def test_what_is_foreseen_comes_true(self, okean):
        no_meter_can_be(okean.fet)
        ((*_, amount, _),) = self.foreseen(okean)
        Absence.objects.create(
            account=okean.fet,
            persons=1,
            left_on=dt.date(2013, 8, 1),
            returned_on=dt.date(2013, 8, 17),
            applied_on=dt.date(2013, 8, 20),
        )
        calculated(okean.organisation, AUGUST)

        assert ComputedAdjustment.objects.get(account=okean.fet).amount == amount


class TestAbsence:
    def fields(self, **changed):
        return {
            "persons": "1",
            "left_on": "01.07.2013",
            "returned_on": "17.07.2013",
            "applied_on": "20.07.2013",
            "document": "командировка № 3",
        } | changed

    def send(self, client, okean, **changed):
        url = reverse("corrections:absence", args=[okean.fet.pk])
        return client.post(url, self.fields(**changed), follow=True)

    def test_is_looked_at_before_it_is_written(self, client, okean):
        answer = self.send(client, okean)

        assert "Что будет пересчитано" in text_of(answer)
        assert not Absence.objects.exists()

    def test_is_written_and_offers_the_posted_months(self, client, okean):
        answer = self.send(client, okean, write="1")

        assert told(answer) == [
            "Временное отсутствие записано.",
            "Это касается проведённых месяцев: июль 2013. Пересчитать их",
        ]
        assert [row.document for row in answer.context["absences"]] == ["командировка № 3"]

    def test_sent_twice_it_is_written_once(self, client, okean):
        self.send(client, okean, write="1")

        errors = errors_of(self.send(client, okean, write="1"))

        assert errors == [
            "Это уже записано: отсутствие 1 чел. с 01.07.2013 по 17.07.2013. Проверьте список ниже."
        ]
        assert Absence.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"left_on": ""}, "Обязательное поле."),
            ({"returned_on": ""}, "Обязательное поле."),
            (
                {"returned_on": "01.07.2013"},
                "Возвращаются позже, чем уезжают: проверьте даты.",
            ),
            ({"returned_on": "01.07.2023"}, "Отсутствие длиннее трёх лет: проверьте год."),
            ({"persons": "2"}, "На 01.07.2013 живут 1: больше уехать не могли."),
            ({"persons": "0"}, "Убедитесь, что это значение больше либо равно 1."),
            ({"left_on": "01.01.9998", "returned_on": "31.12.9999"},
             "Проверьте год: так далеко не считают."),
        ],
    )  # fmt: skip
    def test_wrong_input_is_told(self, client, okean, changed, sentence):
        assert sentence in errors_of(self.send(client, okean, write="1", **changed))

    def test_before_the_account_was_opened_is_refused(self, client, okean):
        changed = {"left_on": "01.07.2012", "returned_on": "17.07.2012", "write": "1"}

        assert errors_of(self.send(client, okean, **changed)) == [
            "Счёт открыт 01.10.2012: отъезд не может быть раньше этого дня."
        ]

    def test_is_taken_off(self, client, okean):
        self.send(client, okean, write="1")
        url = reverse("corrections:absence-remove", args=[okean.fet.pk, Absence.objects.get().pk])

        client.post(url)

        assert client.post(url).status_code == 404
        assert not Absence.objects.exists()


class TestBenefit:
    def send(self, client, okean, **changed):
        fields = {
            "category": "Ветеран труда",
            "service": okean.fee.pk,
            "percent": "50",
            "since": "2013-08",
            "last": "2013-12",
            "document": "удостоверение № 7",
        } | changed
        url = reverse("corrections:benefit", args=[okean.fet.pk])
        return client.post(url, fields, follow=True)

    def test_is_written_for_whole_months(self, client, okean):
        answer = self.send(client, okean)

        benefit = Benefit.objects.get()
        assert told(answer) == ["Льгота записана с август 2013."]
        assert (benefit.share, benefit.valid.lower, benefit.valid.upper) == (
            Decimal("0.5"),
            dt.date(2013, 8, 1),
            dt.date(2014, 1, 1),
        )

    def test_the_same_category_overlaps(self, client, okean):
        self.send(client, okean)

        assert errors_of(self.send(client, okean, since="2013-12", last=""))[0].startswith(
            "На услугу «Содержание и ремонт жилого помещения» льгота этой категории"
        )

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"percent": "0"}, "Число больше нуля."),
            ({"percent": "101"}, "Льгота не больше 100 %."),
            ({"last": "2013-07"}, "Кончается раньше, чем начинается: проверьте месяцы."),
            ({"area_norm_m2": "0"}, "Число больше нуля."),
            ({"category": ""}, "Обязательное поле."),
        ],
    )
    def test_wrong_input_is_told(self, client, okean, changed, sentence):
        assert errors_of(self.send(client, okean, **changed)) == [sentence]

    def test_is_taken_off(self, client, okean):
        self.send(client, okean)
        pk = Benefit.objects.get().pk

        client.post(reverse("corrections:benefit-remove", args=[okean.fet.pk, pk]))

        assert not Benefit.objects.exists()


class TestInterruption:
    def send(self, client, okean, **changed):
        fields = {
            "house": okean.house.pk,
            "service": okean.cold_water.pk,
            "month": "2013-07",
            "deviation": "break",
            "hours": "32",
            "document": "акт № 1",
        } | changed
        return client.post(reverse("corrections:interruption"), fields, follow=True)

    def test_takes_the_allowed_hours_from_the_appendix(self, client, okean):
        answer = self.send(client, okean)

        row = Interruption.objects.get()
        assert (row.hours, row.allowed_hours, row.rate) == (32, 8, Decimal("0.0015"))
        assert told(answer)[0] == "Перерыв записан, домов: 1."
        assert list(answer.context["interruptions"]) == [row]

    def test_is_written_for_every_house_at_once(self, client, okean):
        add_house(okean, code="7")

        assert told(self.send(client, okean, house=""))[0] == "Перерыв записан, домов: 2."

    def test_twice_for_one_house_writes_none(self, client, okean):
        other = add_house(okean, code="7")
        self.send(client, okean)

        errors = errors_of(self.send(client, okean, house=""))

        assert errors[0].startswith("Это уже записано: Москва, Братиславская")
        assert not Interruption.objects.filter(house=other).exists()

    @pytest.mark.parametrize(
        ("deviation", "degrees", "rate"),
        [("hot_water", "7", "0.002"), ("heating", "4", "0.006")],
    )
    def test_a_deviation_of_temperature_is_a_rate(self, client, okean, deviation, degrees, rate):
        self.send(client, okean, deviation=deviation, degrees=degrees)

        row = Interruption.objects.get()
        assert (row.allowed_hours, row.rate) == (0, Decimal(rate))

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"hours": "0"}, "Убедитесь, что это значение больше либо равно 1."),
            ({"hours": "745"}, "Убедитесь, что это значение меньше либо равно 744."),
            ({"deviation": "heating"}, "Впишите, на сколько градусов ниже нормы."),
            (
                {"deviation": "hot_water", "degrees": "2"},
                "Отклонение меньше 3 °C плату не снижает.",
            ),
            ({"service": ""}, "Обязательное поле."),
        ],
    )
    def test_wrong_input_is_told(self, client, okean, changed, sentence):
        assert errors_of(self.send(client, okean, **changed)) == [sentence]

    def test_is_taken_off(self, client, okean):
        self.send(client, okean)
        row = Interruption.objects.get()

        client.post(reverse("corrections:interruption-remove", args=[okean.house.pk, row.pk]))

        assert not Interruption.objects.exists()


@pytest.mark.parametrize(
    ("charge", "unit", "name", "hours"),
    [
        ("metered", "м³", "Холодное водоснабжение", 8),
        ("drainage", "м³", "Водоотведение", 8),
        ("heating", "Гкал", "Отопление", 24),
        ("metered", "кВт·ч", "Электроснабжение", 2),
        ("metered", "м³", "Газоснабжение", 4),
    ],
)
def test_allowed_hours_are_those_of_the_appendix(charge, unit, name, hours):
    assert rules.allowed_hours(rules.ServiceKind(charge, unit, name)) == hours
