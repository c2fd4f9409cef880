"""The page of long work, asked again every two seconds until the work has ended."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRefresh

from zhkh.runs import services
from zhkh.runs.models import Run, RunState
from zhkh.web.htmx import is_htmx


def progress_answer(
    request: HttpRequest, run: Run | None, template: str, *, page: str, context: dict[str, Any]
) -> HttpResponse:
    """How far the run is; when it has ended, the page it stands on, shown anew."""
    if run is not None and run.state == RunState.WORKING:
        known = {"run": run, "progress": services.progress_of(run)}
        return render(request, template, context | known)
    return HttpResponseClientRefresh() if is_htmx(request) else redirect(page)
