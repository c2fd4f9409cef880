import re

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.html import strip_tags
from django_cotton import render_component

from accounts_registry.models import Organisation


class AddressForm(forms.Form):
    email = forms.EmailField(label="Электронная почта", help_text="Одна на счёт.")


def request(query: str = "") -> HttpRequest:
    made = RequestFactory().get(f"/accounts/?{query}")
    made.user = AnonymousUser()
    return made


def drawn(name: str, query: str = "", **values: object) -> str:
    return str(render_component(request(query), name, values))


def words(html: str) -> str:
    return " ".join(strip_tags(html).split())


def links(html: str) -> list[str]:
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(\?[^"]*)"', html)]


def test_field_shows_label_mark_and_help() -> None:
    html = drawn("field", field=AddressForm()["email"])

    assert words(html) == "Электронная почта * Одна на счёт."
    assert re.findall(r'(?:for|id)="([^"]+)"', html) == [
        "id_email",
        "id_email",
        "id_email_helptext",
    ]


def test_field_names_its_error_to_screen_readers() -> None:
    html = drawn("field", field=AddressForm({"email": "lermontov"})["email"])

    assert 'aria-invalid="true"' in html
    assert 'id="id_email_error"' in html


def test_form_errors_lead_to_their_fields() -> None:
    html = drawn("form-errors", form=AddressForm({"email": ""}))

    assert words(html) == (
        "Не записано. Исправьте отмеченное: Электронная почта: Обязательное поле."
    )
    assert re.findall(r'href="(#id[^"]+)"', html) == ["#id_email"]


def test_right_form_shows_no_errors() -> None:
    assert drawn("form-errors", form=AddressForm({"email": "fet@mail.ru"})).strip() == ""


def test_pager_keeps_the_filter_and_names_the_rows() -> None:
    html = drawn("pager", "q=fet&page=2", page=Paginator(range(214), 50).page(2))

    assert words(html) == "51–100 из 214"
    assert links(html) == ["?q=fet&page=1", "?q=fet&page=3"]


def test_one_page_needs_no_pager() -> None:
    assert drawn("pager", page=Paginator(range(3), 50).page(1)).strip() == ""


@pytest.mark.parametrize(
    ("current", "order", "link"),
    [
        ("", [], "?q=fet&sort=number"),
        ("number", ["ascending"], "?q=fet&sort=-number"),
        ("-number", ["descending"], "?q=fet&sort=number"),
    ],
)
def test_heading_turns_the_order(current: str, order: list[str], link: str) -> None:
    html = drawn("th", f"q=fet&page=3&sort={current}", sort="number", current=current)

    assert re.findall(r'aria-sort="(\w+)"', html) == order
    assert links(html) == [link]


def test_progress_has_two_parts_one_after_another() -> None:
    html = drawn("progress", total=200, done=100, failed=50, label="Отправлено")

    assert re.findall(r' (?:x|width|aria-valuenow)="([^"]+)"', html) == [
        "50",
        "50.00",
        "50.00",
        "25.00",
    ]


def test_button_with_an_address_is_a_link() -> None:
    assert re.findall(r"<(\w+)", drawn("btn", href="/accounts/")) == ["a"]


def test_button_does_not_submit_unless_told() -> None:
    assert re.findall(r'type="(\w+)"', drawn("btn")) == ["button"]


def test_key_of_a_button_is_shown_on_it() -> None:
    html = drawn("btn", key="F9", hint="Оплатить")

    assert re.findall(r'data-key(?:-label)?="([^"]+)"', html) == ["F9", "Оплатить"]
    assert words(html) == "F9"


def test_organisation_choice_stands_only_where_there_is_one() -> None:
    okean, neighbours = Organisation(pk=7, name="УК «Океан»"), Organisation(pk=8, name="ТСЖ")

    alone, both = (
        drawn("organisation_choice", organisations=known, chosen=neighbours)
        for known in ([neighbours], [okean, neighbours])
    )

    assert alone.strip() == ""
    assert words(both) == "Организация УК «Океан» ТСЖ Показать"
    assert re.findall(r'value="(\d)"\s+selected', both) == ["8"]
