"""A recalculation document: a draft of sums with one basis, which posting turns into adjustments."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts_registry.models import Organisation, PersonalAccount, Service
from zhkh.kernel.period import Period


class DocumentKind(models.TextChoices):
    MANUAL = "manual", "по лицевому счёту"
    MASS = "mass", "массовый"
    RECOUNT = "recount", "пересчёт прошлых месяцев"
    SUBSIDY = "subsidy", "субсидии"
    FINE = "fine", "штраф исполнителя"
    STATE_FEE = "state_fee", "государственная пошлина"
    COURT_COSTS = "court_costs", "судебные издержки"
    INSTALMENT = "instalment", "проценты за рассрочку"
    STORNO = "storno", "сторно"


# Sums that are no recalculation: the payment document has columns of their own for them.
STANDS_APART = (
    DocumentKind.SUBSIDY,
    DocumentKind.FINE,
    DocumentKind.STATE_FEE,
    DocumentKind.COURT_COSTS,
    DocumentKind.INSTALMENT,
)


class DocumentState(models.TextChoices):
    COUNTING = "counting", "считается"
    DRAFT = "draft", "черновик"
    POSTED = "posted", "проведён"


class Reason(models.TextChoices):
    READINGS = "readings", "исправлены показания"
    PRICES = "prices", "изменены тариф или норматив"
    FACTS = "facts", "изменены данные счёта или дома"
    MISTAKE = "mistake", "ошибка начисления"
    ABSENCE = "absence", "временное отсутствие"
    QUALITY = "quality", "перерыв или ненадлежащее качество услуги"
    MAINTENANCE = "maintenance", "ненадлежащее содержание дома"
    COURT = "court", "решение суда"
    OTHER = "other", "другая причина"


# A sum with one of these reasons puts right what a calculation of the month gives by itself once
# the facts are right; a sum with another one stands beside the calculation.
PUTS_CALCULATION_RIGHT = (Reason.READINGS, Reason.PRICES, Reason.FACTS, Reason.MISTAKE)


class MassMethod(models.TextChoices):
    PER_ACCOUNT = "per_account", "сумма на лицевой счёт, ₽"
    PER_M2 = "per_m2", "на 1 м² площади, ₽"
    PERCENT = "percent", "процент от начисленного за месяц"


class CorrectionDocument(models.Model):
    """
    One basis for sums of one account or of many.

    A draft may be thrown away; a posted document stays as it is and is taken back by a storno.
    `rate` is what the mass method multiplies, signed: below zero lowers the debt.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField("номер")
    kind = models.CharField("вид", max_length=11, choices=DocumentKind)
    state = models.CharField("состояние", max_length=8, choices=DocumentState)
    reason = models.CharField("причина", max_length=11, choices=Reason)
    note = models.CharField("пояснение", max_length=300, blank=True)
    basis_title = models.CharField("документ-основание", max_length=100)
    basis_number = models.CharField("номер основания", max_length=50)
    basis_on = models.DateField("дата основания")
    scope = models.CharField("кому", max_length=300)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    method = models.CharField("способ", max_length=11, choices=MassMethod, blank=True)
    rate = models.DecimalField("значение", max_digits=14, decimal_places=4, null=True, blank=True)
    month = models.DateField("учётный месяц", null=True, blank=True)
    key = models.UUIDField("ключ запроса", unique=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    created_at = models.DateTimeField("составлен")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    posted_at = models.DateTimeField("проведён", null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "документ перерасчёта"
        verbose_name_plural = "документы перерасчёта"
        ordering = ["-number"]
        permissions = [("post_correctiondocument", "Проводить документы перерасчёта")]
        constraints = [
            models.UniqueConstraint(
                name="correction_number_is_unique_in_organisation",
                fields=["organisation", "number"],
            ),
            models.CheckConstraint(
                name="correction_kind_is_known", condition=Q(kind__in=DocumentKind.values)
            ),
            models.CheckConstraint(
                name="correction_state_is_known", condition=Q(state__in=DocumentState.values)
            ),
            models.CheckConstraint(
                name="correction_reason_is_known", condition=Q(reason__in=Reason.values)
            ),
            models.CheckConstraint(
                name="correction_names_its_basis",
                condition=~Q(basis_title="") & ~Q(basis_number=""),
            ),
            models.CheckConstraint(
                name="mass_correction_says_how",
                condition=~Q(kind=DocumentKind.MASS)
                | Q(method__in=MassMethod.values, rate__isnull=False, service__isnull=False),
            ),
            models.CheckConstraint(
                name="storno_takes_a_document_back",
                condition=Q(kind=DocumentKind.STORNO, reverses__isnull=False)
                | (~Q(kind=DocumentKind.STORNO) & Q(reverses__isnull=True)),
            ),
            models.CheckConstraint(
                name="posted_correction_says_when_and_where",
                condition=Q(
                    state=DocumentState.POSTED,
                    posted_at__isnull=False,
                    month__isnull=False,
                    month__day=1,
                )
                | (
                    ~Q(state=DocumentState.POSTED)
                    & Q(posted_at__isnull=True, posted_by__isnull=True, month__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"

    @property
    def basis(self) -> str:
        """«Заявление № 12 от 05.07.2013»."""
        return f"{self.basis_title} № {self.basis_number} от {self.basis_on:%d.%m.%Y}"

    @property
    def told_reason(self) -> str:
        """What the payment document prints as the reason."""
        label = str(Reason(self.reason).label)
        if self.kind in STANDS_APART:
            label = str(DocumentKind(self.kind).label).capitalize()
        return f"{label}: {self.note}" if self.note else label

    @property
    def is_posted(self) -> bool:
        return self.state == DocumentState.POSTED


class CorrectionLine(models.Model):
    """
    A signed sum (debt > 0) of an account and service for a month.

    `kind` is the adjustment it becomes. `volume` × `price` where the sum was given so. A recount
    keeps what it compared: `charged` then, `corrected` since, `counted` now.
    """

    document = models.ForeignKey(CorrectionDocument, models.CASCADE, related_name="lines")
    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    for_month = models.DateField("за месяц")
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)
    volume = models.DecimalField("объём", max_digits=18, decimal_places=7, null=True)
    price = models.DecimalField("цена", max_digits=14, decimal_places=6, null=True)
    charged = models.DecimalField("начислено", max_digits=14, decimal_places=2, null=True)
    corrected = models.DecimalField("уже исправлено", max_digits=14, decimal_places=2, null=True)
    counted = models.DecimalField("следовало", max_digits=14, decimal_places=2, null=True)
    key = models.UUIDField("ключ корректировки", unique=True)

    class Meta:
        verbose_name = "строка перерасчёта"
        verbose_name_plural = "строки перерасчёта"
        ordering = ["document", "id"]
        constraints = [
            models.UniqueConstraint(
                name="correction_line_is_given_once",
                fields=["document", "account", "service", "for_month"],
            ),
            models.CheckConstraint(name="correction_line_is_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(
                name="correction_line_is_for_a_month", condition=Q(for_month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}, {self.service}: {self.amount}"

    @property
    def for_period(self) -> Period:
        month: dt.date = self.for_month
        return Period.of(month)


class CorrectionRefusal(models.Model):
    """What a mass document left out, and why."""

    document = models.ForeignKey(CorrectionDocument, models.CASCADE, related_name="refusals")
    title = models.CharField("что", max_length=300)
    wrong = models.CharField("почему не принято", max_length=1000)

    class Meta:
        verbose_name = "отказ в перерасчёте"
        verbose_name_plural = "отказы в перерасчёте"
        ordering = ["document", "id"]

    def __str__(self) -> str:
        return f"{self.title}: {self.wrong}"
