"""An instalment agreement: a debt paid off by months, and what happens when it is broken."""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts_registry.models import PersonalAccount, Service
from zhkh.kernel.period import Period


class AgreementState(models.TextChoices):
    ACTIVE = "active", "действует"
    KEPT = "kept", "исполнено"
    BROKEN = "broken", "расторгнуто"


class Instalment(models.Model):
    """
    A debt of an account divided over months; the debt itself stays in the books.

    While it is active no penalty accrues (a suspension of the account's own, ended when it is
    broken). `charged_month` is the month whose charge is divided (п. 72 Правил № 354); without
    it the debt is of past months. `percent` is yearly, `service` takes its money.
    """

    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="instalments")
    number = models.CharField("номер", max_length=50)
    signed_on = models.DateField("заключено")
    debt = models.DecimalField("долг", max_digits=14, decimal_places=2)
    first_month = models.DateField("первый месяц")
    months = models.PositiveSmallIntegerField("месяцев")
    percent = models.DecimalField("процентов годовых", max_digits=5, decimal_places=2)
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    charged_month = models.DateField("рассрочка платы за месяц", null=True, blank=True)
    state = models.CharField(
        "состояние", max_length=6, choices=AgreementState, default=AgreementState.ACTIVE
    )
    ended_on = models.DateField("закончилось", null=True, blank=True)
    ended_because = models.CharField("почему закончилось", max_length=300, blank=True)
    key = models.UUIDField("ключ запроса", unique=True)
    created_at = models.DateTimeField("записано")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "соглашение о рассрочке"
        verbose_name_plural = "соглашения о рассрочке"
        ordering = ["-signed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="account_has_one_active_instalment",
                fields=["account"],
                condition=Q(state=AgreementState.ACTIVE),
            ),
            models.CheckConstraint(name="instalment_debt_is_positive", condition=Q(debt__gt=0)),
            models.CheckConstraint(
                name="instalment_lasts_1_to_60_months", condition=Q(months__gte=1, months__lte=60)
            ),
            models.CheckConstraint(
                name="instalment_percent_is_0_to_100",
                condition=Q(percent__gte=0, percent__lte=100),
            ),
            models.CheckConstraint(
                name="instalment_state_is_known", condition=Q(state__in=AgreementState.values)
            ),
            models.CheckConstraint(
                name="ended_instalment_says_when",
                condition=Q(state=AgreementState.ACTIVE, ended_on__isnull=True)
                | (
                    ~Q(state=AgreementState.ACTIVE)
                    & Q(ended_on__isnull=False, ended_on__gte=F("signed_on"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number} от {self.signed_on:%d.%m.%Y}"

    @property
    def is_active(self) -> bool:
        return self.state == AgreementState.ACTIVE


class InstalmentPart(models.Model):
    """What is paid in a month: a part of the debt and the percents of what was left of it."""

    agreement = models.ForeignKey(Instalment, models.CASCADE, related_name="parts")
    month = models.DateField("месяц")
    principal = models.DecimalField("часть долга", max_digits=14, decimal_places=2)
    percents = models.DecimalField("проценты", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "платёж по рассрочке"
        verbose_name_plural = "платежи по рассрочке"
        ordering = ["agreement", "month"]
        constraints = [
            models.UniqueConstraint(
                name="instalment_month_is_given_once", fields=["agreement", "month"]
            ),
            models.CheckConstraint(
                name="instalment_part_is_not_negative",
                condition=Q(principal__gte=0, percents__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}: {self.to_pay}"

    @property
    def period(self) -> Period:
        month: dt.date = self.month
        return Period.of(month)

    @property
    def to_pay(self) -> Decimal:
        return self.principal + self.percents
