"""Every component on three pages, for looking at them; routed only in development."""

import dataclasses
import datetime as dt
import re
from decimal import Decimal

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.views.decorators.http import require_GET

from zhkh.kernel.period import Period
from zhkh.web.context import Shell
from zhkh.web.models import User
from zhkh.web.sections import SECTIONS, TILL_MENU, Link, TillLink
from zhkh.web.till import TillBar


class SampleShell(Shell):
    """All sections, whoever looks."""

    @cached_property
    def sections(self) -> list[Link]:
        return [Link(entry.key, entry.label, entry.icon, "#") for entry in SECTIONS]

    @cached_property
    def till_menu(self) -> list[TillLink]:
        return [
            TillLink(url_name.partition(":")[2], label, key, "#")
            for key, label, url_name in TILL_MENU
        ]

    @cached_property
    def search_url(self) -> str:
        return "#"


class SampleForm(forms.Form):
    number = forms.CharField(label="Номер", initial="000000001001")
    delivery = forms.ChoiceField(
        label="Способ доставки",
        choices=[("paper", "На бумаге"), ("email", "По электронной почте")],
        initial="email",
    )
    email = forms.EmailField(
        label="Электронная почта", help_text="Без способа «По электронной почте» письмо не уйдёт."
    )
    opened_on = forms.DateField(label="Открыт", required=False, initial=dt.date(2012, 10, 1))
    kind = forms.ChoiceField(
        label="Корректировка",
        widget=forms.RadioSelect,
        choices=[("on", "Разрешена"), ("off", "Запрещена")],
        initial="on",
        required=False,
    )
    remember = forms.BooleanField(label="Запомнить пароль", required=False, initial=True)
    remark = forms.CharField(label="Примечание", widget=forms.Textarea, required=False)


@dataclasses.dataclass(frozen=True)
class Row:
    number: str
    payer: str
    flat: str
    amount: Decimal
    kind: str
    state: str


ROWS = (
    Row(
        "000000001001",
        "Лермонтов Михаил Николаевич",
        "кв. 1",
        Decimal("2447.90"),
        "ok",
        "отправлен",
    ),
    Row("000000001002", "Фет Афанасий Афанасьевич", "кв. 2", Decimal("2640.18"), "bad", "ошибка"),
    Row("000000001003", "Тютчев Фёдор Иванович", "кв. 3", Decimal("-185.2"), "none", "на бумаге"),
    Row(
        "000000001004", "Некрасов Николай Алексеевич", "кв. 4", Decimal(5204), "warn", "нет адреса"
    ),
)


@require_GET
def office(request: HttpRequest) -> HttpResponse:
    sprite = (settings.BASE_DIR / "static/icons.svg").read_text()
    context = {
        "section": "accounts",
        "form": SampleForm(),
        "wrong": SampleForm({"number": "", "delivery": "email", "email": "lermontov_mn@mail"}),
        "icons": re.findall(r'id="([a-z-]+)"', sprite),
        "page": Paginator(range(214), 50).page(2),
    }
    return render(request, "web/gallery.html", _office_frame(request) | context)


@require_GET
def split(request: HttpRequest) -> HttpResponse:
    context = _office_frame(request) | {"section": "documents"}
    return render(request, "web/gallery_split.html", context)


@require_GET
def till(request: HttpRequest) -> HttpResponse:
    context = {
        "shell": SampleShell(request),
        "user": _sample_user(),
        "till_section": "find",
        "till": TillBar(
            cashier="Ковальчук О. П.",
            place="АО «Приморский банк», касса № 3 · смена с 08:30",
            opens=dt.time(8, 30),
            closes=dt.time(17),
            now=dt.datetime(2013, 7, 24, 11, 42, 8, tzinfo=dt.UTC),
        ),
    }
    return render(request, "web/gallery_till.html", context)


def _office_frame(request: HttpRequest) -> dict[str, object]:
    return {
        "shell": SampleShell(request),
        "user": _sample_user(),
        "shell_period": Period(2013, 7),
        "shell_organisation": "УК «Тихий океан»",
        "shell_runs": [{"title": "Рассылка", "percent": 63, "url": "#"}],
        "rows": ROWS,
        "total": sum(row.amount for row in ROWS),
    }


def _sample_user() -> User:
    return User(
        username="leontieva", first_name="Ирина", patronymic="Сергеевна", last_name="Леонтьева"
    )
