"""The counter: banks, their tills and cashiers, receipts. Payments themselves are the ledger's."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class Bank(models.Model):
    """A bank (or the company itself) that takes money for the organisations it serves."""

    name = models.CharField("наименование", max_length=200, unique=True)
    inn = models.CharField("ИНН или ЕГРПОУ", max_length=12, blank=True)
    opens = models.TimeField("касса работает с")
    closes = models.TimeField("касса работает до", help_text="00:00–23:59 — круглосуточно")
    organisations = models.ManyToManyField(
        "accounts_registry.Organisation", related_name="banks", verbose_name="обслуживает"
    )

    class Meta:
        verbose_name = "банк"
        verbose_name_plural = "банки"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="bank_closes_after_it_opens", condition=Q(closes__gt=F("opens"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Till(models.Model):
    """A window of a bank; receipts are numbered by it, from one every day."""

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="tills")
    number = models.PositiveIntegerField("номер")
    name = models.CharField("наименование", max_length=200, blank=True)

    class Meta:
        verbose_name = "касса"
        verbose_name_plural = "кассы"
        ordering = ["bank", "number"]
        constraints = [
            models.UniqueConstraint(name="till_number_is_unique_in_bank", fields=["bank", "number"])
        ]

    def __str__(self) -> str:
        return f"{self.bank}, касса № {self.number}"


class Cashier(models.Model):
    """A user who takes money at a till."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="cashier")
    till = models.ForeignKey(Till, models.PROTECT, related_name="cashiers")

    class Meta:
        verbose_name = "кассир"
        verbose_name_plural = "кассиры"
        ordering = ["till", "user"]

    def __str__(self) -> str:
        return str(self.user)


class Receipt(models.Model):
    """
    The paper of a payment: number, day and what was printed about the payer.

    `business_date` is the till's local day; only `printed_at` is ever written afterwards, once
    (the database enforces it).
    """

    payment = models.OneToOneField("ledger.Payment", models.PROTECT, related_name="receipt")
    till = models.ForeignKey(Till, models.PROTECT, related_name="receipts")
    cashier = models.ForeignKey(Cashier, models.PROTECT, related_name="receipts")
    business_date = models.DateField("кассовый день")
    number = models.PositiveIntegerField("номер за день")
    payer = models.CharField("плательщик", max_length=300)
    address = models.CharField("адрес", max_length=450)
    cash_received = models.DecimalField(
        "получено наличными", max_digits=14, decimal_places=2, null=True, blank=True
    )
    printed_at = models.DateTimeField("напечатана", null=True, blank=True)

    class Meta:
        verbose_name = "квитанция"
        verbose_name_plural = "квитанции"
        ordering = ["till", "business_date", "number"]
        permissions = [("accept_payment", "Принимать платежи в кассе")]
        constraints = [
            models.UniqueConstraint(
                name="till_gives_a_number_once_a_day", fields=["till", "business_date", "number"]
            ),
            models.CheckConstraint(
                name="receipt_numbers_begin_with_one", condition=Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="receipt_cash_is_positive",
                condition=Q(cash_received__isnull=True) | Q(cash_received__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} от {self.business_date:%d.%m.%Y}"

    @property
    def is_cancelled(self) -> bool:
        """Whether the payment was taken back."""
        return hasattr(self.payment, "reversed_by")
