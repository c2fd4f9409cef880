"""Giving a user a role in an organisation."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from accounts_registry.models import Membership, Organisation
from zhkh.web.models import User
from zhkh.web.roles import Role


@transaction.atomic
def assign_role(*, user: User, role: Role, organisation: Organisation | None) -> Membership:
    """
    Give the role in the organisation, None for all of them; giving it twice changes nothing.

    The role's group gets the rights of the table, so a right added later arrives as well.
    """
    membership, _ = Membership.objects.get_or_create(
        user=user, role=role, organisation=organisation
    )
    user.groups.add(sync_group(role=role))
    return membership


@transaction.atomic
def sync_group(*, role: Role) -> Group:
    """Make the group carry exactly the rights of the table that the migrated applications know."""
    group, _ = Group.objects.get_or_create(name=role.value)
    group.permissions.set(_known(role.rights))
    return group


def _known(rights: frozenset[str]) -> list[Permission]:
    named = Q(pk__in=())
    for right in rights:
        app, _, codename = right.partition(".")
        named |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(named))
