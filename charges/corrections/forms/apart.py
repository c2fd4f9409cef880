"""Fines, fees and costs of a court; subsidies; instalment agreements."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts_registry.forms import MonthField, QuantityField
from accounts_registry.models import Service
from charges.corrections.forms.fields import BasisForm, DayField, SumField
from charges.corrections.models import DocumentKind, Reason
from charges.corrections.services.instalments import Terms

KINDS = (
    (DocumentKind.FINE, "штраф исполнителя (50 % излишне начисленного)"),
    (DocumentKind.STATE_FEE, DocumentKind.STATE_FEE.label),
    (DocumentKind.COURT_COSTS, DocumentKind.COURT_COSTS.label),
)
LARGEST_TABLE = 5_000_000  # bytes


def _offer(form: forms.Form, services: QuerySet[Service]) -> None:
    field = form.fields["service"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = services


class _ApartForm(BasisForm):
    """These sums have columns of their own: the reason is always their kind."""

    service = forms.ModelChoiceField(
        label="На услугу", queryset=Service.objects.none(), empty_label="Выберите услугу"
    )

    def __init__(self, *args: Any, services: QuerySet[Service], **options: Any) -> None:
        super().__init__(*args, **options)
        _offer(self, services)
        self.fields["reason"].initial = Reason.OTHER
        self.fields["reason"].required = False
        self.fields["reason"].widget = forms.HiddenInput()

    def clean_reason(self) -> str:
        return Reason.OTHER


class ApartForm(_ApartForm):
    kind = forms.ChoiceField(label="Что", choices=KINDS)
    month = MonthField(label="За месяц")
    amount = SumField(
        label="Сумма, ₽",
        help_text="Для штрафа — излишне начисленная сумма: долг уменьшит её половина "
        "(ЖК РФ, ст. 157 ч. 6).",
    )

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Сумма больше нуля.")
        return amount


class SubsidiesForm(_ApartForm):
    table = forms.FileField(
        label="Таблица",
        help_text="XLSX, столбцы по порядку: лицевой счёт, месяц (07.2013), сумма.",
    )

    def clean_table(self) -> bytes:
        file = self.cleaned_data["table"]
        if file.size > LARGEST_TABLE:
            raise forms.ValidationError("Файл больше 5 МБ: разбейте таблицу на части.")
        content: bytes = file.read()
        return content


class InstalmentForm(forms.Form):
    number = forms.CharField(
        label="Номер", max_length=50, widget=forms.TextInput(attrs={"class": "w-short"})
    )
    signed_on = DayField(label="Заключено")
    debt = SumField(label="Долг, ₽")
    first = MonthField(label="Первый месяц")
    months = forms.IntegerField(
        label="Месяцев",
        min_value=1,
        max_value=60,
        widget=forms.NumberInput(attrs={"class": "w-sum"}),
    )
    percent = QuantityField(label="Процентов годовых", places=2, digits=5, max_value=100, initial=0)
    service = forms.ModelChoiceField(
        label="Проценты на услугу", queryset=Service.objects.none(), empty_label="Выберите услугу"
    )
    charged = MonthField(
        label="Плата за месяц",
        required=False,
        help_text="Если рассрочена плата одного месяца (п. 72); пусто — долг прошлых месяцев.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, services: QuerySet[Service], **options: Any) -> None:
        super().__init__(*args, **options)
        _offer(self, services)

    def clean_debt(self) -> Decimal:
        debt: Decimal = self.cleaned_data["debt"]
        if not debt:
            raise forms.ValidationError("Сумма больше нуля.")
        return debt

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        signed, first = typed.get("signed_on"), typed.get("first")
        if signed and first and first.next_first_day <= signed:
            self.add_error("first", "Первый месяц кончился раньше, чем заключено соглашение.")
        return typed

    def terms(self) -> Terms:
        """Call it on a valid form."""
        return Terms(**{name: value for name, value in self.cleaned_data.items() if name != "key"})


class EndForm(forms.Form):
    on = DayField(label="Дата")
    broken = forms.ChoiceField(
        label="Как",
        choices=[("1", "расторгнуто"), ("0", "исполнено")],
        help_text="Расторгнуто — платежи нарушены: пени начисляются снова.",
    )
    because = forms.CharField(label="Почему", max_length=300)
