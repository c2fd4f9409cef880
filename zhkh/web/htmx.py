"""Answers to htmx: a whole page or only its changing part."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django_htmx.http import reswap, retarget

from zhkh.web.forms import SignInForm


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asked for a fragment, not for a page put back by the Back button."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in headers


def page_or_part(
    request: HttpRequest,
    template: str,
    part: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    """The page, or for htmx only `{% partialdef part %}` of its template."""
    name = f"{template}#{part}" if is_htmx(request) else template
    return render(request, name, context, status=status)


def error_toast(sentence: str, status: int) -> HttpResponse:
    """The sentence in the corner of the page; what the request wanted to replace stays."""
    text = render_to_string("components/toast.html", {"kind": "bad", "text": sentence})
    return reswap(retarget(HttpResponse(text, status=status), "#toasts"), "beforeend")


def login_dialog(request: HttpRequest, form: AuthenticationForm | None = None) -> HttpResponse:
    """A login form over the page: the session ended, what was typed stays (status 401)."""
    context = {"form": form or SignInForm(request)}
    answer = render(request, "registration/login_dialog.html", context, status=401)
    return reswap(retarget(answer, "#dialogs"), "innerHTML")
