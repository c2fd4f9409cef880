"""How an organisation has its documents printed, from which month on."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from accounts_registry.models import House, Organisation
from accounts_registry.models.dated import Dated
from payment_docs.details import Currency, Form, Language, PdfVariant

LONGEST_NOTICE = 2000
HEAVIEST_LOGO = 200_000  # bytes


class FormChoice(models.TextChoices):
    ORDER_454 = Form.ORDER_454.value, "приказ Минрегиона № 454"
    ORDER_43 = Form.ORDER_43.value, "приказ Минстроя № 43/пр, разделы 1–7"


class VariantChoice(models.TextChoices):
    PLAIN = "plain", "обычный PDF"
    ARCHIVE = PdfVariant.ARCHIVE.value, "PDF/A-3b, для долгого хранения"
    ACCESSIBLE = PdfVariant.ACCESSIBLE.value, "PDF/UA-1, для чтения вслух"


class LanguageChoice(models.TextChoices):
    RUSSIAN = Language.RUSSIAN.value, "русский"
    UKRAINIAN = Language.UKRAINIAN.value, "украинский"


class CurrencyChoice(models.TextChoices):
    ROUBLE = "rub", "рубли, ₽"
    HRYVNIA = "uah", "гривны, ₴"


class Grouping(models.TextChoices):
    BY_KIND = "kind", "по видам: жилищные, коммунальные, прочие"
    BY_PAYEE = "payee", "по получателям платежа"
    NONE = "none", "одним списком"


CURRENCIES = {CurrencyChoice.ROUBLE: Currency.ROUBLE, CurrencyChoice.HRYVNIA: Currency.HRYVNIA}


class DocumentLogo(models.Model):
    """A picture printed at the head of documents; issued ones name it by its hash; only added to."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sha256 = models.CharField("отпечаток", max_length=64, unique=True)
    content = models.BinaryField("картинка PNG")

    class Meta:
        verbose_name = "логотип"
        verbose_name_plural = "логотипы"

    def __str__(self) -> str:
        return self.sha256[:8]


class _ForWholeMonths(Dated):
    """Holds from a month on; who decided so and when."""

    changed_at = models.DateTimeField("записано")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True


def _whole_months(name: str, key: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            name=f"{name}_holds_for_whole_months",
            condition=Q(
                valid__isempty=False, valid__startswith__isnull=False, valid__startswith__day=1
            )
            & (Q(valid__endswith__isnull=True) | Q(valid__endswith__day=1)),
        ),
        ExclusionConstraint(
            name=f"{name}_spans_do_not_overlap",
            expressions=[(key, RangeOperators.EQUAL), ("valid", RangeOperators.OVERLAPS)],
        ),
    ]


class DocumentSetting(_ForWholeMonths):
    """
    How documents of whole months are printed; without a row the form of Приказ № 454, plain.

    `keeps_pdf` stores the bytes of every issued document; otherwise they are rebuilt on demand.
    `signatures` is how many people sign a month before its documents are issued.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="document_settings")
    form = models.CharField("форма", max_length=3, choices=FormChoice, default=FormChoice.ORDER_454)
    variant = models.CharField(
        "вид PDF", max_length=8, choices=VariantChoice, default=VariantChoice.PLAIN
    )
    language = models.CharField(
        "язык", max_length=2, choices=LanguageChoice, default=LanguageChoice.RUSSIAN
    )
    currency = models.CharField(
        "валюта", max_length=3, choices=CurrencyChoice, default=CurrencyChoice.ROUBLE
    )
    grouping = models.CharField(
        "порядок услуг", max_length=5, choices=Grouping, default=Grouping.BY_KIND
    )
    keeps_pdf = models.BooleanField(
        "хранить PDF", default=False, help_text="иначе документ строится заново из своих данных"
    )
    signatures = models.PositiveSmallIntegerField("подписей перед выпуском", default=0)
    notice = models.TextField("уведомление", max_length=LONGEST_NOTICE, blank=True)
    logo = models.ForeignKey(DocumentLogo, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "настройка документов"
        verbose_name_plural = "настройки документов"
        ordering = ["organisation", "-valid"]
        constraints = [
            *_whole_months("document_setting", "organisation"),
            models.CheckConstraint(
                name="document_setting_is_known",
                condition=Q(
                    form__in=FormChoice.values,
                    variant__in=VariantChoice.values,
                    language__in=LanguageChoice.values,
                    currency__in=CurrencyChoice.values,
                    grouping__in=Grouping.values,
                ),
            ),
            models.CheckConstraint(
                name="order_43_is_printed_in_russian",
                condition=~Q(form=FormChoice.ORDER_43)
                | Q(language=LanguageChoice.RUSSIAN, currency=CurrencyChoice.ROUBLE),
            ),
            models.CheckConstraint(
                name="documents_have_up_to_two_signatures", condition=Q(signatures__lte=2)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_form_display()}"


class HouseNotice(_ForWholeMonths):
    """What the documents of one house say besides the notice of the organisation."""

    house = models.ForeignKey(House, models.PROTECT, related_name="notices")
    text = models.TextField("уведомление", max_length=LONGEST_NOTICE)

    class Meta:
        verbose_name = "уведомление дома"
        verbose_name_plural = "уведомления домов"
        ordering = ["house", "-valid"]
        constraints = [
            *_whole_months("house_notice", "house"),
            models.CheckConstraint(name="house_notice_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return f"{self.house}: {self.text[:40]}"
