"""What every page of recalculations begins with: rights, the organisation, the document."""

import dataclasses
import uuid
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts_registry.models import Organisation
from accounts_registry.queries import organisations_of
from accounts_registry.views.frame import shell_context
from charges.corrections.forms.fields import BASES
from charges.corrections.models import CorrectionDocument
from charges.corrections.queries import documents_of
from zhkh.web.models import User

VIEW = "corrections.view_correctiondocument"
ADD = "corrections.add_correctiondocument"
POST = "corrections.post_correctiondocument"


@dataclasses.dataclass(frozen=True, slots=True)
class ChosenOrganisation:
    """The organisation of the address among those the right reaches."""

    organisation: Organisation
    organisations: list[Organisation]

    @property
    def several(self) -> bool:
        return len(self.organisations) > 1


def chosen_organisation(request: HttpRequest, right: str) -> ChosenOrganisation:
    """
    The organisation of `?organisation=`, else the first one.

    :raises Http404: it is another's, or the user has none.
    """
    ours = list(organisations_of(request.user, right).order_by("name"))
    asked = request.GET.get("organisation", "")
    found = [one for one in ours if not asked or str(one.pk) == asked]
    if not found:
        raise Http404
    return ChosenOrganisation(found[0], ours)


def document_or_404(request: HttpRequest, pk: int, right: str = VIEW) -> CorrectionDocument:
    return get_object_or_404(documents_of(request.user, right), pk=pk)


def may(request: HttpRequest, organisation: Organisation | int, right: str) -> bool:
    pk = organisation if isinstance(organisation, int) else organisation.pk
    return organisations_of(request.user, right).filter(pk=pk).exists()


def page_context(organisation: Organisation | None) -> dict[str, Any]:
    return {**shell_context(organisation), "section": "corrections", "bases": BASES}


def new_key() -> uuid.UUID:
    """Made with the page: however often its form is sent, one document comes of it."""
    return uuid.uuid4()


def user_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
