"""«Учётные записи электронной почты»: the list and the card."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.queries import organisations_of
from mailing.forms import MailAccountForm, with_standard_ports
from mailing.models import MailAccount
from mailing.queries import mail_accounts_of
from mailing.services import CheckStep, check_account, save_account
from zhkh.kernel.refusal import Refusal
from zhkh.web.permissions import require

VIEW = "mailing.view_mailaccount"
CHANGE = "mailing.change_mailaccount"


@require_GET
@require(VIEW)
def account_list(request: HttpRequest) -> HttpResponse:
    context = {
        "section": "service",
        "accounts": mail_accounts_of(request.user),
        "organisations": organisations_of(request.user, CHANGE),
    }
    return render(request, "mailing/account_list.html", context)


@require_http_methods(["GET", "POST"])
@require(CHANGE)
def new_account(request: HttpRequest) -> HttpResponse:
    ours = organisations_of(request.user, CHANGE)
    asked = request.GET.get("organisation", "")
    named = asked.isdecimal()
    organisation = get_object_or_404(ours, pk=int(asked[:18])) if named else ours.first()
    if organisation is None:
        raise Http404
    fresh = MailAccount(organisation=organisation, smtp_host="127.0.0.1")
    return _card(request, fresh, may_change=True)


@require_http_methods(["GET", "POST"])
@require(VIEW)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(mail_accounts_of(request.user), pk=pk)
    may_change = mail_accounts_of(request.user, CHANGE).filter(pk=pk).exists()
    if request.method == "POST" and not may_change:
        raise Http404
    return _card(request, shown, may_change=may_change)


def _card(request: HttpRequest, shown: MailAccount, *, may_change: bool) -> HttpResponse:
    if request.method == "GET":
        form = MailAccountForm(instance=shown)
        return _page(request, form, may_change=may_change)
    action = request.POST.get("action", "save")
    if action == "ports":
        initial = with_standard_ports(request.POST)
        return _page(request, MailAccountForm(instance=shown, initial=initial), may_change=True)
    form = MailAccountForm(request.POST, instance=shown)
    if not form.is_valid():
        return _page(request, form, may_change=True, status=422)
    password = form.cleaned_data["password"]
    saved = save_account(account=form.save(commit=False), password=password)
    if action == "check":
        return _checked(request, saved, password)
    messages.success(request, f"Учётная запись «{saved}» записана.")
    if action == "close":
        return redirect("mailing:account-list")
    return redirect("mailing:account", saved.pk)


def _checked(request: HttpRequest, saved: MailAccount, password: str) -> HttpResponse:
    """Recorded, then tried: the form stays open with what each step found."""
    try:
        steps = check_account(account=saved, password=password, at=timezone.now())
    except Refusal as refusal:
        steps = [CheckStep("Пароль", passed=False, sentence=str(refusal))]
    saved.refresh_from_db()
    return _page(request, MailAccountForm(instance=saved), may_change=True, steps=steps)


def _page(
    request: HttpRequest,
    form: MailAccountForm,
    *,
    may_change: bool,
    steps: list[CheckStep] | None = None,
    status: int = 200,
) -> HttpResponse:
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "section": "service",
        "shell_organisation": form.instance.organisation.name,
        "account": form.instance,
        "form": form,
        "steps": steps,
        "passed": bool(steps) and all(step.passed for step in steps or []),
        "may_change": may_change,
    }
    return render(request, "mailing/account.html", context, status=status)
