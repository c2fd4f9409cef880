from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "accounts_registry.ledger"
    label = "ledger"
    verbose_name = "Расчёты"
