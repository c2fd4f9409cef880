"""Pages of the shell itself: signing in and out, the start page, language, server time."""

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from zhkh.web.forms import SignInForm
from zhkh.web.htmx import is_htmx, login_dialog
from zhkh.web.models import Language, User
from zhkh.web.permissions import signed_in
from zhkh.web.roles import Role
from zhkh.web.sections import url_or_none, visible_sections

_YEAR_IN_SECONDS = 365 * 24 * 3600


class LoginView(auth_views.LoginView):
    """Two faces of one login: the office and the counter (`face="till"`)."""

    face = "erp"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    next_page = "web:home"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        at_till = self.face == "till" or self.get_redirect_url().startswith("/kassa/")
        return super().get_context_data(face="till" if at_till else "erp", **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        answer = super().form_valid(form)
        return _signed_in_again(self.request) if is_htmx(self.request) else answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        if is_htmx(self.request):
            return login_dialog(self.request, form)
        answer = super().form_invalid(form)
        answer.status_code = 422
        return answer


class LogoutView(auth_views.LogoutView):
    next_page = "web:login"


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The place where the user's day begins, or the list of sections when none is usual."""
    user = request.user
    assert isinstance(user, User)
    sections = visible_sections(user)
    desk = url_or_none("cashdesk:find")
    if desk and user.groups.filter(name=Role.CASHIER).exists():
        return redirect(desk)
    accounts = [link.url for link in sections if link.key == "accounts"]
    if accounts:
        return redirect(accounts[0])
    return render(request, "web/home.html", {"sections": sections})


@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in the profile; for a guest, in a cookie."""
    language = request.POST.get("language", "")
    answer = HttpResponseRedirect(_safe_next(request))
    if language not in Language.values:
        return answer
    if isinstance(request.user, User):
        request.user.language = language
        request.user.save(update_fields=["language"])
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=_YEAR_IN_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return answer


@require_GET
@never_cache
def server_time(request: HttpRequest) -> JsonResponse:
    """The till trusts this clock, never its own: local "HH:MM:SS"."""
    del request
    return JsonResponse({"local": f"{timezone.localtime():%H:%M:%S}"})


def _signed_in_again(request: HttpRequest) -> HttpResponse:
    """Closes the dialog; forms on the page get the new CSRF token and go on."""
    answer = HttpResponse(status=204)
    return trigger_client_event(answer, "signed-in", {"token": get_token(request)})


def _safe_next(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return address
    return reverse("web:home")
