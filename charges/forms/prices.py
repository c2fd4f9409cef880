"""Forms of prices: they read what was typed, `charges.prices` decides."""

import abc
import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.forms import DeclarativeFieldsMetaclass

from accounts_registry.forms import DateField, QuantityField
from accounts_registry.models import Zone
from charges.models import TariffComponent, TariffUse
from charges.prices.dated_prices import NewPrices
from charges.prices.price_list import NormRow, PriceRow, Row, UpliftRow

BLANK_ROWS = 2
MOST_ROWS = 60
_NORMS = ("per_person", "per_common_m2", "per_m2", "heat_per_unit")
_NORM_LABELS = {
    "per_person": "На человека",
    "per_common_m2": "На м² общего имущества",
    "per_m2": "На м² помещения",
    "heat_per_unit": "Гкал на м³ горячей воды",
}


class _AbstractForm(DeclarativeFieldsMetaclass, abc.ABCMeta):
    """Fields as in any form of Django, and methods a kind must have."""


class NewPricesForm(forms.Form, metaclass=_AbstractForm):
    """What every kind of price has: the day, the document, answers to questions."""

    since = DateField(label="Действует с")
    source = forms.CharField(label="Документ", max_length=300, required=False)
    zero_confirmed = forms.BooleanField(label="Цена 0 верна", required=False)
    posted_confirmed = forms.BooleanField(
        label="Записать, разницу за проведённые месяцы внести перерасчётом", required=False
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, corrects: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.corrects = corrects
        self.fields["source"].widget.attrs["placeholder"] = "приказ, решение, протокол"
        if corrects:
            self.fields["since"].widget.attrs["readonly"] = True

    def new_prices(self) -> NewPrices:
        """Call it on a valid form."""
        typed = self.cleaned_data
        return NewPrices(
            since=typed["since"],
            rows=self.rows(),
            source=typed["source"].strip(),
            corrects=self.corrects,
            zero_confirmed=typed["zero_confirmed"],
            posted_confirmed=typed["posted_confirmed"],
        )

    @abc.abstractmethod
    def rows(self) -> tuple[Row, ...]:
        """What was typed in the rows of this kind of price; call it on a valid form."""

    def digest(self) -> str:
        """Of what was typed: the preview somebody saw is the one that is written."""
        new = self.new_prices()
        text = f"{new.since} {new.source} {new.rows}"
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def was_seen(self) -> bool:
        return bool(self.cleaned_data.get("seen")) and self.cleaned_data["seen"] == self.digest()


@dataclasses.dataclass(frozen=True, slots=True)
class PriceLine:
    """A row of the grid with its fields."""

    zone: BoundField
    component: BoundField
    use: BoundField
    up_to: BoundField
    price: BoundField


class TariffForm(NewPricesForm):
    """Prices row by row: a row without a price is no row."""

    def __init__(
        self, *args: Any, known: Sequence[PriceRow] = (), count: int = 0, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.count = min(MOST_ROWS, max(count, len(known) + BLANK_ROWS))
        for place in range(self.count):
            self._add_row(place, known[place] if place < len(known) else None)

    def _add_row(self, place: int, known: PriceRow | None) -> None:
        both = [("", "всё потребление"), *TariffUse.choices]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "zone": [("", "без зон"), *Zone.choices],
            "component": [("", "—"), *TariffComponent.choices],
            "use": [(value, label) for value, label in both],
        }
        for column, offered in choices.items():
            self.fields[f"{column}-{place}"] = forms.ChoiceField(
                label=f"Строка {place + 1}: {_COLUMNS[column]}",
                choices=offered,
                required=False,
                initial=getattr(known, column, ""),
            )
        self.fields[f"up_to-{place}"] = QuantityField(
            label=f"Строка {place + 1}: {_COLUMNS['up_to']}",
            places=7,
            required=False,
            initial=known.up_to if known else None,
        )
        self.fields[f"price-{place}"] = QuantityField(
            label=f"Строка {place + 1}: {_COLUMNS['price']}",
            places=6,
            digits=14,
            required=False,
            initial=known.price if known else None,
        )
        for column in _COLUMNS:
            field = self.fields[f"{column}-{place}"]
            field.widget.attrs["aria-label"] = field.label

    def lines(self) -> list[PriceLine]:
        columns = [field.name for field in dataclasses.fields(PriceLine)]
        return [
            PriceLine(*(self[f"{column}-{place}"] for column in columns))
            for place in range(self.count)
        ]

    def clean(self) -> dict[str, Any]:
        for place in range(self.count):
            name = f"price-{place}"
            bound = self.cleaned_data.get(f"up_to-{place}")
            if name in self.cleaned_data and self.cleaned_data[name] is None and bound is not None:
                self.add_error(name, "Впишите цену или очистите строку.")
            if bound is not None and not bound:
                self.add_error(f"up_to-{place}", "Граница диапазона больше нуля.")
        return self.cleaned_data

    def rows(self) -> tuple[Row, ...]:
        typed = self.cleaned_data
        return tuple(
            PriceRow(
                price=typed[f"price-{place}"],
                zone=typed[f"zone-{place}"],
                component=typed[f"component-{place}"],
                use=typed[f"use-{place}"],
                up_to=typed[f"up_to-{place}"],
            )
            for place in range(self.count)
            if typed[f"price-{place}"] is not None
        )


_COLUMNS = {
    "zone": "зона",
    "component": "компонент",
    "use": "применение",
    "up_to": "до, единиц в месяц",
    "price": "цена",
}


class NormForm(NewPricesForm):
    """Four norms, each by the month or by the year: a yearly one gives a twelfth to a month."""

    def __init__(self, *args: Any, known: Sequence[NormRow] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        for name in _NORMS:
            row = next((row for row in known if getattr(row, name) is not None), None)
            self.fields[name] = QuantityField(
                label=_NORM_LABELS[name],
                places=6,
                digits=14,
                required=False,
                initial=getattr(row, name, None),
            )
            if name != "heat_per_unit":
                self.fields[f"{name}_year"] = forms.BooleanField(
                    label="в год", required=False, initial=bool(row and row.is_yearly)
                )

    def rows(self) -> tuple[Row, ...]:
        typed = self.cleaned_data
        monthly = {name: typed[name] for name in _NORMS if not typed.get(f"{name}_year")}
        yearly = {name: typed[name] for name in _NORMS if typed.get(f"{name}_year")}
        found = (NormRow(**monthly), NormRow(**yearly, is_yearly=True))
        return tuple(row for row in found if _says_something(row)) or (NormRow(),)


def _says_something(row: NormRow) -> bool:
    return any(getattr(row, name) is not None for name in _NORMS)


class UpliftForm(NewPricesForm):
    coefficient = QuantityField(label="Коэффициент", places=6, digits=14, min_value=1)

    def __init__(self, *args: Any, known: Sequence[UpliftRow] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["coefficient"]
        field.error_messages["min_value"] = "Коэффициент не меньше единицы."
        if known:
            field.initial = known[0].coefficient

    def rows(self) -> tuple[Row, ...]:
        return (UpliftRow(self.cleaned_data["coefficient"]),)
