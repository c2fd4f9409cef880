import dataclasses
from typing import cast

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from zhkh.web.models import User
from zhkh.web.permissions import NOT_ALLOWED, require, signed_in


@require("app.see")
def page(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponse(f"page {number}")


@require("app.see", "Счета ведёт бухгалтер.")
def guarded_in_words(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@signed_in
def everybodys(request: HttpRequest) -> HttpResponse:
    return HttpResponse("yours")


@dataclasses.dataclass(frozen=True)
class Clerk:
    """Has exactly the rights named."""

    rights: frozenset[str]
    is_authenticated = True

    def has_perm(self, permission: str) -> bool:
        return permission in self.rights


def request_of(user: Clerk | AnonymousUser) -> HttpRequest:
    request = RequestFactory().get("/page/7/")
    request.user = cast("User", user)
    return request


def clerk(*rights: str) -> Clerk:
    return Clerk(frozenset(rights))


def test_permitted_user_gets_the_page() -> None:
    answer = page(request_of(clerk("app.see")), 7)

    assert cast("HttpResponse", answer).content == b"page 7"


def test_user_without_the_right_is_told_so() -> None:
    with pytest.raises(PermissionDenied, match=NOT_ALLOWED):
        page(request_of(clerk("app.other")), 7)


def test_view_may_say_it_in_its_own_words() -> None:
    with pytest.raises(PermissionDenied, match="Счета ведёт бухгалтер"):
        guarded_in_words(request_of(clerk()))


def test_guest_goes_to_login_and_comes_back() -> None:
    answer = page(request_of(AnonymousUser()), 7)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/?next=/page/7/")


def test_every_user_may_open_what_needs_only_a_login() -> None:
    answer = everybodys(request_of(clerk()))

    assert cast("HttpResponse", answer).content == b"yours"
