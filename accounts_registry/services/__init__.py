"""Use cases of the registry: each is one function and one transaction."""

from accounts_registry.services.roles import assign_role, sync_group

__all__ = ["assign_role", "sync_group"]
