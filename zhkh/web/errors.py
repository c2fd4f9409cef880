"""Pages for what went wrong; wired as handler403 … and CSRF_FAILURE_VIEW."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from zhkh.web.htmx import error_toast, is_htmx
from zhkh.web.permissions import NOT_ALLOWED

_BROKEN = "Ошибка программы: действие не выполнено. Повторите или сообщите администратору время."
_ABSENT = "Такой страницы нет: адрес неверен или запись удалена. Вернитесь к списку."
_STALE_FORM = (
    "Форма устарела: вы вошли заново или страница долго была открыта. "
    "Обновите страницу и повторите действие."
)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = str(exception) or NOT_ALLOWED
    if is_htmx(request):
        return error_toast(sentence, status=403)
    return render(request, "errors/403.html", {"sentence": sentence}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception  # Django's own words name paths and models: they are for developers
    if is_htmx(request):
        return error_toast(_ABSENT, status=404)
    return render(request, "errors/404.html", {"sentence": _ABSENT}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without context processors: the database may be what failed."""
    if is_htmx(request):
        return error_toast(_BROKEN, status=500)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason
    if is_htmx(request):
        return error_toast(_STALE_FORM, status=403)
    return render(request, "errors/csrf.html", {"sentence": _STALE_FORM}, status=403)
