"""What was issued, frozen."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts_registry.models import Organisation, PersonalAccount
from payment_docs.models.shapes import DocumentShape
from zhkh.kernel.period import Period


class FormVersion(models.Model):
    """What decides the bytes of a PDF besides its data: engine, forms, styles, fonts; only grows."""

    fingerprint = models.CharField("отпечаток", max_length=64, unique=True)
    parts = models.JSONField("из чего")
    first_used_at = models.DateTimeField("впервые")

    class Meta:
        verbose_name = "версия формы"
        verbose_name_plural = "версии формы"

    def __str__(self) -> str:
        return self.fingerprint[:8]


class PaperPath(models.TextChoices):
    """How the PDF was made: laid out, or texts put into a form laid out before."""

    RENDER = "render", "свёрстан"
    STAMP = "stamp", "заполнен"


class IssuedDocument(models.Model):
    """
    A payment document as it was issued: its data with their hash, the hash of its PDF, its number.

    The PDF is rebuilt from the data and proved by the hash, unless its bytes are kept. Issuing anew makes the next version;
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
    snapshot_sha256 = models.CharField("отпечаток данных", max_length=64, blank=True)
    pdf_sha256 = models.CharField("отпечаток PDF", max_length=64)
    template_version = models.CharField("версия формы", max_length=64)
    path = models.CharField("чем сделан", max_length=6, choices=PaperPath, default=PaperPath.RENDER)
    shape = models.ForeignKey(
        DocumentShape, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
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
                name="stamped_document_has_its_shape",
                condition=Q(path=PaperPath.STAMP, shape__isnull=False)
                | Q(path=PaperPath.RENDER, shape__isnull=True),
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


class DocumentFile(models.Model):
    """The bytes of an issued document, kept; only added to."""

    document = models.OneToOneField(
        IssuedDocument, models.PROTECT, primary_key=True, related_name="file"
    )
    content = models.BinaryField("PDF")

    class Meta:
        verbose_name = "файл документа"
        verbose_name_plural = "файлы документов"

    def __str__(self) -> str:
        return str(self.document)


class ReleaseSignature(models.Model):
    """Somebody looked at the month and lets its documents out; only added to."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    month = models.DateField("месяц")
    signed_at = models.DateTimeField("подписано")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "подпись выпуска"
        verbose_name_plural = "подписи выпуска"
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="one_person_signs_a_month_once", fields=["organisation", "month", "signed_by"]
            ),
            models.CheckConstraint(
                name="signed_month_begins_on_the_first_day", condition=Q(month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}: {self.signed_by}"
