"""The form of a service: what is typed of it, with what the reference books propose today."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts_registry.forms import QuantityField
from accounts_registry.models import (
    ChargeKind,
    Organisation,
    Payee,
    Service,
    ServiceGroup,
    UpliftKind,
)
from accounts_registry.reference_data import uplifts_within, vat_on
from charges.loading import book_of_today
from charges.prices.service_card import ServiceFields
from zhkh.kernel.quantity import format_quantity

_PLAIN = (
    "code", "name", "unit", "group", "charge", "position", "payee", "vat_by_book", "has_uplift",
    "uplift_kind", "has_absence", "is_capital_repair", "common_of",
)  # fmt: skip
_LISTS = ("sources", "minus")
_COMMON = (ChargeKind.METERED, ChargeKind.HOT_WATER_TWO_PART, ChargeKind.DRAINAGE)


class ServiceForm(forms.Form):
    """A service of the catalogue."""

    code = forms.SlugField(
        label="Код",
        max_length=50,
        error_messages={"invalid": "Код — латинские буквы, цифры, дефис и подчёркивание."},
    )
    name = forms.CharField(label="Наименование", max_length=200)
    unit = forms.CharField(label="Единица", max_length=20, required=False)
    group = forms.ChoiceField(label="Раздел", choices=ServiceGroup.choices)
    charge = forms.ChoiceField(
        label="Способ начисления",
        choices=[one for one in ChargeKind.choices if one[0] != ChargeKind.NONE],
    )
    position = forms.IntegerField(label="Порядок", min_value=0, max_value=9999)
    payee = forms.ModelChoiceField(
        label="Получатель", queryset=Payee.objects.none(), required=False, empty_label="не указан"
    )
    vat_by_book = forms.BooleanField(label="НДС по справочнику", required=False)
    vat_percent = QuantityField(
        label="Своя ставка НДС, %",
        places=2,
        digits=5,
        max_value=100,
        required=False,
        help_text="с нежилых помещений; пусто — без НДС или по справочнику",
    )
    has_uplift = forms.BooleanField(label="Повышающий коэффициент", required=False)
    uplift_kind = forms.ChoiceField(label="Его значение", required=False)
    has_absence = forms.BooleanField(
        label="Возвращается отсутствующим",
        required=False,
        help_text="только начисление на человека: обращение с ТКО (п. 148(44) Правил № 354)",
    )
    is_capital_repair = forms.BooleanField(
        label="Взнос на капитальный ремонт",
        required=False,
        help_text="пени по ч. 14.1 ст. 155 ЖК РФ, отдельно от других услуг",
    )
    sources = forms.ModelMultipleChoiceField(
        label="Отводит объёмы", queryset=Service.objects.none(), required=False
    )
    minus = forms.ModelMultipleChoiceField(
        label="Вычитаются объёмы",
        queryset=Service.objects.none(),
        required=False,
        help_text="из объёма общедомового прибора: горячая вода, которую готовят из этой",
    )
    common_of = forms.ModelChoiceField(
        label="Ресурс на общее имущество",
        queryset=Service.objects.none(),
        required=False,
        empty_label="нет: обычная услуга",
        help_text="общедомовой объём выбранной услуги начисляется здесь, а не в её строке",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        organisation: Organisation,
        shown: Service | None,
        on: dt.date,
        **more: Any,
    ) -> None:
        more["initial"] = _initial(shown) if shown else {"position": 0}
        super().__init__(*args, **more)
        others = organisation.services.exclude(code="")
        if shown is not None:
            others = others.exclude(pk=shown.pk)
        self._offer("payee", Payee.objects.filter(organisation=organisation))
        self._offer("sources", others.exclude(charge=ChargeKind.DRAINAGE))
        self._offer("minus", others.filter(charge__in=_COMMON[:2]))
        self._offer("common_of", others.filter(charge__in=_COMMON))
        self._propose(organisation, on)

    def service_fields(self) -> ServiceFields:
        """Call it on a valid form."""
        typed = self.cleaned_data
        percent = typed["vat_percent"]
        plain: dict[str, Any] = {name: typed[name] for name in _PLAIN}
        lists: dict[str, Any] = {name: list(typed[name]) for name in _LISTS}
        rate = None if not percent else Decimal(percent) / 100
        return ServiceFields(**plain, **lists, vat_rate=rate)

    def digest(self) -> str:
        """Of what was typed: the preview somebody saw is the one that is written."""
        return hashlib.sha256(str(self.service_fields()).encode()).hexdigest()

    @property
    def was_seen(self) -> bool:
        return bool(self.cleaned_data.get("seen")) and self.cleaned_data["seen"] == self.digest()

    def _offer(self, name: str, rows: "QuerySet[Any]") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def _propose(self, organisation: Organisation, on: dt.date) -> None:
        """What the reference books say today, beside what it is chosen by."""
        book = book_of_today(organisation, on)
        rate = vat_on(book, on)
        self.fields["vat_by_book"].help_text = (
            f"сейчас {format_quantity(rate.value)} %, с {rate.since:%d.%m.%Y}: {rate.source}"
            if rate
            else "сейчас ставки в справочнике нет: впишите её на экране «Справочники → Ставки»"
        )
        kind = self.fields["uplift_kind"]
        assert isinstance(kind, forms.ChoiceField)
        tomorrow = on + dt.timedelta(days=1)
        kind.choices = [
            ("", "только свои значения из карточки услуги"),
            *(
                (one.value, _kind_words(one, uplifts_within(book, one, (on, tomorrow))))
                for one in UpliftKind
            ),
        ]


def _kind_words(kind: UpliftKind, held: list[Any]) -> str:
    now = f"сейчас × {format_quantity(held[0].value)}" if held else "сейчас нет"
    return f"по справочнику: {kind.label}, {now}"


def _initial(shown: Service) -> dict[str, Any]:
    sources: dict[str, list[int]] = {"from": [], "minus": [], "common": []}
    for role, pk in _source_rows(shown):
        sources[role].append(pk)
    return {name: getattr(shown, name) for name in _PLAIN if name != "common_of"} | {
        "vat_percent": None if shown.vat_rate is None else shown.vat_rate * 100,
        "sources": sources["from"],
        "minus": sources["minus"],
        "common_of": next(iter(sources["common"]), None),
    }


def _source_rows(shown: Service) -> Iterator[tuple[str, int]]:
    yield from shown.sources.values_list("role", "source_id")
