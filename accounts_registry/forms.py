"""Forms of the registry: they read what was typed; whether it may be is decided by services."""

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import QuerySet

from accounts_registry.models import DeliveryMethod, House, Service, Zone
from accounts_registry.services import AccountFields, TypedReading
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import plain

CATEGORIES = ("Собственники", "Наниматели", "Арендаторы", "Юридические лица")
ROLLED_OVER = "rolled_over"
HIGH_CONFIRMED = "high_confirmed"
MOVES_ON = "moves_on"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2999
_EARLIEST = dt.date(EARLIEST_YEAR, 1, 1)
_DATE_FORMATS = ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"]


class DateField(forms.DateField):
    """A day as people write it: 01.10.2012."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(
            format="%d.%m.%Y",
            attrs={"class": "w-date", "inputmode": "numeric", "autocomplete": "off"},
        )
        wrong = {"invalid": "Дата пишется так: 01.10.2012."}
        super().__init__(
            widget=widget, input_formats=_DATE_FORMATS, error_messages=wrong, **options
        )
        too_early = "Проверьте год: дата не может быть раньше 01.01.1900."
        self.validators.append(MinValueValidator(_EARLIEST, too_early))


class MonthField(forms.CharField):
    """A month as people write it, 07.2013, or as programs do, 2013-07; its value is a `Period`."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(
            attrs={
                "class": "w-date",
                "placeholder": "07.2013",
                "inputmode": "numeric",
                "autocomplete": "off",
            }
        )
        super().__init__(max_length=10, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        match = re.fullmatch(r"([0-9]{1,2})[./]([0-9]{4})", text)
        try:
            month = Period.parse(f"{match[2]}-{match[1]:0>2}" if match else text)
        except ValueError:
            raise forms.ValidationError("Месяц пишется так: 07.2013.") from None
        if not EARLIEST_YEAR <= month.year <= LATEST_YEAR:
            raise forms.ValidationError("Проверьте год.")
        return month

    def prepare_value(self, value: Any) -> Any:
        return f"{value.month:02d}.{value.year}" if isinstance(value, Period) else value


class QuantityField(forms.DecimalField):
    """A volume or an area: comma or point, not negative."""

    def __init__(self, *, places: int, digits: int = 18, **options: Any) -> None:
        wrong = {
            "invalid": "Нужно число, например 12,5.",
            "min_value": "Число не может быть отрицательным.",
            "max_decimal_places": "После запятой — не больше знаков, чем %(max)s.",
        }
        options.setdefault("min_value", 0)
        super().__init__(
            max_digits=digits,
            decimal_places=places,
            widget=forms.TextInput(
                attrs={"class": "w-sum", "inputmode": "decimal", "autocomplete": "off"}
            ),
            error_messages=wrong,
            **options,
        )

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = "".join(value.split()).replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return plain(value).replace(".", ",") if isinstance(value, Decimal) else value


class AccountForm(forms.Form):
    """The editable fields of the card; `version` is what the page was read with."""

    number = forms.CharField(label="Номер", max_length=30)
    opened_on = DateField(label="Открыт")
    closed_on = DateField(label="Закрыт", required=False)
    payer = forms.CharField(label="Плательщик", max_length=300)
    category = forms.ChoiceField(label="Категория", required=False)
    delivery_method = forms.ChoiceField(label="Способ доставки", choices=DeliveryMethod.choices)
    email = forms.EmailField(
        label="Электронная почта",
        required=False,
        error_messages={"invalid": "Проверьте адрес: он выглядит так — имя@почта.рф."},
    )
    phone = forms.CharField(label="Телефон", max_length=50, required=False)
    external_number = forms.CharField(label="Внешний номер", max_length=30, required=False)
    capital_repair_number = forms.CharField(
        label="Номер счёта капремонта", max_length=30, required=False
    )
    note = forms.CharField(
        label="Примечание", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["number"].widget.attrs["class"] = "w-short"
        self.fields["closed_on"].widget.attrs["placeholder"] = "не закрыт"
        self.fields["closed_on"].widget.attrs["aria-label"] = "Закрыт"
        self.fields["phone"].widget.attrs |= {"class": "w-short", "placeholder": "+7"}
        self.fields["delivery_method"].widget.attrs["data-delivery"] = ""
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        written = self.initial.get("category", "")
        names = list(dict.fromkeys([written, *CATEGORIES]))
        category.choices = [(name, name or "не указана") for name in names]
        category.widget.attrs["class"] = "w-short"

    def account_fields(self) -> AccountFields:
        data = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        data["delivery_method"] = DeliveryMethod(data["delivery_method"])
        return AccountFields(**data)


class AccountFilterForm(forms.Form):
    """The list's search and filters; every one of them may be left out."""

    q = forms.CharField(required=False)
    house = forms.ModelChoiceField(
        label="Дом", queryset=House.objects.none(), required=False, empty_label="Все дома"
    )
    delivery = forms.ChoiceField(
        label="Доставка",
        required=False,
        choices=[("", "Любая доставка"), *DeliveryMethod.choices],
    )
    state = forms.ChoiceField(
        label="Состояние",
        required=False,
        choices=[("", "Открытые и закрытые"), ("open", "Открытые"), ("closed", "Закрытые")],
    )
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, houses: QuerySet[House], **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("house", "delivery", "state"):
            self.fields[name].widget.attrs |= {
                "class": "w-short",
                "aria-label": self.fields[name].label,
            }
        house = self.fields["house"]
        assert isinstance(house, forms.ModelChoiceField)
        house.queryset = houses


class AreaForm(forms.Form):
    since = DateField(label="С какого дня")
    area_m2 = QuantityField(label="Общая площадь, м²", places=2, digits=14)
    living_area_m2 = QuantityField(label="Жилая площадь, м²", places=2, digits=14, required=False)

    def clean_area_m2(self) -> Any:
        if not self.cleaned_data["area_m2"]:
            raise forms.ValidationError("Площадь больше нуля.")
        return self.cleaned_data["area_m2"]


class ResidentsForm(forms.Form):
    since = DateField(label="С какого дня")
    count = forms.IntegerField(
        label="Проживает, человек",
        min_value=0,
        max_value=999,
        error_messages={
            "min_value": "Проживающих не бывает меньше нуля: если никто не живёт, впишите 0.",
            "max_value": "Больше 999 человек в одном помещении не бывает: проверьте число.",
            "invalid": "Нужно целое число, например 3.",
        },
    )


class OwnershipForm(forms.Form):
    since = DateField(label="С какого дня")
    owners = forms.IntegerField(label="Собственников", min_value=1, max_value=999)
    share = QuantityField(label="Доля собственности", places=5, digits=6, max_value=1, initial=1)

    def clean_share(self) -> Any:
        if not self.cleaned_data["share"]:
            raise forms.ValidationError("Доля больше нуля и не больше единицы.")
        return self.cleaned_data["share"]


class ConnectForm(forms.Form):
    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), empty_label="Выберите услугу"
    )
    since = DateField(label="С какого дня")

    def __init__(self, *args: Any, services: QuerySet[Service], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services


class DisconnectForm(forms.Form):
    on = DateField(label="Отключить с")


class ReadingForm(forms.Form):
    """`answers` names the screen's questions answered with yes, with spaces between."""

    read_on = DateField(label="Дата")
    value = QuantityField(label="Показание", places=7)
    answers = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("read_on", "value"):
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label

    def typed(self) -> TypedReading:
        answers = self.cleaned_data["answers"].split()
        return TypedReading(
            read_on=self.cleaned_data["read_on"],
            value=self.cleaned_data["value"],
            rolled_over=ROLLED_OVER in answers or None,
            high_confirmed=HIGH_CONFIRMED in answers,
            moves_on=MOVES_ON in answers,
        )


class MeterForm(forms.Form):
    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), empty_label="Выберите услугу"
    )
    zone = forms.ChoiceField(
        label="Зона", required=False, choices=[("", "одна на все сутки"), *Zone.choices]
    )
    serial = forms.CharField(label="Заводской номер", max_length=50, required=False)
    digits = forms.IntegerField(label="Знаков до запятой", min_value=1, max_value=9, initial=5)
    installed_on = DateField(label="Установлен")
    initial_value = QuantityField(label="Показание при установке", places=7, initial=0)
    verified_until = DateField(label="Поверен по", required=False)

    def __init__(self, *args: Any, services: QuerySet[Service], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services
