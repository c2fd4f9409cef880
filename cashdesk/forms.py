"""Reading what the till's page posts."""

import re
import uuid
from collections.abc import Mapping
from decimal import Decimal

from cashdesk.rules import CashdeskRefusal, parse_money
from cashdesk.services import PaymentRequest, Tick
from zhkh.kernel.money import KOPECK


class PageNotUnderstood(CashdeskRefusal):
    """The request was not made by our page."""

    def __init__(self) -> None:
        super().__init__("Запрос не распознан: обновите страницу счёта и оплатите заново.")


def read_payment(posted: Mapping[str, str]) -> PaymentRequest:
    """
    The ticked lines `amount-<service>` (as typed) and `due-<service>` (kopecks), `total` (kopecks),
    `cash` (as typed, may be empty) and `token`.

    :raises PageNotUnderstood: a field is missing or is not what the page makes.
    :raises NotMoney: a typed sum is not a sum.
    """
    typed_cash = posted.get("cash", "").strip()
    return PaymentRequest(
        token=_token(posted.get("token", "")),
        ticks=[
            Tick(
                service_id=service_id,
                amount=parse_money(posted[f"amount-{service_id}"]),
                due=_kopecks(posted.get(f"due-{service_id}", "")),
            )
            for service_id in _ticked(posted)
        ],
        total=_kopecks(posted.get("total", "")),
        cash=parse_money(typed_cash) if typed_cash else None,
    )


def _ticked(posted: Mapping[str, str]) -> list[int]:
    names = [re.fullmatch(r"amount-([1-9][0-9]{0,17})", name) for name in posted]
    return [int(name[1]) for name in names if name]


def _token(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise PageNotUnderstood from None


def _kopecks(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,14}", text):
        raise PageNotUnderstood
    return int(text) * KOPECK
