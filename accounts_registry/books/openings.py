"""Opening balances of many accounts from a file: looked at first, then written all together."""

import base64
import binascii
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.books.forms import OrderForm
from accounts_registry.books.opening_file import HEAD, openings_in
from accounts_registry.books.rights import KEEP_BOOKS, user_of
from accounts_registry.ledger.openings import CheckedOpenings, check_openings
from accounts_registry.ledger.operations import Order, enter_openings
from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import shell_context
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.permissions import require

PROBLEMS_SHOWN = 200


class OpeningsForm(OrderForm):
    """The file comes as an upload, and on the page that shows it, as text inside the form."""

    organisation = forms.ModelChoiceField(
        label="Организация", queryset=Organisation.objects.none(), empty_label=None
    )
    file = forms.FileField(label="Файл XLSX", required=False)
    content = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ["organisation", "file", "on"]

    def __init__(self, *args: Any, organisations: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organisations

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file = data.get("file")
        if isinstance(file, UploadedFile):
            data["bytes"] = file.read()
        else:
            try:
                data["bytes"] = base64.b64decode(data.get("content", ""), validate=True)
            except (binascii.Error, ValueError):
                data["bytes"] = b""
        if not data["bytes"]:
            self.add_error("file", "Выберите файл с остатками.")
        return data


@require_http_methods(["GET", "POST"])
@require(KEEP_BOOKS)
def openings(request: HttpRequest) -> HttpResponse:
    """Ask for the file; say what it holds and what is wrong, by row; write it all, confirmed."""
    form = OpeningsForm(
        request.POST or None,
        request.FILES or None,
        today=clock.business_day(),
        organisations=organisations_of(request.user, KEEP_BOOKS).order_by("name"),
    )
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        return _looked_at(request, form)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=422)


@require_GET
@require(KEEP_BOOKS)
def openings_sample(request: HttpRequest) -> HttpResponse:
    """An empty file with the columns and two rows that show how they are filled."""
    organisation = get_object_or_404(organisations_of(request.user, KEEP_BOOKS)[:1])
    numbers = list(organisation.accounts.values_list("number", flat=True)[:2])
    month = f"{clock.business_day():%m.%Y}"
    rows = [
        (number, "", month, amount, None)
        for number, amount in zip(numbers, (100, -50), strict=False)
    ]
    return xlsx_answer("Остатки", HEAD, rows, name="ostatki.xlsx")


def _looked_at(request: HttpRequest, form: OpeningsForm) -> HttpResponse:
    data = form.cleaned_data
    rows = openings_in(data["bytes"], basis=data["basis"])
    checked = check_openings(data["organisation"], rows)
    if checked.problems or request.POST.get("step") != "confirmed":
        content = base64.b64encode(data["bytes"]).decode()
        status = 422 if checked.problems else 200
        return _page(request, form, checked=checked, content=content, status=status)
    enter_openings(
        organisation=data["organisation"],
        openings=checked.to_post,
        order=Order(
            key=data["key"],
            on=data["on"],
            basis=data["basis"],
            reason=data["reason"],
            by=user_of(request),
            at=timezone.now(),
            today=clock.business_day(),
        ),
    )
    messages.success(request, f"Остатки введены: строк {len(checked.to_post)}.")
    return redirect("ledger:operations")


def _page(
    request: HttpRequest,
    form: OpeningsForm,
    *,
    checked: CheckedOpenings | None = None,
    content: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        **shell_context(None),
        "section": "payments",
        "form": form,
        "head": HEAD,
        "checked": checked,
        "problems": checked.problems[:PROBLEMS_SHOWN] if checked else [],
        "content": content,
    }
    return render(request, "ledger/openings.html", context, status=status)
