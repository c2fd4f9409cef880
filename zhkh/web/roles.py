"""Names of the roles: a role is a group of Django, its rights are given by the wiring."""

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


_LABELS = {
    Role.ACCOUNTANT: "Бухгалтер",
    Role.OPERATOR: "Оператор",
    Role.MAILING_OPERATOR: "Оператор рассылки",
    Role.CASHIER: "Кассир",
    Role.SETTLEMENT_CENTRE: "Расчётный центр",
    Role.ADMINISTRATOR: "Администратор",
}
