from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    name = "charges.corrections"
    label = "corrections"
    verbose_name = "Перерасчёты"
