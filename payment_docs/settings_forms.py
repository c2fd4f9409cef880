"""How documents are printed, and whom they pay: what people type about it."""

import struct
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts_registry.forms import MonthField
from accounts_registry.models import House, Organisation, Payee
from accounts_registry.requisites import BankRequisites, mistakes
from payment_docs.models import CurrencyChoice, DocumentSetting, FormChoice, LanguageChoice
from payment_docs.models.settings import HEAVIEST_LOGO, LONGEST_NOTICE
from payment_docs.problems import markup_in, piled_up_marks
from zhkh import pdf

_PNG = b"\x89PNG\r\n\x1a\n"
_WIDEST_LOGO = 2000  # points of a side
_SIGNATURES = [("", "не нужны"), (1, "одна подпись"), (2, "две подписи разных людей")]


class NoticeField(forms.CharField):
    """Plain text for paper: no markup, nothing the font cannot draw."""

    def __init__(self, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 4})
        super().__init__(
            label="Уведомление",
            max_length=LONGEST_NOTICE,
            required=False,
            widget=widget,
            help_text="печатается внизу каждого документа; только текст",
            **options,
        )

    def clean(self, value: Any) -> str:
        text = "\n".join(super().clean(value).splitlines())
        if tag := markup_in(text):
            raise forms.ValidationError(f"Печатается только текст: уберите разметку «{tag[:30]}».")
        if piled_up_marks(text):
            raise forms.ValidationError("Слишком много надстрочных знаков на одной букве.")
        if unknown := pdf.letters_without_glyph(text):
            raise forms.ValidationError(
                f"Знака «{unknown[0]}» нет в шрифте документа: уберите его."
            )
        return text


class DocumentSettingForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    since = MonthField(label="Начиная с документов за месяц")
    notice = NoticeField()
    signatures = forms.TypedChoiceField(
        label="Подписи перед выпуском",
        choices=_SIGNATURES,
        coerce=int,
        empty_value="0",
        required=False,
    )
    new_logo = forms.FileField(
        label="Логотип", required=False, help_text="PNG до 200 КБ, печатается высотой 12 мм"
    )
    without_logo = forms.BooleanField(label="Убрать логотип", required=False)

    field_order = ("since", "form", "grouping", "language", "currency", "variant")

    class Meta:
        model = DocumentSetting
        fields = ("form", "grouping", "language", "currency", "variant", "keeps_pdf", "notice")

    def clean_new_logo(self) -> bytes:
        uploaded = self.cleaned_data.get("new_logo")
        if not isinstance(uploaded, UploadedFile):
            return b""
        if uploaded.size is None or uploaded.size > HEAVIEST_LOGO:
            raise forms.ValidationError("Логотип тяжелее 200 КБ: уменьшите картинку.")
        content: bytes = uploaded.read()
        if not is_sound_png(content):
            raise forms.ValidationError(
                f"Логотип — картинка PNG не больше {_WIDEST_LOGO} точек по стороне."
            )
        return content

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_russian = data.get("language") == LanguageChoice.RUSSIAN
        in_roubles = data.get("currency") == CurrencyChoice.ROUBLE
        if data.get("form") == FormChoice.ORDER_43 and not (is_russian and in_roubles):
            self.add_error("form", "Форма № 43/пр печатается по-русски и в рублях.")
        return data

    def values(self) -> dict[str, Any]:
        """Columns of the decision but the logo."""
        names = (*DocumentSettingForm.Meta.fields, "signatures")
        values = {name: self.cleaned_data[name] for name in names}
        return {**values, "signatures": int(values["signatures"])}


class HouseNoticeForm(forms.Form):
    house = forms.ModelChoiceField(label="Дом", queryset=House.objects.none())
    since = MonthField(label="Начиная с документов за месяц")
    text = NoticeField()

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        houses = self.fields["house"]
        assert isinstance(houses, forms.ModelChoiceField)
        houses.queryset = House.objects.filter(organisation=organisation)


class RequisitesForm(forms.Form):
    """Requisites of the organisation or a payee; each mistake stands at its field."""

    name = forms.CharField(label="Наименование", max_length=160)
    inn = forms.CharField(label="ИНН", max_length=12, required=False)
    kpp = forms.CharField(label="КПП", max_length=9, required=False)
    bank_account = forms.CharField(label="Расчётный счёт", max_length=29, required=False)
    bank_name = forms.CharField(label="Банк", max_length=200, required=False)
    bic = forms.CharField(label="БИК", max_length=9, required=False)
    correspondent_account = forms.CharField(
        label="Корреспондентский счёт", max_length=20, required=False
    )

    def __init__(self, owner: Organisation | Payee, typed: Any = None) -> None:
        initial = {name: getattr(owner, name) for name in self.base_fields}
        super().__init__(typed, initial=initial)
        self._owner = owner

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        found = mistakes(
            BankRequisites(
                inn=data.get("inn", ""),
                kpp=data.get("kpp", ""),
                account=data.get("bank_account", ""),
                bank=data.get("bank_name", ""),
                bic=data.get("bic", ""),
                correspondent_account=data.get("correspondent_account", ""),
            )
        )
        for field, sentence in found.items():
            self.add_error("bank_account" if field == "account" else field, sentence)
        if "name" in data and self._is_taken(data["name"]):
            self.add_error("name", "Такое наименование уже есть: выберите другое.")
        return data

    def _is_taken(self, name: str) -> bool:
        owner = self._owner
        if isinstance(owner, Payee):
            rows = Payee.objects.filter(organisation=owner.organisation, name=name)
            return rows.exclude(pk=owner.pk).exists()
        return Organisation.objects.filter(name=name).exclude(pk=owner.pk).exists()


def is_sound_png(content: bytes) -> bool:
    """A PNG with sides that can be printed."""
    if not content.startswith(_PNG) or len(content) < 33 or content[12:16] != b"IHDR":
        return False
    width, height = struct.unpack(">II", content[16:24])
    if not (0 < width <= _WIDEST_LOGO and 0 < height <= _WIDEST_LOGO):
        return False
    return pdf.is_picture(content)
