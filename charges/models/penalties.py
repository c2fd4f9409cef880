"""Penalties as they were calculated for a month: how much, and the days they are made of."""

from django.db import models
from django.db.models import F, Q

from accounts_registry.models import Organisation, PersonalAccount, Service


class PenaltyRule(models.TextChoices):
    RU155 = "ru155", "ч. 14 ст. 155 ЖК РФ"
    RU155_CAPITAL = "ru155_capital", "ч. 14.1 ст. 155 ЖК РФ"
    UA = "ua", "ст. 26 Закона Украины № 2189-VIII"


class PenaltyCutoff(models.Model):
    """
    The day up to which the penalties of a month are counted, where it is not its last day.

    Payments after `counted_until`, where given, are not known to the calculation.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    month = models.DateField("месяц")
    as_of = models.DateField("по день включительно")
    counted_until = models.DateField("платежи учтены по", null=True, blank=True)

    class Meta:
        verbose_name = "день расчёта пеней"
        verbose_name_plural = "дни расчёта пеней"
        constraints = [
            models.UniqueConstraint(
                name="penalty_cutoff_is_given_once", fields=["organisation", "month"]
            ),
            models.CheckConstraint(
                name="penalty_cutoff_month_begins_on_the_first_day", condition=Q(month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}: по {self.as_of}"


class PenaltyAccrual(models.Model):
    """
    The penalty for the debt of one month, by one rule, as a month's run found it; only grows.

    `accrued` is everything from the first day of delay, `amount` what the month adds to what
    earlier months posted: below zero where a payment made earlier was found.
    """

    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="penalties")
    month = models.DateField("учётный месяц")
    for_month = models.DateField("долг за месяц")
    rule = models.CharField("правило", max_length=13, choices=PenaltyRule)
    due_on = models.DateField("последний день срока оплаты")
    as_of = models.DateField("по день включительно")
    accrued = models.DecimalField("начислено всего", max_digits=14, decimal_places=2)
    posted_before = models.DecimalField("начислено прежде", max_digits=14, decimal_places=2)
    amount = models.DecimalField("за месяц", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "пени за долг"
        verbose_name_plural = "пени за долги"
        ordering = ["account", "month", "for_month", "rule"]
        constraints = [
            models.UniqueConstraint(
                name="penalty_accrues_once_a_month",
                fields=["account", "month", "for_month", "rule"],
            ),
            models.CheckConstraint(
                name="penalty_accrual_adds_up",
                condition=Q(accrued=F("posted_before") + F("amount")),
            ),
            models.CheckConstraint(
                name="penalty_accrual_is_not_negative", condition=Q(accrued__gte=0)
            ),
            models.CheckConstraint(
                name="penalty_rule_is_known", condition=Q(rule__in=PenaltyRule.values)
            ),
            models.CheckConstraint(
                name="penalty_months_begin_on_the_first_day",
                condition=Q(month__day=1, for_month__day=1),
            ),
        ]
        indexes = [models.Index(name="penalty_of_month", fields=["month", "account"])]

    def __str__(self) -> str:
        return f"{self.for_month}: {self.accrued}"


class PenaltySpan(models.Model):
    """Days [since, until) with one debt, one part of the rate and one rate; only grows."""

    accrual = models.ForeignKey(PenaltyAccrual, models.PROTECT, related_name="spans")
    debt = models.DecimalField("долг", max_digits=14, decimal_places=2)
    since = models.DateField("с")
    until = models.DateField("до")
    days = models.PositiveIntegerField("дней")
    part = models.CharField("доля ставки", max_length=5, blank=True)
    rate = models.DecimalField("ставка, %", max_digits=21, decimal_places=6)
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "отрезок пеней"
        verbose_name_plural = "отрезки пеней"
        ordering = ["accrual", "since"]
        constraints = [
            models.UniqueConstraint(name="penalty_span_begins_once", fields=["accrual", "since"]),
            models.CheckConstraint(
                name="penalty_span_has_its_days",
                condition=Q(days__gte=1, until=F("since") + F("days")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.since} — {self.until}: {self.amount}"


class PenaltyShare(models.Model):
    """The part of an accrual that falls on one service, as the books have it; only grows."""

    accrual = models.ForeignKey(PenaltyAccrual, models.PROTECT, related_name="shares")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    accrued = models.DecimalField("начислено всего", max_digits=14, decimal_places=2)
    amount = models.DecimalField("за месяц", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "пени по услуге"
        verbose_name_plural = "пени по услугам"
        constraints = [
            models.UniqueConstraint(name="penalty_is_shared_once", fields=["accrual", "service"]),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.amount}"
