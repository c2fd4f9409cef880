"""
Who may open a page.

Rights are Django permissions given to the groups of `roles.Role`. What belongs to another
organisation or bank looks absent: every app filters its querysets, so a foreign id is a 404.
"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from zhkh.web.htmx import login_dialog

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

NOT_ALLOWED = (
    "Эта страница закрыта для вашей роли. Нужен доступ — попросите администратора добавить право."
)


def require(permission: str, sentence: str = NOT_ALLOWED) -> Callable[[View[P]], View[P]]:
    """
    Let in only users with the permission ("app.codename"); a guest goes to the login page.

    The refused see page 403 with the sentence; a guest's htmx request gets the login dialog.
    """

    def guard(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            if not request.user.has_perm(permission):
                raise PermissionDenied(sentence)
            return view(request, *args, **kwargs)

        return guarded

    return guard


def signed_in(view: View[P]) -> View[P]:
    """Let in every user of the program; a guest goes to the login page."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    return guarded


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return login_dialog(request)
    return redirect_to_login(request.get_full_path())
