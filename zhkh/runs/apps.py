from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "zhkh.runs"
    label = "runs"
    verbose_name = "Задания"
