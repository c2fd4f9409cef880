"""What the pages of charges are asked."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from accounts_registry.forms import QuantityField
from accounts_registry.models import Service
from charges.house_volumes import EnteredVolume, VolumeRow, VolumeSheet
from charges.models import CommonVolume, CommonVolumeMethod
from charges.services import DraftTotals

_TOO_LONG = "Число слишком длинное: до запятой — не больше 11 цифр."
_METERED = "Есть показания общедомового прибора, объём считается по ним: очистите строку."
_ROWS_CHANGED = (
    "Набор услуг изменился, пока страница была открыта: проверьте строки и запишите снова."
)


class ConfirmForm(forms.Form):
    """The totals the accountant saw when they said yes."""

    accounts = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    total = forms.DecimalField(max_digits=16, decimal_places=2, widget=forms.HiddenInput)

    def seen(self) -> DraftTotals:
        """Call it on a valid form."""
        return DraftTotals(self.cleaned_data["accounts"], self.cleaned_data["total"])


class VolumeField(QuantityField):
    """A volume that may be left out; what is wrong with it is said once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(places=7, required=False, **options)
        self.error_messages |= {"max_digits": _TOO_LONG, "max_whole_digits": _TOO_LONG}

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except forms.ValidationError as errors:
            raise forms.ValidationError(errors.error_list[:1]) from errors


@dataclasses.dataclass(frozen=True, slots=True)
class VolumeLine:
    """A row of the grid with its fields."""

    row: VolumeRow
    volume: BoundField
    method: BoundField
    meter_reading: BoundField
    premises_volume: BoundField


class VolumesForm(forms.Form):
    """
    Common volumes of a house: four fields a row, named `<row>-<column>`.

    An empty row is no entry, whatever its method.
    """

    QUANTITIES = {
        "volume": "объём",
        "meter_reading": "показание прибора",
        "premises_volume": "объём в помещениях",
    }

    def __init__(self, *args: Any, sheet: VolumeSheet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sheet = sheet
        for row in sheet.rows:
            self._add_row(row)

    def _add_row(self, row: VolumeRow) -> None:
        method = forms.ChoiceField(
            label=f"{row.title}: способ",
            choices=CommonVolumeMethod.choices,
            required=False,
            initial=CommonVolumeMethod.HOUSE_METER
            if row.metered is not None and row.entered is None
            else (row.entered or row.before or CommonVolume()).method,
        )
        self.fields[f"{row.key}-method"] = method
        for column, title in self.QUANTITIES.items():
            label = f"{row.title}: {title}"
            written = getattr(row.entered, column, None)
            self.fields[f"{row.key}-{column}"] = VolumeField(label=label, initial=written)
        for column in ("method", *self.QUANTITIES):
            field = self.fields[f"{row.key}-{column}"]
            field.widget.attrs["aria-label"] = field.label
        if self._is_counted(row):
            method.widget.attrs["disabled"] = True
            for column in self.QUANTITIES:
                self.fields[f"{row.key}-{column}"].widget.attrs["readonly"] = True

    def _is_counted(self, row: VolumeRow) -> bool:
        """By the house meter, and nothing stands in the row that would have to be taken out."""
        sent = [self.data.get(f"{row.key}-{column}", "") for column in self.QUANTITIES]
        return row.metered is not None and row.entered is None and not any(map(str.strip, sent))

    def lines(self) -> list[VolumeLine]:
        columns = [field.name for field in dataclasses.fields(VolumeLine)][1:]
        return [
            VolumeLine(row, *(self[f"{row.key}-{column}"] for column in columns))
            for row in self.sheet.rows
        ]

    def clean(self) -> dict[str, Any]:
        sent = {name for name in self.data if name.endswith("-volume")}
        if sent != {f"{row.key}-volume" for row in self.sheet.rows}:
            raise forms.ValidationError(_ROWS_CHANGED)
        for row in self.sheet.rows:
            self._check_row(row)
        return self.cleaned_data

    def _check_row(self, row: VolumeRow) -> None:
        given = self._given(row)
        if "volume" not in given or "method" not in given:
            return
        if given["volume"] is None and any(given.get(column) is not None for column in _PRINTED):
            self.add_error(f"{row.key}-volume", "Впишите объём или очистите всю строку.")
        elif given["volume"] is not None and not given["method"]:
            self.add_error(f"{row.key}-method", "Выберите способ.")

    def _given(self, row: VolumeRow) -> dict[str, Any]:
        """The sound values of a row by column."""
        names = {f"{row.key}-{column}": column for column in ("method", *self.QUANTITIES)}
        return {names[name]: self.cleaned_data[name] for name in names if name in self.cleaned_data}

    def volumes(self) -> list[EnteredVolume]:
        """Call it on a valid form."""
        given = [(row, self._given(row)) for row in self.sheet.rows]
        return [
            EnteredVolume(service=row.service, zone=row.zone, **columns)
            for row, columns in given
            if columns["volume"] is not None
        ]

    def refuse_metered(self, services: Iterable[Service]) -> None:
        """Tell it at every row that gives a volume of these services."""
        metered = {service.pk for service in services}
        for row in self.sheet.rows:
            name = f"{row.key}-volume"
            if row.service.pk in metered and self.cleaned_data.get(name) is not None:
                self.add_error(name, _METERED)


_PRINTED = ("meter_reading", "premises_volume")


def filled_from_before(sheet: VolumeSheet, typed: Mapping[str, str]) -> dict[str, Any]:
    """
    Initial values: the month before in rows where nothing is typed, what was typed elsewhere.

    Rows a house meter counts stay empty: a volume would be refused there.
    """
    values: dict[str, Any] = {}
    for row in sheet.rows:
        written = {
            column: typed.get(f"{row.key}-{column}", "") for column in VolumesForm.QUANTITIES
        }
        columns: dict[str, Any] = written | {"method": typed.get(f"{row.key}-method", "")}
        is_empty = not any(text.strip() for text in written.values())
        if row.before and row.metered is None and is_empty:
            columns = {column: getattr(row.before, column) for column in columns}
        values |= {f"{row.key}-{column}": value for column, value in columns.items()}
    return values
