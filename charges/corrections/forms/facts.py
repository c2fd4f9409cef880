"""Absences, benefits, interruptions as they are typed."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts_registry.forms import MonthField, QuantityField
from accounts_registry.models import House, PersonalAccount, Service
from charges.corrections import rules
from charges.corrections.forms.fields import DayField
from charges.corrections.services.facts import AbsenceFacts, BenefitFacts, InterruptionFacts
from zhkh.kernel.exact import product

LONGEST_ABSENCE = 366 * 3
MOST_HOURS = 744  # of a month of 31 days
BREAK, HOT_WATER, HEATING = "break", "hot_water", "heating"
DEVIATIONS = (
    (BREAK, "перерыв"),
    (HOT_WATER, "горячая вода холоднее нормы"),
    (HEATING, "в помещениях холоднее нормы"),
)


class CountField(forms.IntegerField):
    """A small number of people, hours or degrees."""

    def __init__(self, **options: Any) -> None:
        widget = forms.NumberInput(attrs={"class": "w-sum"})
        super().__init__(widget=widget, **options)


class AbsenceForm(forms.Form):
    persons = CountField(label="Человек", min_value=1, max_value=999)
    left_on = DayField(label="Уехали")
    returned_on = DayField(label="Вернулись")
    applied_on = DayField(label="Заявление подано")
    document = forms.CharField(
        label="Документ",
        max_length=200,
        help_text="Справка, командировочное удостоверение, билеты (п. 93).",
    )

    def __init__(self, *args: Any, account: PersonalAccount, **options: Any) -> None:
        super().__init__(*args, **options)
        self.account = account

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        left, returned = typed.get("left_on"), typed.get("returned_on")
        if left and returned and returned <= left:
            self.add_error("returned_on", "Возвращаются позже, чем уезжают: проверьте даты.")
        elif left and returned and (returned - left).days > LONGEST_ABSENCE:
            self.add_error("returned_on", "Отсутствие длиннее трёх лет: проверьте год.")
        elif left and typed.get("persons"):
            self._check_persons(typed["persons"], left)
        return typed

    def facts(self) -> AbsenceFacts:
        """Call it on a valid form."""
        return AbsenceFacts(**self.cleaned_data)

    def _check_persons(self, persons: int, left: dt.date) -> None:
        living = self.account.residents.filter(valid__contains=left).first()
        if living is not None and living.count and persons > living.count:
            self.add_error(
                "persons", f"На {left:%d.%m.%Y} живут {living.count}: больше уехать не могли."
            )


class BenefitForm(forms.Form):
    category = forms.CharField(label="Категория", max_length=100)
    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), empty_label="Выберите услугу"
    )
    percent = QuantityField(label="Льгота, %", places=2, digits=5, max_value=100)
    persons = CountField(
        label="Льготников",
        min_value=1,
        max_value=999,
        required=False,
        help_text="Пусто — льгота у всех живущих.",
    )
    area_norm_m2 = QuantityField(
        label="Норма площади, м²",
        places=2,
        digits=8,
        required=False,
        help_text="Пусто — льгота на всю площадь.",
    )
    since = MonthField(label="С месяца")
    last = MonthField(label="По месяц", required=False, help_text="Пусто — без срока.")
    document = forms.CharField(label="Документ", max_length=200)

    def __init__(self, *args: Any, services: QuerySet[Service], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services
        self.fields["percent"].error_messages["max_value"] = "Льгота не больше 100 %%."

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        since, last = typed.get("since"), typed.get("last")
        if since and last and last < since:
            self.add_error("last", "Кончается раньше, чем начинается: проверьте месяцы.")
        for name in ("percent", "area_norm_m2"):
            if typed.get(name) == 0:
                self.add_error(name, "Число больше нуля.")
        return typed

    def facts(self) -> BenefitFacts:
        """Call it on a valid form."""
        typed = self.cleaned_data
        return BenefitFacts(
            service=typed["service"],
            share=product(typed["percent"], Decimal("0.01")),
            since=typed["since"],
            until=typed["last"].next() if typed["last"] else None,
            persons=typed["persons"],
            area_norm_m2=typed["area_norm_m2"],
            category=typed["category"],
            document=typed["document"],
        )


class BenefitEndForm(forms.Form):
    last = MonthField(label="Последний месяц")


class InterruptionForm(forms.Form):
    """`allowed_hours` left empty are those of the appendix; degrees go with a deviation."""

    house = forms.ModelChoiceField(
        label="Дом", queryset=House.objects.none(), required=False, empty_label="Все дома"
    )
    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), empty_label="Выберите услугу"
    )
    month = MonthField(label="Месяц")
    deviation = forms.ChoiceField(label="Что было", choices=DEVIATIONS)
    hours = CountField(label="Часов", min_value=1, max_value=MOST_HOURS)
    allowed_hours = CountField(
        label="Допустимо часов",
        min_value=0,
        max_value=MOST_HOURS,
        required=False,
        help_text="Пусто — по приложению 1 к Правилам № 354; у отклонений температуры 0.",
    )
    degrees = CountField(
        label="На сколько °C",
        min_value=1,
        max_value=60,
        required=False,
        help_text="Только для температуры: горячая вода — сверх допуска, полными 3 °C.",
    )
    document = forms.CharField(label="Акт", max_length=200)

    def __init__(
        self,
        *args: Any,
        houses: QuerySet[House],
        services: QuerySet[Service],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        for name, rows in (("house", houses), ("service", services)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        self.houses = houses

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        deviation, degrees = typed.get("deviation"), typed.get("degrees")
        if deviation in {HOT_WATER, HEATING} and not degrees and "degrees" not in self.errors:
            self.add_error("degrees", "Впишите, на сколько градусов ниже нормы.")
        elif deviation == HOT_WATER and degrees and degrees < rules.HOT_WATER_STEP:
            self.add_error("degrees", "Отклонение меньше 3 °C плату не снижает.")
        return typed

    def chosen_houses(self) -> list[House]:
        """Call it on a valid form, as `facts`."""
        house = self.cleaned_data["house"]
        return [house] if house else list(self.houses.order_by("code"))

    def facts(self) -> InterruptionFacts:
        typed = self.cleaned_data
        allowed = typed["allowed_hours"]
        return InterruptionFacts(
            service=typed["service"],
            period=typed["month"],
            hours=typed["hours"],
            allowed_hours=self._allowed() if allowed is None else allowed,
            rate=self._rate(),
            document=typed["document"],
        )

    def _allowed(self) -> int:
        if self.cleaned_data["deviation"] != BREAK:
            return 0
        service: Service = self.cleaned_data["service"]
        kind = rules.ServiceKind(service.charge, service.unit, service.name)
        return rules.allowed_hours(kind)

    def _rate(self) -> Decimal:
        degrees = self.cleaned_data["degrees"] or 0
        if self.cleaned_data["deviation"] == HOT_WATER:
            return rules.too_cold_water_rate(degrees)
        if self.cleaned_data["deviation"] == HEATING:
            return rules.too_cold_home_rate(degrees)
        return rules.HOURLY_RATE
