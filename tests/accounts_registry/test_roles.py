"""A role carries the rights of the table, however often it is given."""

import pytest
from django.contrib.auth.models import Group

from accounts_registry.models import Membership
from accounts_registry.services import assign_role, sync_group
from tests.factories import make_organisation, make_user
from zhkh.web.models import User
from zhkh.web.roles import Role, roles_with

pytestmark = pytest.mark.django_db


def test_role_gives_its_rights():
    user = make_user(username="op", role=Role.OPERATOR, organisation=make_organisation())

    assert user.has_perm("accounts_registry.enter_reading")
    assert not user.has_perm("cashdesk.accept_payment")


def test_role_given_twice_changes_nothing():
    organisation = make_organisation()
    user = make_user(username="op", role=Role.OPERATOR, organisation=organisation)
    before = user.get_all_permissions()

    assign_role(user=user, role=Role.OPERATOR, organisation=organisation)

    assert User.objects.get(pk=user.pk).get_all_permissions() == before
    assert Membership.objects.filter(user=user).count() == 1


def test_right_no_longer_in_the_table_is_taken_back():
    group = sync_group(role=Role.CASHIER)
    group.permissions.set(sync_group(role=Role.OPERATOR).permissions.all())

    sync_group(role=Role.CASHIER)

    codenames = set(
        Group.objects.get(name="cashier").permissions.values_list("codename", flat=True)
    )
    assert codenames <= {"accept_payment"}


@pytest.mark.parametrize("role", Role)
def test_every_right_names_an_application_and_an_action(role):
    assert role.rights
    assert all(right.count(".") == 1 for right in role.rights)


def test_roles_that_carry_a_right():
    assert roles_with("accounts_registry.enter_reading") == [
        Role.ACCOUNTANT,
        Role.OPERATOR,
        Role.ADMINISTRATOR,
    ]
