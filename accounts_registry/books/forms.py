"""Forms of the books: they read what was typed; whether it may be is decided by the ledger."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts_registry.forms import DateField, MonthField, QuantityField
from accounts_registry.ledger.open_items import OpenItem
from accounts_registry.ledger.operations import ItemToWriteOff, Move
from accounts_registry.ledger.payments import IN_FORCE, REVERSED, SOURCES
from accounts_registry.ledger.posting import LineToPost, PaymentSource
from accounts_registry.models import House, PersonalAccount, Service
from zhkh.kernel.money import ZERO

_LARGEST = Decimal("999999999.99")


class MoneyField(QuantityField):
    """Roubles with kopecks, above zero unless `signed`."""

    def __init__(self, *, signed: bool = False, **options: Any) -> None:
        least = -_LARGEST if signed else Decimal("0.01")
        super().__init__(places=2, digits=14, min_value=least, max_value=_LARGEST, **options)
        too_large = "Сумма слишком велика: проверьте, нет ли лишних цифр."
        self.error_messages |= {
            "invalid": "Нужна сумма в рублях, например 100,50.",
            "max_decimal_places": "В сумме не больше двух знаков после запятой.",
            "min_value": too_large if signed else "Сумма должна быть больше нуля.",
            "max_value": too_large,
        }


class OrderForm(forms.Form):
    """What every operation tells: its day and its paper."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    on = DateField(label="Дата операции")
    basis = forms.CharField(label="Основание", max_length=500)
    reason = forms.CharField(label="Причина", max_length=500, required=False)

    def __init__(self, *args: Any, today: dt.date, **options: Any) -> None:
        options.setdefault("initial", {})
        options["initial"] = {"key": uuid.uuid4(), "on": today} | options["initial"]
        super().__init__(*args, **options)
        self.fields["basis"].widget.attrs["placeholder"] = (
            "приказ, заявление, п/п с номером и датой"
        )

    def lines(self) -> list[tuple[str, Any]]:
        """Fields of a table: its words and the field."""
        return []


class CancelForm(OrderForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["on"].label = "Дата отмены"
        self.fields["reason"].required = True


class PaymentForm(OrderForm):
    """A sum for each service it was meant for."""

    source = forms.ChoiceField(
        label="Откуда",
        choices=[(value, label) for value, label in SOURCES if value != PaymentSource.DESK],
    )
    named = MonthField(label="За месяц", required=False)

    field_order = ["on", "source", "named"]

    def __init__(
        self, *args: Any, services: Sequence[tuple[Service, Decimal]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.services = services
        self.fields["on"].label = "Дата оплаты"
        self.fields["source"].widget.attrs["class"] = "w-short"
        self.fields["named"].help_text = "только если месяц назвал плательщик"
        for service, _ in services:
            self.fields[f"amount-{service.pk}"] = MoneyField(label=service.name, required=False)

    def lines(self) -> list[tuple[str, Any]]:
        return [(service.name, self[f"amount-{service.pk}"]) for service, _ in self.services]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(name.startswith("amount-") and data[name] for name in data):
            raise forms.ValidationError("Укажите сумму хотя бы по одной услуге.")
        return data

    def to_post(self) -> list[LineToPost]:
        data = self.cleaned_data
        return [
            LineToPost(service.pk, data[f"amount-{service.pk}"], data["named"])
            for service, _ in self.services
            if data[f"amount-{service.pk}"]
        ]


class TransferForm(OrderForm):
    source = forms.ModelChoiceField(
        label="Переплата по услуге", queryset=Service.objects.none(), empty_label=None
    )
    amount = MoneyField(label="Сумма, ₽")
    target_account = forms.ModelChoiceField(
        label="На счёт", queryset=PersonalAccount.objects.none(), empty_label=None
    )
    target = forms.ModelChoiceField(
        label="На услугу", queryset=Service.objects.none(), empty_label=None
    )

    field_order = ["source", "amount", "target_account", "target", "on"]

    def __init__(
        self,
        *args: Any,
        overpaid: QuerySet[Service],
        accounts: QuerySet[PersonalAccount],
        services: QuerySet[Service],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        found = {"source": overpaid, "target_account": accounts, "target": services}
        for name, rows in found.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
            field.error_messages["invalid_choice"] = "Выберите из списка."

    def move(self) -> Move:
        data = self.cleaned_data
        return Move(data["source"], data["target_account"], data["target"], data["amount"])


@dataclasses.dataclass(frozen=True, slots=True)
class OpenRow:
    """An open debt as a line of the write-off form."""

    service: Service
    item: OpenItem
    is_barred: bool

    @property
    def field(self) -> str:
        return f"item-{self.service.pk}-{self.item.period}"

    @property
    def words(self) -> str:
        barred = ", срок давности истёк" if self.is_barred else ""
        return f"{self.service} за {self.item.period.title.lower()}{barred}"


class WriteOffForm(OrderForm):
    """A sum beside each debt to be forgiven."""

    def __init__(self, *args: Any, rows: Sequence[OpenRow], **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = rows
        for row in rows:
            self.fields[row.field] = MoneyField(
                label=row.words,
                required=False,
                initial=row.item.amount if row.is_barred else None,
            )

    def lines(self) -> list[tuple[str, Any]]:
        return [(row.words, self[row.field]) for row in self.rows]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data.get(row.field) for row in self.rows):
            raise forms.ValidationError("Укажите, сколько списать, хотя бы по одному долгу.")
        return data

    def items(self) -> list[ItemToWriteOff]:
        return [
            ItemToWriteOff(row.service, row.item.period, self.cleaned_data[row.field])
            for row in self.rows
            if self.cleaned_data[row.field]
        ]


class OpeningForm(OrderForm):
    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), empty_label=None
    )
    month = MonthField(label="За месяц")
    amount = MoneyField(label="Сумма, ₽", signed=True, help_text="долг; аванс со знаком минус")
    due_on = DateField(label="Срок оплаты", required=False)

    field_order = ["service", "month", "amount", "due_on", "on"]

    def __init__(self, *args: Any, services: QuerySet[Service], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services
        self.fields["basis"].initial = "акт сверки"

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount == ZERO:
            raise forms.ValidationError("Нулевое сальдо вводить не нужно.")
        return amount


class PaymentFilterForm(forms.Form):
    """Filters of the list of payments; every one of them may be left out."""

    q = forms.CharField(required=False)
    since = DateField(label="С", required=False)
    until = DateField(label="По", required=False)
    source = forms.ChoiceField(
        label="Источник", required=False, choices=[("", "Все источники"), *SOURCES]
    )
    house = forms.ModelChoiceField(
        label="Дом", queryset=House.objects.none(), required=False, empty_label="Все дома"
    )
    state = forms.ChoiceField(
        label="Состояние",
        required=False,
        choices=[("", "Все"), (IN_FORCE, "Без отменённых"), (REVERSED, "Отменённые и отмены")],
    )

    def __init__(self, *args: Any, houses: QuerySet[House], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = field.label or "Найти"
            if name not in {"q", "since", "until"}:
                field.widget.attrs["class"] = "w-short"
        for name in ("since", "until"):
            self.fields[name].widget.attrs["placeholder"] = f"{self.fields[name].label} дд.мм.гггг"
        house = self.fields["house"]
        assert isinstance(house, forms.ModelChoiceField)
        house.queryset = houses
