"""Rights of the books' pages."""

from django.http import HttpRequest

from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from zhkh.web.models import User

VIEW_TURNOVER = "ledger.view_turnover"
KEEP_BOOKS = "ledger.keep_books"


def may(request: HttpRequest, organisation: Organisation, right: str) -> bool:
    return organisations_of(request.user, right).filter(pk=organisation.pk).exists()


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
