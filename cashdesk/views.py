"""Pages of the cash desk and the two answers its script asks for."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts_registry.ledger.balances import last_payments
from cashdesk.auth import at_till
from cashdesk.forms import read_payment
from cashdesk.models import Cashier, Receipt
from cashdesk.queries import (
    account_at,
    bill_of,
    day_receipts,
    day_totals,
    find_accounts,
    last_receipt,
    paid_services,
    receipt_at,
    receipt_by_token,
)
from cashdesk.rules import CashdeskRefusal
from cashdesk.services import PageIsStale, TokenUsed, accept_payment, mark_printed
from zhkh.web import clock
from zhkh.web.till import TillBar

_PRINT_AFTER_MS = 2000  # the source document's delay before the print dialog
_HIGHEST_ID = 2**63 - 1


@require_GET
@never_cache
@at_till
def find(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """One box for a number, an address or a surname; exactly one hit opens its bill."""
    typed = request.GET.get("q", "")
    found = find_accounts(cashier.till.bank, typed)
    if len(found.accounts) == 1:
        return redirect("cashdesk:bill", found.accounts[0].pk)
    context = {"found": found, "q": typed.strip(), "till_section": "find"}
    return render(request, "cashdesk/find.html", _desk(cashier) | context)


@require_GET
@never_cache
@at_till
def bill(request: HttpRequest, cashier: Cashier, account_id: int) -> HttpResponse:
    """The bill; every opening carries a new token, used by all attempts to pay it."""
    account = account_at(cashier.till.bank, _possible(account_id))
    if account is None:
        raise Http404
    context = {
        "bill": bill_of(account),
        "last_payment": last_payments([account.pk]).get(account.pk),
        "token": uuid.uuid4(),
    }
    return render(request, "cashdesk/bill.html", _desk(cashier) | context)


@require_POST
@at_till
def pay(request: HttpRequest, cashier: Cashier, account_id: int) -> HttpResponse:
    """
    Take the money: 200 with the receipt's address, 409 when the page is stale or was already
    paid, 422 when a sum is not allowed; each refusal with its sentence.
    """
    account = account_at(cashier.till.bank, _possible(account_id))
    if account is None:
        raise Http404
    try:
        receipt = accept_payment(
            cashier=cashier,
            account=account,
            request=read_payment(request.POST.dict()),
            at=clock.now(),
        )
    except TokenUsed as refusal:
        known = {"receipt": _address(refusal.receipt)} if refusal.receipt else {}
        return JsonResponse({"sentence": str(refusal), **known}, status=409)
    except PageIsStale as refusal:
        return JsonResponse({"sentence": str(refusal), "stale": True}, status=409)
    except CashdeskRefusal as refusal:
        return JsonResponse({"sentence": str(refusal)}, status=422)
    return JsonResponse({"receipt": _address(receipt)})


@require_GET
@never_cache
@at_till
def pay_status(request: HttpRequest, cashier: Cashier, token: uuid.UUID) -> JsonResponse:
    """What became of a token whose answer was lost: the receipt's address, if it was paid."""
    del request
    receipt = receipt_by_token(cashier.till, token)
    return JsonResponse({"receipt": _address(receipt) if receipt else None})


@require_GET
@never_cache
@at_till
def receipt(request: HttpRequest, cashier: Cashier, receipt_id: int) -> HttpResponse:
    """The paper of a payment; reloading it shows or prints it again, never pays."""
    given = receipt_at(cashier.till.bank, _possible(receipt_id))
    if given is None:
        raise Http404
    context = {
        "receipt": given,
        "lines": paid_services(given),
        "change": given.cash_received - given.payment.amount if given.cash_received else None,
        "print_after": _PRINT_AFTER_MS,
        "till_section": "find",
    }
    return render(request, "cashdesk/receipt.html", _desk(cashier) | context)


@require_POST
@at_till
def printed(request: HttpRequest, cashier: Cashier, receipt_id: int) -> HttpResponse:
    """The browser closed its print dialog: from now on the paper is a duplicate."""
    del request
    given = receipt_at(cashier.till.bank, _possible(receipt_id))
    if given is None:
        raise Http404
    mark_printed(receipt=given, at=clock.now())
    return HttpResponse(status=204)


@require_GET
@never_cache
@at_till
def today(request: HttpRequest, cashier: Cashier) -> HttpResponse:
    """Receipts of the till today; cancelled ones stand under the others."""
    receipts = day_receipts(cashier.till, clock.business_day())
    context = {
        "kept": [given for given in receipts if not given.is_cancelled],
        "cancelled": [given for given in receipts if given.is_cancelled],
        "till_section": "paid",
    }
    return render(request, "cashdesk/today.html", _desk(cashier) | context)


def _desk(cashier: Cashier) -> dict[str, object]:
    """What every page of the desk shows: the bar, the day's totals and the last receipt."""
    now = clock.now()
    bank = cashier.till.bank
    place = _("%(bank)s, касса № %(number)s") % {
        "bank": bank.name,
        "number": cashier.till.number,
    }
    return {
        "till": TillBar(
            cashier=cashier.user.short_name,
            place=place,
            opens=bank.opens,
            closes=bank.closes,
            now=now,
        ),
        "day": now.date(),
        "totals": day_totals(cashier.till, now.date()),
        "last": last_receipt(cashier.till, now.date()),
    }


def _address(receipt: Receipt) -> str:
    return reverse("cashdesk:receipt", args=[receipt.pk])


def _possible(number: int) -> int:
    """An id the database can hold; a longer one is simply absent."""
    if number > _HIGHEST_ID:
        raise Http404
    return number
