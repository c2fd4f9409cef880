"""«Оплаты»: every payment of the organisation, filtered, summed and exported."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts_registry.books.forms import PaymentFilterForm
from accounts_registry.books.pages import page_of, query_of
from accounts_registry.books.rights import KEEP_BOOKS
from accounts_registry.ledger.payments import PaymentFilter, payment_sums, payments_found
from accounts_registry.models import House
from accounts_registry.queries import accounts_of, find_accounts, organisations_of
from accounts_registry.views.export import xlsx_answer
from accounts_registry.views.frame import VIEW_PAYMENTS, only_organisation, shell_context
from zhkh.web.htmx import page_or_part
from zhkh.web.permissions import require

ROWS_ON_PAGE = 50
_HEAD = (
    "Дата оплаты", "Лицевой счёт", "Плательщик", "Адрес", "Учётный месяц", "Источник", "Сумма, руб.",
    "Состояние", "Основание", "Записал", "Записано",
)  # fmt: skip


@require_GET
@require(VIEW_PAYMENTS)
def payment_list(request: HttpRequest) -> HttpResponse:
    form, asked = _asked(request)
    sums = payment_sums(asked)
    page = page_of(
        request,
        sums.rows,
        lambda offset, limit: list(payments_found(asked, offset=offset, limit=limit)),
        size=ROWS_ON_PAGE,
    )
    context = {
        **shell_context(only_organisation(request)),
        "section": "payments",
        "form": form,
        "page": page,
        "rows": list(page.object_list),
        "sums": sums,
        "is_filtered": any(request.GET.get(name) for name in form.fields),
        "may_keep": request.user.has_perm(KEEP_BOOKS),
        "query": query_of(request),
    }
    return page_or_part(request, "ledger/payments.html", "found", context)


@require_GET
@require(VIEW_PAYMENTS)
def payment_export(request: HttpRequest) -> HttpResponse:
    _, asked = _asked(request)
    return xlsx_answer("Оплаты", _HEAD, _rows(asked), name="oplaty.xlsx")


def _rows(asked: PaymentFilter) -> Iterator[tuple[object, ...]]:
    for row in payments_found(asked):
        yield (
            row.paid_on,
            row.number,
            row.payer,
            row.address,
            row.period.title,
            row.source,
            row.amount,
            "отмена" if row.is_reversal else "отменена" if row.is_reversed else "",
            row.basis,
            row.recorded_by,
            f"{row.recorded_at:%d.%m.%Y %H:%M}",
        )


def _asked(request: HttpRequest) -> tuple[PaymentFilterForm, PaymentFilter]:
    """A value the form does not know filters nothing, and the form says so."""
    houses = House.objects.filter(organisation__in=organisations_of(request.user, VIEW_PAYMENTS))
    form = PaymentFilterForm(request.GET, houses=houses)
    form.is_valid()
    data: dict[str, Any] = form.cleaned_data
    accounts = accounts_of(request.user, VIEW_PAYMENTS)
    if data.get("house"):
        accounts = accounts.filter(premises__house=data["house"])
    return form, PaymentFilter(
        accounts=find_accounts(data.get("q", ""), among=accounts),
        since=data.get("since"),
        until=data.get("until"),
        source=data.get("source", ""),
        state=data.get("state", ""),
    )
