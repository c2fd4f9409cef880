"""Django's registration of the page shell."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "zhkh.web"
    label = "web"
    verbose_name = "Пользователи"
    default_auto_field = "django.db.models.BigAutoField"
