"""The wizard: which houses, which posted months, one service or all."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts_registry.models import House, Organisation, Service
from charges.corrections.forms.fields import BasisForm
from charges.corrections.services.recount import Past
from zhkh.kernel.period import Period

MONTHS_SHOWN = 36


class RecountForm(BasisForm):
    """Months are ticked among the posted ones; no house named means all of them."""

    house = forms.ModelChoiceField(
        label="Дом", queryset=House.objects.none(), required=False, empty_label="Все дома"
    )
    service = forms.ModelChoiceField(
        label="Услуга", queryset=Service.objects.none(), required=False, empty_label="Все услуги"
    )
    months = forms.MultipleChoiceField(
        label="Месяцы",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Отметьте хотя бы один проведённый месяц."},
    )

    def __init__(
        self, *args: Any, organisation: Organisation, posted: Sequence[Period], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.organisation = organisation
        for name, rows in (
            ("house", House.objects.filter(organisation=organisation)),
            ("service", Service.objects.filter(organisation=organisation).exclude(code="")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        months = self.fields["months"]
        assert isinstance(months, forms.MultipleChoiceField)
        months.choices = [(str(period), period.title) for period in posted[:MONTHS_SHOWN]]
        self.order_fields(["house", "service", "months"])

    def past(self) -> Past:
        """Call it on a valid form."""
        typed = self.cleaned_data
        houses = (
            [typed["house"]]
            if typed["house"]
            else list(House.objects.filter(organisation=self.organisation).order_by("code"))
        )
        months = [Period.parse(month) for month in typed["months"]]
        return Past(houses, months, typed["service"])
