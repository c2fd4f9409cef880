from django.apps import AppConfig


class PaymentDocsConfig(AppConfig):
    name = "payment_docs"
    verbose_name = "Платёжные документы"
