"""Roles: a role is a group of Django; which rights each one carries stands in one table."""

import enum


class Role(enum.StrEnum):
    """The value is the group's name; `label` is what people read."""

    ACCOUNTANT = "accountant"
    OPERATOR = "operator"
    MAILING_OPERATOR = "mailing_operator"
    CASHIER = "cashier"
    SETTLEMENT_CENTRE = "settlement_centre"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def rights(self) -> frozenset[str]:
        """Permissions of the role, as "app.codename"."""
        return _RIGHTS[self]


def roles_with(right: str) -> list[Role]:
    """The roles that carry a permission ("app.codename")."""
    return [role for role in Role if right in role.rights]


_LABELS = {
    Role.ACCOUNTANT: "Бухгалтер",
    Role.OPERATOR: "Оператор",
    Role.MAILING_OPERATOR: "Оператор рассылки",
    Role.CASHIER: "Кассир",
    Role.SETTLEMENT_CENTRE: "Расчётный центр",
    Role.ADMINISTRATOR: "Администратор",
}

_SEE_REGISTRY = frozenset(
    {
        "accounts_registry.view_personalaccount",
        "accounts_registry.view_house",
        "accounts_registry.view_meter",
        "accounts_registry.view_service",
    }
)
_KEEP_REGISTRY = _SEE_REGISTRY | {
    "accounts_registry.add_personalaccount",
    "accounts_registry.change_personalaccount",
    "accounts_registry.enter_reading",
}
_SEE_BOOKS = frozenset(
    {
        "charges.view_chargeline",
        "corrections.view_correctiondocument",
        "ledger.view_payment",
        "ledger.view_turnover",
        "payment_docs.view_issueddocument",
        "mailing.view_batch",
    }
)
_POST = frozenset(
    {
        "payment_docs.view_issueddocument",
        "mailing.view_batch",
        "mailing.send_documents",
        "mailing.view_addresses",
    }
)
_MAIL_ACCOUNT = frozenset({"mailing.view_mailaccount", "mailing.change_mailaccount"})
_ACCOUNTING = frozenset(
    {
        "accounts_registry.change_organisationsetting",
        "charges.run_charges",
        "charges.change_tariff",
        "corrections.add_correctiondocument",
        "corrections.post_correctiondocument",
        "ledger.post_month",
        "ledger.keep_books",
        "payment_docs.issue_documents",
    }
)

_RIGHTS = {
    Role.ACCOUNTANT: _KEEP_REGISTRY | _SEE_BOOKS | _POST | _ACCOUNTING,
    Role.OPERATOR: _KEEP_REGISTRY,
    Role.MAILING_OPERATOR: _SEE_REGISTRY | _POST | _MAIL_ACCOUNT,
    Role.CASHIER: frozenset({"cashdesk.accept_payment"}),
    Role.SETTLEMENT_CENTRE: _SEE_REGISTRY | _SEE_BOOKS,
    Role.ADMINISTRATOR: _KEEP_REGISTRY | _SEE_BOOKS | _POST | _ACCOUNTING | _MAIL_ACCOUNT,
}
