"""Houses: what they are like and who lives in them; read only."""

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts_registry.ledger.balances import balances_of_accounts
from accounts_registry.models import House, MeterReading, PersonalAccount
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import only_organisation, shell_context
from zhkh.web.permissions import require

VIEW_HOUSE = "accounts_registry.view_house"
CALCULATE = "charges.run_charges"
ROWS_ON_PAGE = 50


@require_GET
@require(VIEW_HOUSE)
def house_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(_houses(request), ROWS_ON_PAGE).get_page(request.GET.get("page"))
    context = {**shell_context(only_organisation(request)), "section": "houses", "page": page}
    return render(request, "accounts_registry/house_list.html", context)


@require_GET
@require(VIEW_HOUSE)
def house(request: HttpRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(_houses(request).select_related("organisation"), pk=pk)
    accounts = (
        PersonalAccount.objects.filter(premises__house=shown)
        .select_related("payer", "premises")
        .order_by("premises__number_order", "premises__number", "number")
    )
    page = Paginator(accounts, ROWS_ON_PAGE).get_page(request.GET.get("page"))
    members = list(page.object_list)
    balances = balances_of_accounts([account.pk for account in members])
    newest = Prefetch(
        "readings", MeterReading.objects.order_by("meter_id", "-read_on").distinct("meter_id")
    )
    context = {
        **shell_context(shown.organisation),
        "section": "houses",
        "house": shown,
        "page": page,
        "rows": [(account, balances[account.pk]) for account in members],
        "may_calculate": organisations_of(request.user, CALCULATE)
        .filter(pk=shown.organisation_id)
        .exists(),
        "meters": shown.meters.select_related("service").prefetch_related(newest),
    }
    return render(request, "accounts_registry/house.html", context)


def _houses(request: HttpRequest) -> QuerySet[House]:
    counted = (
        PersonalAccount.objects.filter(premises__house=OuterRef("pk"))
        .order_by()
        .values("premises__house")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return House.objects.filter(
        organisation__in=organisations_of(request.user, VIEW_HOUSE)
    ).annotate(account_count=Subquery(counted))
