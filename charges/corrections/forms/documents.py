"""A document for one account, for many, and the list's filters."""

import dataclasses
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts_registry.forms import MonthField, QuantityField
from accounts_registry.models import House, Organisation, PersonalAccount, Service
from charges.corrections import rules
from charges.corrections.forms.fields import SIGNS, BasisForm, SumField
from charges.corrections.models import DocumentKind, DocumentState, MassMethod
from charges.corrections.services.documents import Row
from charges.corrections.services.mass import LONGEST_LIST, Rule, Selection, typed_numbers
from zhkh.kernel.money import round_money
from zhkh.kernel.period import Period

ROWS = 4


class RowForm(forms.Form):
    """A line: either a sum, or a volume and a price; left empty it is no line."""

    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), required=False, empty_label="—"
    )
    month = MonthField(label="За месяц", required=False)
    sign = forms.ChoiceField(label="Долг", choices=SIGNS)
    amount = SumField(label="Сумма, ₽", required=False)
    volume = QuantityField(label="Объём", places=7, required=False)
    price = QuantityField(label="Цена, ₽", places=6, digits=14, required=False)

    def __init__(self, *args: Any, services: QuerySet[Service], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["service"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = services
        for name, one in self.fields.items():
            one.widget.attrs["aria-label"] = one.label
            if name != "month":
                one.widget.attrs["class"] = one.widget.attrs.get("class", "w-short")

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if self.errors or not self._is_given(typed):
            return typed
        for name, told in (("service", "Выберите услугу."), ("month", "Укажите месяц.")):
            if not typed.get(name):
                self.add_error(name, told)
        amount = self._amount(typed)
        if amount is not None and not amount:
            self.add_error("amount", "Сумма больше нуля.")
        elif amount is not None:
            typed["signed"] = amount * Decimal(typed["sign"])
        return typed

    def row(self, account: PersonalAccount) -> Row | None:
        """Call it on a valid form; None for an empty one."""
        typed = self.cleaned_data
        if "signed" not in typed:
            return None
        return Row(
            account_id=account.pk,
            service_id=typed["service"].pk,
            period=typed["month"],
            amount=typed["signed"],
            volume=typed["volume"],
            price=typed["price"],
        )

    def _amount(self, typed: dict[str, Any]) -> Decimal | None:
        parts = (typed["volume"], typed["price"])
        if typed["amount"] is None:
            if None in parts:
                self.add_error("amount", "Впишите сумму, либо объём и цену.")
                return None
            return rules.priced(*parts)
        if parts != (None, None):
            self.add_error("amount", "Впишите что-то одно: сумму, либо объём и цену.")
            return None
        return round_money(typed["amount"])

    @staticmethod
    def _is_given(typed: dict[str, Any]) -> bool:
        return any(typed.get(name) not in (None, "") for name in ("amount", "volume", "price"))


class ManualForm(BasisForm):
    """The basis with its rows: `row-<n>-<field>`."""

    def __init__(
        self, *args: Any, account: PersonalAccount, services: QuerySet[Service], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.account = account
        data = args[0] if args else options.get("data")
        month = self.initial.get("month")
        self.rows = [
            RowForm(data, prefix=f"row-{place}", services=services, initial={"month": month})
            for place in range(ROWS)
        ]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        sound = [row.is_valid() for row in self.rows]
        if not all(sound):
            raise forms.ValidationError("Исправьте отмеченное в строках.")
        places = [(row.service_id, row.period) for row in self.lines()]
        if not places:
            raise forms.ValidationError("Заполните хотя бы одну строку: услугу, месяц и сумму.")
        if len(places) != len(set(places)):
            raise forms.ValidationError(
                "Услуга и месяц повторяются: сложите эти суммы в одну строку."
            )
        return typed

    def lines(self) -> list[Row]:
        rows = (row.row(self.account) for row in self.rows)
        return [row for row in rows if row is not None]


class MassForm(BasisForm):
    """Who, what and how much; the list of numbers narrows the organisation to itself."""

    house = forms.ModelChoiceField(
        label="Дом", queryset=House.objects.none(), required=False, empty_label="Все дома"
    )
    numbers = forms.CharField(
        label="Только счета",
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Номера через запятую или с новой строки. Пусто — все счета дома.",
    )
    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), empty_label="Выберите услугу"
    )
    month = MonthField(label="За месяц")
    method = forms.ChoiceField(label="Способ", choices=MassMethod.choices)
    sign = forms.ChoiceField(label="Долг", choices=SIGNS)
    rate = SumField(label="Значение", places=4)

    def __init__(self, *args: Any, organisation: Organisation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        for name, rows in (
            ("house", House.objects.filter(organisation=organisation)),
            ("service", Service.objects.filter(organisation=organisation).exclude(code="")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean_rate(self) -> Decimal:
        rate: Decimal = self.cleaned_data["rate"]
        if not rate:
            raise forms.ValidationError("Значение больше нуля.")
        return rate

    def clean_numbers(self) -> tuple[str, ...]:
        numbers = typed_numbers(self.cleaned_data["numbers"].replace("\0", ""))
        if len(numbers) > LONGEST_LIST:
            raise forms.ValidationError(
                f"В списке больше {LONGEST_LIST} номеров: разбейте его на несколько документов."
            )
        return numbers

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        is_percent = typed.get("method") == MassMethod.PERCENT
        if is_percent and typed.get("sign") == "-1" and typed.get("rate", 0) > 100:
            self.add_error("rate", "Больше 100 % начисленного не снимают.")
        return typed

    def selection(self) -> Selection:
        """Call it on a valid form, as `rule`."""
        typed = self.cleaned_data
        return Selection(self.organisation, house=typed["house"], numbers=typed["numbers"])

    def rule(self) -> Rule:
        typed = self.cleaned_data
        return Rule(
            service=typed["service"],
            period=typed["month"],
            method=MassMethod(typed["method"]),
            rate=typed["rate"] * Decimal(typed["sign"]),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What the list's filters let through; empty for what is not asked."""

    kind: str = ""
    state: str = ""
    period: Period | None = None
    text: str = ""


class FilterForm(forms.Form):
    """Every one may be left out; a value it does not know filters nothing."""

    q = forms.CharField(required=False, max_length=100)
    kind = forms.ChoiceField(
        label="Вид", required=False, choices=[("", "Любой вид"), *DocumentKind.choices]
    )
    state = forms.ChoiceField(
        label="Состояние",
        required=False,
        choices=[("", "Любое состояние"), *DocumentState.choices],
    )
    month = MonthField(label="Учётный месяц", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": field.label or name, "class": "w-short"}

    def wanted(self) -> Wanted:
        self.is_valid()
        sound = self.cleaned_data
        return Wanted(
            kind=sound.get("kind", ""),
            state=sound.get("state", ""),
            period=sound.get("month"),
            text=sound.get("q", "").replace("\0", "").strip(),
        )


class ConfirmForm(forms.Form):
    """The sum the accountant saw when they said yes."""

    total = forms.DecimalField(max_digits=18, decimal_places=2)

    def seen(self) -> Decimal | None:
        return self.cleaned_data["total"] if self.is_valid() else None
