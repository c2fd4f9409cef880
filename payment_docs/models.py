"""THE PAPER: what was issued, frozen."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts_registry.models import PersonalAccount
from zhkh.kernel.period import Period


class IssuedDocument(models.Model):
    """
    A payment document as it was issued: its data, the hash of its PDF, its number.

    The PDF is rebuilt from the data and proved by the hash. Issuing anew makes the next version;
    the earlier one stays, superseded.
    """

    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="documents")
    month = models.DateField("месяц")
    version = models.PositiveIntegerField("версия", default=1)
    number = models.CharField("номер", max_length=50)
    charged = models.DecimalField("начислено за месяц", max_digits=14, decimal_places=2)
    opening = models.DecimalField("долг (+) или аванс (−)", max_digits=14, decimal_places=2)
    to_pay = models.DecimalField("к оплате с учётом сальдо", max_digits=14, decimal_places=2)
    counted_until = models.DateField("учтены платежи по")
    snapshot = models.JSONField("данные документа")
    pdf_sha256 = models.CharField("отпечаток PDF", max_length=64)
    template_version = models.CharField("версия формы", max_length=64)
    reason = models.CharField("причина новой версии", max_length=500, blank=True)
    issued_at = models.DateTimeField("выпущен")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    superseded_at = models.DateTimeField("заменён", null=True, blank=True)

    class Meta:
        verbose_name = "платёжный документ"
        verbose_name_plural = "платёжные документы"
        ordering = ["month", "account__number", "version"]
        permissions = [("issue_documents", "Выпускать платёжные документы")]
        constraints = [
            models.UniqueConstraint(
                name="document_version_is_issued_once", fields=["account", "month", "version"]
            ),
            models.UniqueConstraint(
                name="one_current_document_of_a_month",
                fields=["account", "month"],
                condition=Q(superseded_at__isnull=True),
            ),
            models.CheckConstraint(
                name="document_to_pay_is_what_is_left",
                condition=Q(to_pay=0, charged__lte=-F("opening"))
                | Q(to_pay=F("charged") + F("opening"), to_pay__gt=0),
            ),
            models.CheckConstraint(
                name="later_version_says_why", condition=Q(version=1) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"

    @property
    def period(self) -> Period:
        return Period.of(self.month)
