import pytest
from django.test import Client

from zhkh.web.models import User


def test_every_page_forbids_foreign_and_inline_code(client: Client) -> None:
    answer = client.get("/login/")

    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def test_guest_reads_russian(client: Client) -> None:
    assert client.get("/login/").headers["Content-Language"] == "ru"


def test_guest_keeps_the_language_chosen_before(client: Client) -> None:
    client.cookies["django_language"] = "uk"

    assert client.get("/login/").headers["Content-Language"] == "uk"


def test_unknown_language_of_a_cookie_is_ignored(client: Client) -> None:
    client.cookies["django_language"] = "../etc"

    assert client.get("/login/").headers["Content-Language"] == "ru"


@pytest.mark.django_db
def test_profile_wins_over_the_cookie(client: Client) -> None:
    client.force_login(User.objects.create_user("olena", language="uk"))
    client.cookies["django_language"] = "en"

    assert client.get("/").headers["Content-Language"] == "uk"
