"""Who works for which organisation, and as what."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts_registry.models.organisation import Organisation
from zhkh.web.roles import Role


class Membership(models.Model):
    """
    A role of a user in an organisation.

    Without an organisation the role holds for all of them: administrator and settlement centre.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField("роль", max_length=20, choices=[(r.value, r.label) for r in Role])
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="memberships"
    )

    class Meta:
        verbose_name = "роль сотрудника"
        verbose_name_plural = "роли сотрудников"
        constraints = [
            models.UniqueConstraint(
                name="role_is_given_once",
                fields=["user", "role", "organisation"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="role_is_known", condition=Q(role__in=[r.value for r in Role])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"
