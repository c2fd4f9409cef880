"""Operations by hand: a form, a page that says what will be written, and the writing."""

import dataclasses
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts_registry.books.forms import (
    CancelForm,
    OpeningForm,
    OpenRow,
    OrderForm,
    PaymentForm,
    TransferForm,
    WriteOffForm,
)
from accounts_registry.books.pages import page_of
from accounts_registry.books.rights import KEEP_BOOKS, VIEW_TURNOVER, user_of
from accounts_registry.ledger import operations
from accounts_registry.ledger.balances import balances_by_service
from accounts_registry.ledger.journal import operation_among, operations_count, operations_of
from accounts_registry.ledger.open_items import settlement_of
from accounts_registry.ledger.openings import check_openings, typed_opening
from accounts_registry.ledger.payments import payment_among
from accounts_registry.ledger.posting import PaymentSource
from accounts_registry.ledger.settle import is_time_barred
from accounts_registry.ledger.undoing import UNDONE
from accounts_registry.ledger.undoing import undo as undo_operation
from accounts_registry.models import PersonalAccount, Service
from accounts_registry.queries import accounts_of, organisations_of
from accounts_registry.views.frame import (
    account_frame,
    account_or_404,
    only_organisation,
    shell_context,
)
from zhkh.kernel.money import ZERO, format_money
from zhkh.kernel.refusal import Refusal
from zhkh.web import clock
from zhkh.web.permissions import require

ROWS_ON_PAGE = 50


@dataclasses.dataclass(frozen=True, slots=True)
class Screen:
    """One operation on one account: its form, what it will do in words, and the doing."""

    account: PersonalAccount
    title: str
    form: OrderForm
    told: Callable[[], list[tuple[str, str]]]
    perform: Callable[[], object]
    done: str
    hint: str = ""
    table: str = ""  # what the column of sums is called


@require_http_methods(["GET", "POST"])
@require(KEEP_BOOKS)
def enter_payment(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, KEEP_BOOKS)
    owed = {row.service_id: row.amount for row in balances_by_service(account)}
    services = [(service, owed.get(service.pk, ZERO)) for service in _services(account)]
    form = PaymentForm(request.POST or None, today=clock.business_day(), services=services)

    def told() -> list[tuple[str, str]]:
        lines = form.to_post()
        names = {service.pk: service.name for service, _ in services}
        return [
            *((names[line.service_id], f"{format_money(line.amount)} ₽") for line in lines),
            ("Итого", f"{format_money(sum((line.amount for line in lines), ZERO))} ₽"),
        ]

    return _operate(
        request,
        Screen(
            account=account,
            title="Внести оплату",
            form=form,
            told=told,
            perform=lambda: operations.enter_payment(
                account=account,
                lines=form.to_post(),
                source=PaymentSource(form.cleaned_data["source"]),
                order=_order(request, form),
            ),
            done="Оплата внесена.",
            hint="Деньги, пришедшие не через кассу: платёжное поручение банка или исправление.",
            table="Сумма, ₽",
        ),
    )


@require_http_methods(["GET", "POST"])
@require(KEEP_BOOKS)
def cancel_payment(request: HttpRequest, pk: int) -> HttpResponse:
    payment = payment_among(accounts_of(request.user, KEEP_BOOKS), pk)
    if payment is None or payment.reverses_id is not None:
        raise Http404
    form = CancelForm(request.POST or None, today=clock.business_day())
    amount = format_money(payment.amount)
    return _operate(
        request,
        Screen(
            account=payment.account,
            title=f"Отменить оплату {amount} ₽ от {payment.paid_on:%d.%m.%Y}",
            form=form,
            told=lambda: [("Отменяется оплата", f"{amount} ₽ от {payment.paid_on:%d.%m.%Y}")],
            perform=lambda: operations.cancel_payment(payment=payment, order=_order(request, form)),
            done="Оплата отменена: обе записи остаются в книгах.",
            hint="Запись об оплате не стирается: рядом встаёт такая же с обратным знаком.",
        ),
    )


@require_http_methods(["GET", "POST"])
@require(KEEP_BOOKS)
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, KEEP_BOOKS)
    advances = {k: v for k, v in settlement_of(account).advances.items() if v > ZERO}
    services = _services(account)
    accounts = accounts_of(request.user, KEEP_BOOKS).filter(
        payer=account.payer_id, organisation=account.organisation_id
    )
    form = TransferForm(
        request.POST or None,
        today=clock.business_day(),
        overpaid=services.filter(pk__in=advances),
        accounts=accounts,
        services=services,
        initial={"target_account": account.pk},
    )

    def told() -> list[tuple[str, str]]:
        move = form.move()
        return [
            ("Снимается", f"{account.number}, {move.source}"),
            ("Зачисляется", f"{move.target_account.number}, {move.target}"),
            ("Сумма", f"{format_money(move.amount)} ₽"),
        ]

    names = {service.pk: service.name for service in services}
    overpaid = "; ".join(f"{names[key]} {format_money(sum_)}" for key, sum_ in advances.items())
    return _operate(
        request,
        Screen(
            account=account,
            title="Перенести переплату",
            form=form,
            told=told,
            perform=lambda: operations.transfer(
                account=account, move=form.move(), order=_order(request, form)
            ),
            done="Переплата перенесена.",
            hint=f"Переплачено: {overpaid}." if overpaid else "Переплаты нет: переносить нечего.",
        ),
    )


@require_http_methods(["GET", "POST"])
@require(KEEP_BOOKS)
def write_off(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, KEEP_BOOKS)
    today = clock.business_day()
    catalogue = {service.pk: service for service in _services(account)}
    rows = [
        OpenRow(catalogue[item.service_id], item, is_time_barred(item.due_on, on=today))
        for item in settlement_of(account).open_items
    ]
    form = WriteOffForm(request.POST or None, today=today, rows=rows)

    def told() -> list[tuple[str, str]]:
        items = form.items()
        return [
            *(
                (f"{i.service} за {i.period.title.lower()}", f"{format_money(i.amount)} ₽")
                for i in items
            ),
            ("Итого списать", f"{format_money(sum((i.amount for i in items), ZERO))} ₽"),
        ]

    return _operate(
        request,
        Screen(
            account=account,
            title="Списать долг",
            form=form,
            told=told,
            perform=lambda: operations.write_off(
                account=account, items=form.items(), order=_order(request, form)
            ),
            done="Долг списан.",
            hint=(
                "Списанное закрывает долг того месяца, за который он возник."
                if rows
                else "Долгов нет: списывать нечего."
            ),
            table="Списать, ₽",
        ),
    )


@require_http_methods(["GET", "POST"])
@require(KEEP_BOOKS)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Of a transfer or a write-off; an account of it says whose card the page is."""
    shown = operation_among(organisations_of(request.user, KEEP_BOOKS), pk)
    if shown is None or shown.kind not in UNDONE:
        raise Http404
    form = CancelForm(request.POST or None, today=clock.business_day())
    what = f"{shown.get_kind_display()} от {shown.happened_on:%d.%m.%Y}"
    rows = list(shown.adjustments.select_related("account", "service").order_by("id"))
    return _operate(
        request,
        Screen(
            account=rows[0].account,
            title=f"Отменить: {what}",
            form=form,
            told=lambda: [
                (
                    f"{row.account.number}, {row.service}",
                    f"{format_money(-row.amount)} ₽ к долгу за {row.for_month:%m.%Y}",
                )
                for row in rows
            ],
            perform=lambda: undo_operation(operation=shown, order=_order(request, form)),
            done="Операция отменена: обе записи остаются в книгах.",
            hint=f"Основание было: {shown.basis}. Списанный долг снова открыт, перенесённая "
            "переплата возвращается на прежнюю услугу.",
        ),
    )


@require_http_methods(["GET", "POST"])
@require(KEEP_BOOKS)
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    account = account_or_404(request, pk, KEEP_BOOKS)
    form = OpeningForm(
        request.POST or None, today=clock.business_day(), services=_services(account)
    )

    def perform() -> object:
        data = form.cleaned_data
        typed = typed_opening(account, data["service"], data["month"], data["amount"], data)
        checked = check_openings(account.organisation, [typed])
        checked.or_refuse()
        return operations.enter_openings(
            organisation=account.organisation,
            openings=checked.to_post,
            order=_order(request, form),
        )

    def told() -> list[tuple[str, str]]:
        data = form.cleaned_data
        amount: Decimal = data["amount"]
        words = "Долг" if amount > ZERO else "Аванс"
        what = f"{data['service']} за {data['month'].title.lower()}"
        return [(f"{words}: {what}", f"{format_money(abs(amount))} ₽")]

    return _operate(
        request,
        Screen(
            account=account,
            title="Ввести начальное сальдо",
            form=form,
            told=told,
            perform=perform,
            done="Начальное сальдо введено.",
            hint="Долг или аванс, с которым счёт пришёл из прежней программы.",
        ),
    )


@require_GET
@require(VIEW_TURNOVER)
def journal(request: HttpRequest) -> HttpResponse:
    """Who did what by hand, when, and by which paper."""
    ours = organisations_of(request.user, VIEW_TURNOVER)
    page = page_of(
        request,
        operations_count(ours),
        lambda offset, limit: operations_of(ours, offset=offset, limit=limit),
        size=ROWS_ON_PAGE,
    )
    context = {
        **shell_context(only_organisation(request)),
        "section": "payments",
        "page": page,
        "rows": list(page.object_list),
        "may_keep": request.user.has_perm(KEEP_BOOKS),
    }
    return render(request, "ledger/operations.html", context)


def _operate(request: HttpRequest, screen: Screen) -> HttpResponse:
    """
    The form; then what will be written, tried and taken back; then, confirmed, the writing.

    What is refused goes back to the form with everything typed.
    """
    form = screen.form
    if request.method != "POST":
        return _page(request, screen)
    if not form.is_valid():
        return _page(request, screen, status=422)
    if request.POST.get("step") == "change":
        return _page(request, screen)
    is_confirmed = request.POST.get("step") == "confirmed"
    try:
        with transaction.atomic():
            screen.perform()
            if not is_confirmed:
                transaction.set_rollback(True)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, screen, status=422)
    if not is_confirmed:
        return _page(request, screen, told=screen.told())
    messages.success(request, screen.done)
    return redirect("ledger:statement", pk=screen.account.pk)


def _page(
    request: HttpRequest,
    screen: Screen,
    *,
    told: list[tuple[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    form = screen.form
    lines = form.lines()
    in_table = {bound.name for _, bound in lines}
    context = {
        **account_frame(request, screen.account, tab="statement"),
        "screen": screen,
        "form": form,
        "plain": [b for b in form if not b.is_hidden and b.name not in in_table],
        "lines": lines,
        "told": told,
        "typed": list(form) if told else [],
    }
    return render(request, "ledger/operation.html", context, status=status)


def _order(request: HttpRequest, form: OrderForm) -> operations.Order:
    data = form.cleaned_data
    return operations.Order(
        key=data["key"],
        on=data["on"],
        basis=data["basis"],
        reason=data["reason"],
        by=user_of(request),
        at=timezone.now(),
        today=clock.business_day(),
    )


def _services(account: PersonalAccount) -> Any:
    return Service.objects.filter(organisation=account.organisation_id)
