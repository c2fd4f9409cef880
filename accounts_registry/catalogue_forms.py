"""Forms of the reference books and of an organisation's settings."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts_registry.forms import DateField, MonthField, QuantityField
from accounts_registry.models import (
    Country,
    Organisation,
    PersonalAccount,
    RateKind,
    SettingName,
    UpliftKind,
)
from accounts_registry.models.settings import SETTING_VALUES
from zhkh.kernel.period import Period

WHOLE_COUNTRY = ""


class RowForm(forms.Form):
    """A row of a reference book: whose it is, its values, where they come from."""

    whose = forms.ChoiceField(label="Для кого", required=False)
    country = forms.ChoiceField(label="Страна", choices=Country.choices, initial=Country.RUSSIA)
    source = forms.CharField(label="Источник", max_length=300, help_text="закон, приказ, договор")

    field_order = ("whose", "country")

    def __init__(
        self, *args: Any, organisations: Sequence[Organisation], shared: bool, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._organisations = {str(one.pk): one for one in organisations}
        country = [(WHOLE_COUNTRY, "вся страна")] if shared else []
        field = self.fields["whose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*country, *((key, one.name) for key, one in self._organisations.items())]
        field.required = not shared

    @property
    def organisation(self) -> Organisation | None:
        """None is the whole country."""
        return self._organisations.get(self.cleaned_data["whose"])

    def values(self) -> dict[str, Any]:
        """Columns of the row."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in {"whose", "since_month", "until", "number"}
        }


class RateForm(RowForm):
    kind = forms.ChoiceField(label="Вид", choices=RateKind.choices)
    since = DateField(label="Действует с")
    percent = QuantityField(
        label="Процент",
        places=6,
        digits=12,
        required=False,
        help_text="пусто — предела больше нет",
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("percent") is None and data.get("kind") != RateKind.CAP:
            self.add_error("percent", "Укажите процент.")
        return data


class SuspensionForm(RowForm):
    since = DateField(label="С")
    until = DateField(label="По", required=False, help_text="последний день; пусто — до отмены")
    number = forms.CharField(
        label="Лицевой счёт", max_length=30, required=False, help_text="пусто — для всех счетов"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", "Последний день раньше первого.")
        if until and until == dt.date.max:
            self.add_error("until", "Проверьте год.")
        if data.get("number"):
            self._account(data)
        return data

    def _account(self, data: dict[str, Any]) -> None:
        found = PersonalAccount.objects.filter(
            organisation__in=self._organisations.values(), number=data["number"]
        ).first()
        if found is None:
            self.add_error("number", "Такого счёта нет: проверьте номер.")
        data["account"] = found

    def values(self) -> dict[str, Any]:
        data = super().values()
        until = self.cleaned_data["until"]
        data["valid"] = DateRange(data.pop("since"), until and until + dt.timedelta(days=1))
        return {"account": None, **data}

    @property
    def organisation(self) -> Organisation | None:
        """A row of one account names no organisation: the account is somebody's already."""
        return None if self.cleaned_data.get("account") else super().organisation


class DueDayForm(RowForm):
    since_month = MonthField(label="Для месяцев начиная с")
    day = forms.IntegerField(label="До какого числа", min_value=1, max_value=28)

    def values(self) -> dict[str, Any]:
        month: Period = self.cleaned_data["since_month"]
        return {**super().values(), "valid": DateRange(month.first_day, None)}


class UpliftCoefficientForm(RowForm):
    kind = forms.ChoiceField(label="Вид услуги", choices=UpliftKind.choices)
    since = DateField(label="Действует с")
    coefficient = QuantityField(label="Коэффициент", places=6, digits=12, min_value=1)

    def values(self) -> dict[str, Any]:
        data = super().values()
        data["valid"] = DateRange(data.pop("since"), None)
        return data


class CalendarForm(RowForm):
    day = DateField(label="День")
    is_working = forms.BooleanField(label="Рабочий", required=False)


ROW_FORMS: dict[str, type[RowForm]] = {
    "rates": RateForm,
    "suspensions": SuspensionForm,
    "due-days": DueDayForm,
    "uplifts": UpliftCoefficientForm,
    "calendar": CalendarForm,
}


class SettingForm(forms.Form):
    """A decision of the organisation from a month on; `choice` is "name=value"."""

    choice = forms.ChoiceField(label="Настройка и значение")
    since = MonthField(label="Начиная с месяца")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["choice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "выберите"),
            *(
                (f"{name.value}={value}", f"{name.label}: {words}")
                for name, values in SETTING_VALUES.items()
                for value, words in values.items()
            ),
        ]

    def chosen(self) -> tuple[SettingName, str]:
        name, _, value = self.cleaned_data["choice"].partition("=")
        return SettingName(name), value
