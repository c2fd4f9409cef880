from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from zhkh.web import errors


def request(**headers: str) -> HttpRequest:
    made = RequestFactory().get("/", headers=headers)
    made.user = AnonymousUser()
    return made


def test_forbidden_page_shows_the_sentence() -> None:
    answer = errors.forbidden(request(), PermissionDenied("Счета ведёт бухгалтер."))

    assert answer.status_code == 403
    assert "<p>Счета ведёт бухгалтер.</p>" in answer.content.decode()


def test_forbidden_fragment_becomes_a_toast() -> None:
    answer = errors.forbidden(request(**{"HX-Request": "true"}), PermissionDenied("Нельзя."))

    assert answer.status_code == 403
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == ("#toasts", "beforeend")
    assert "<div>Нельзя.</div>" in answer.content.decode()


def test_not_found_page_names_no_model() -> None:
    answer = errors.not_found(request(), Http404("No PersonalAccount matches"))

    assert answer.status_code == 404
    assert "PersonalAccount" not in answer.content.decode()


def test_not_found_fragment_becomes_a_toast() -> None:
    answer = errors.not_found(request(**{"HX-Request": "true"}), Http404())

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (404, "#toasts")


def test_broken_program_still_answers() -> None:
    answer = errors.server_error(request())

    assert answer.status_code == 500
    assert "<h1>Ошибка программы</h1>" in answer.content.decode()


def test_broken_fragment_becomes_a_toast() -> None:
    answer = errors.server_error(request(**{"HX-Request": "true"}))

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (500, "#toasts")


def test_stale_form_is_explained() -> None:
    answer = errors.csrf_failure(request(), reason="CSRF token missing.")

    assert answer.status_code == 403
    assert "<p>Форма устарела: вы вошли заново" in answer.content.decode()


def test_stale_fragment_becomes_a_toast() -> None:
    answer = errors.csrf_failure(request(**{"HX-Request": "true"}))

    assert (answer.status_code, answer.headers["HX-Retarget"]) == (403, "#toasts")
