"""The month of an account that an address names, and the charged months beside it."""

from django.http import HttpRequest

from accounts_registry.views.month import typed_month
from zhkh.kernel.period import Period


def shown_month(request: HttpRequest, months: list[Period]) -> tuple[Period | None, str]:
    """
    The month asked for, charged or not, else the latest of `months`, which come latest first;
    and a sentence about an address that named no month.
    """
    latest = months[0] if months else None
    asked = request.GET.get("period", "")
    if not asked:
        return latest, ""
    try:
        return typed_month(asked), ""
    except ValueError:
        return latest, f"Месяца «{asked[:20]}» нет: показан последний."


def beside(months: list[Period], shown: Period | None, *, earlier: bool) -> str | None:
    """Address of the charged month next to the shown one."""
    if shown is None:
        return None
    if earlier:
        found = max((month for month in months if month < shown), default=None)
    else:
        found = min((month for month in months if month > shown), default=None)
    return f"?period={found}" if found else None
