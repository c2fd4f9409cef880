"""Fields all forms of recalculations share."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator

from accounts_registry.forms import DateField, QuantityField
from charges.corrections.models import Reason
from charges.corrections.services.documents import Basis

BASES = (
    "Акт",
    "Заявление",
    "Распоряжение",
    "Решение суда",
    "Решение общего собрания",
    "Служебная записка",
    "Справка",
)
SIGNS = (("-1", "уменьшить"), ("1", "увеличить"))
LARGEST_SUM = 99_999_999
_LATEST = dt.date(2999, 12, 31)


class SumField(QuantityField):
    """A sum of money above zero: the direction stands beside it."""

    def __init__(self, *, places: int = 2, **options: Any) -> None:
        options.setdefault("max_value", LARGEST_SUM)
        super().__init__(places=places, digits=14, **options)
        self.error_messages |= {
            "invalid": "Нужна сумма, например 150,50.",
            "max_digits": "Сумма слишком большая: проверьте цифры.",
            "max_whole_digits": "Сумма слишком большая: проверьте цифры.",
            "max_value": "Сумма слишком большая: проверьте цифры.",
        }

    def run_validators(self, value: Any) -> None:
        """What is wrong is said once."""
        try:
            super().run_validators(value)
        except forms.ValidationError as errors:
            raise forms.ValidationError(errors.error_list[:1]) from errors


class DayField(DateField):
    """A day of our times: months around it exist."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(MaxValueValidator(_LATEST, "Проверьте год: так далеко не считают."))


class BasisForm(forms.Form):
    """Why and by which paper; `key` makes a request sent twice one document."""

    reason = forms.ChoiceField(label="Причина", choices=Reason.choices)
    note = forms.CharField(
        label="Пояснение",
        max_length=300,
        required=False,
        help_text="Печатается в платёжном документе рядом с суммой.",
    )
    basis_title = forms.CharField(
        label="Основание",
        max_length=100,
        initial=BASES[0],
        widget=forms.TextInput(attrs={"list": "bases", "class": "w-short"}),
    )
    basis_number = forms.CharField(
        label="Номер", max_length=50, widget=forms.TextInput(attrs={"class": "w-short"})
    )
    basis_on = DayField(label="Дата")
    key = forms.UUIDField(widget=forms.HiddenInput)

    def basis(self) -> Basis:
        """Call it on a valid form."""
        typed = self.cleaned_data
        return Basis(
            reason=typed["reason"],
            title=typed["basis_title"],
            number=typed["basis_number"],
            on=typed["basis_on"],
            note=typed["note"],
        )
