"""Forms of the post: the account's card, the question before sending."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from accounts_registry.models import Organisation
from mailing.models import MailAccount
from mailing.queries import sending_accounts
from zhkh.kernel.period import Period

_MISMATCH = "Пароль и подтверждение не совпали: введите оба ещё раз."
_SMTP_PORTS = {"plain": 25, "tls": 465, "starttls": 587}
_POP3_PORTS = {"plain": 110, "tls": 995}


if TYPE_CHECKING:
    _MailAccountModelForm = forms.ModelForm[MailAccount]
else:
    _MailAccountModelForm = forms.ModelForm  # generic only for the type checker


class SecretField(forms.CharField):
    """A password that is typed and never shown back."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(widget=widget, strip=False, required=False, **options)


class MailAccountForm(_MailAccountModelForm):
    password = SecretField(
        label="Пароль", help_text="Записанный пароль не показывается; пусто — оставить прежний."
    )

    class Meta:
        model = MailAccount
        fields = [
            "name",
            "sender_name",
            "address",
            "username",
            "remember_password",
            "pop3_host",
            "pop3_port",
            "pop3_secure",
            "smtp_host",
            "smtp_port",
            "smtp_secure",
            "smtp_starttls",
            "same_as_incoming",
            "use_for_sending",
            "use_for_receiving",
            "per_minute",
            "per_hour",
            "per_day",
        ]
        widgets = {"username": forms.TextInput(attrs={"autocomplete": "username"})}
        help_texts = {
            "smtp_host": "С туннелем — 127.0.0.1: письма и пароль идут к нему, он защищает их сам.",
            "same_as_incoming": "Вход на SMTP с теми же пользователем и паролем;"
            " без флажка — без входа.",
            "smtp_starttls": "Для порта 587: защита включается командой после соединения.",
            "remember_password": "Без флажка пароль спрашивают перед каждой рассылкой.",
            "per_day": "Пусто — без предела. Предел почты Яндекса — 500 писем в сутки.",
        }

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        others = MailAccount.objects.filter(
            organisation_id=self.instance.organisation_id, name=name
        )
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(
                f"Учётная запись «{name}» уже есть: дайте другое наименование."
            )
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("use_for_receiving") and not cleaned.get("pop3_host"):
            self.add_error(
                "pop3_host", "Для получения укажите сервер входящей почты или снимите флажок."
            )
        return cleaned


def with_standard_ports(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed on the card with the usual ports for the chosen protection."""
    fields = MailAccountForm.base_fields
    kept = {
        name: field.widget.value_from_datadict(typed, {}, name) for name, field in fields.items()
    }
    smtp = "plain" if not kept["smtp_secure"] else "starttls" if kept["smtp_starttls"] else "tls"
    pop3 = "tls" if kept["pop3_secure"] else "plain"
    return {
        **kept,
        "password": "",
        "smtp_port": _SMTP_PORTS[smtp],
        "pop3_port": _POP3_PORTS[pop3],
    }


class PeriodField(forms.CharField):
    """«2013-07» as `Period`."""

    def clean(self, value: Any) -> Any:
        try:
            return Period.parse(super().clean(value))
        except ValueError:
            raise forms.ValidationError("Период пишется так: 2013-07.") from None


class NumbersField(forms.CharField):
    """«1,2,3»: ids of personal accounts; nothing means all."""

    def clean(self, value: Any) -> Any:
        words = [word for word in super().clean(value).split(",") if word.strip()]
        if not all(word.strip().isdecimal() and len(word) < 19 for word in words):
            raise forms.ValidationError("Неверный список лицевых счетов: выберите их заново.")
        return [int(word) for word in words] or None


class PasswordTwice(forms.Form):
    """The password and once more, as the source document asks."""

    password = SecretField(label="Пароль учётной записи почты")
    password_again = SecretField(label="Подтверждение пароля")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("password") != cleaned.get("password_again"):
            self.add_error("password_again", _MISMATCH)
        elif self.asks_password() and not cleaned.get("password"):
            self.add_error("password", "Введите пароль: учётная запись его не помнит.")
        return cleaned

    def asks_password(self) -> bool:
        return True


class SendForm(PasswordTwice):
    """The question before sending; `key` makes a double click one batch."""

    organisation = forms.IntegerField(widget=forms.HiddenInput)
    period = PeriodField(widget=forms.HiddenInput)
    accounts = NumbersField(widget=forms.HiddenInput, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)
    mail_account = forms.ModelChoiceField(
        label="Учётная запись", queryset=MailAccount.objects.none(), empty_label=None
    )

    def __init__(self, organisation: Organisation, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["mail_account"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = sending_accounts(organisation)

    def asks_password(self) -> bool:
        account = self.cleaned_data.get("mail_account")
        return isinstance(account, MailAccount) and account.asks_password

    @classmethod
    def fresh(
        cls, organisation: Organisation, period: Period, account_ids: list[int] | None
    ) -> "SendForm":
        first = sending_accounts(organisation).first()
        return cls(
            organisation,
            initial={
                "organisation": organisation.pk,
                "period": str(period),
                "accounts": ",".join(map(str, account_ids or [])),
                "key": uuid.uuid4(),
                "mail_account": first,
            },
        )
