from django.apps import AppConfig


class AuditsConfig(AppConfig):
    name = "zhkh.audits"
    label = "audits"
    verbose_name = "Сверка"
