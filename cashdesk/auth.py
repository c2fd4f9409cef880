"""Who stands at the till: a signed-in cashier with a place."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from cashdesk.models import Cashier
from cashdesk.queries import cashier_of
from zhkh.web.models import User
from zhkh.web.permissions import require

P = ParamSpec("P")
DeskView = Callable[Concatenate[HttpRequest, Cashier, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def at_till(view: DeskView[P]) -> View[P]:
    """Let in cashiers with the permission and a till; the view gets the cashier."""

    @functools.wraps(view)
    def with_cashier(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        assert isinstance(request.user, User)
        cashier = cashier_of(request.user)
        if cashier is None:
            raise PermissionDenied(
                _("За вами не закреплена касса: попросите администратора назначить её.")
            )
        return view(request, cashier, *args, **kwargs)

    return require("cashdesk.accept_payment")(with_cashier)
