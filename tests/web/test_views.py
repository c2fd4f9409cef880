import datetime as dt
import json

import pytest
from django.test import Client
from django.utils import timezone

from zhkh.web.forms import SignInForm
from zhkh.web.models import User

PASSWORD = "verse-and-prose"


@pytest.fixture
def accountant(db: None) -> User:
    return User.objects.create_user("leontieva", password=PASSWORD, last_name="Леонтьева")


def test_guest_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=/")


def test_right_password_opens_the_start_page(client: Client, accountant: User) -> None:
    answer = client.post("/login/", {"username": "leontieva", "password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_login_returns_to_the_page_asked_for(client: Client, accountant: User) -> None:
    form = {"username": "leontieva", "password": PASSWORD, "next": "/accounts/7/"}

    assert client.post("/login/", form).headers["Location"] == "/accounts/7/"


def test_wrong_password_is_refused_in_words(client: Client, accountant: User) -> None:
    answer = client.post("/login/", {"username": "leontieva", "password": "guess"})

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [SignInForm.error_messages["invalid_login"]]


@pytest.mark.parametrize(
    ("address", "face"),
    [("/login/", "erp"), ("/kassa/login/", "till"), ("/login/?next=/kassa/find/", "till")],
)
def test_login_has_the_face_of_the_place(client: Client, address: str, face: str) -> None:
    assert client.get(address).context["face"] == face


def test_session_end_opens_a_dialog_over_the_page(client: Client) -> None:
    answer = client.get("/", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#dialogs"


def test_sign_in_from_the_dialog_hands_a_fresh_token(client: Client, accountant: User) -> None:
    form = {"username": "leontieva", "password": PASSWORD}
    answer = client.post("/login/", form, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (204, b"")
    event = json.loads(answer.headers["HX-Trigger"])
    assert {name: list(detail) for name, detail in event.items()} == {"signed-in": ["token"]}


def test_wrong_password_in_the_dialog_stays_in_the_dialog(client: Client, accountant: User) -> None:
    form = {"username": "leontieva", "password": "guess"}
    answer = client.post("/login/", form, headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (401, "#dialogs")


def test_logout_is_a_post_and_leads_to_login(client: Client, accountant: User) -> None:
    client.force_login(accountant)

    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/").headers["Location"] == "/login/?next=/"


def test_user_without_roles_is_told_what_to_do(client: Client, accountant: User) -> None:
    client.force_login(accountant)

    assert client.get("/").context["sections"] == []


def test_language_is_kept_in_the_profile(client: Client, accountant: User) -> None:
    client.force_login(accountant)

    answer = client.post("/language/", {"language": "uk", "next": "/time/"})

    accountant.refresh_from_db()
    assert (accountant.language, answer.headers["Location"]) == ("uk", "/time/")


def test_language_of_a_guest_is_kept_in_a_cookie(client: Client) -> None:
    client.post("/language/", {"language": "uk", "next": "/login/"})

    assert client.cookies["django_language"].value == "uk"


def test_unknown_language_changes_nothing(client: Client, accountant: User) -> None:
    client.force_login(accountant)

    client.post("/language/", {"language": "de", "next": "/"})

    accountant.refresh_from_db()
    assert accountant.language == "ru"
    assert "django_language" not in client.cookies


def test_language_switch_never_leads_to_another_site(client: Client) -> None:
    answer = client.post("/language/", {"language": "uk", "next": "//evil.example/"})

    assert answer.headers["Location"] == "/"


def test_server_time_is_local_and_never_cached(client: Client) -> None:
    before = timezone.localtime().replace(microsecond=0)
    answer = client.get("/time/")
    after = timezone.localtime()

    told = dt.time.fromisoformat(answer.json()["local"])
    moment = dt.datetime.combine(before.date(), told, tzinfo=before.tzinfo)
    assert before <= moment <= after or after.date() > before.date()
    assert answer.headers["Cache-Control"] == (
        "max-age=0, no-cache, no-store, must-revalidate, private"
    )


def test_gallery_is_not_routed_outside_development(client: Client) -> None:
    assert client.get("/gallery/").status_code == 404
