"""
The books: months, payments, adjustments, turnover. Rows are added, never changed.

The database itself refuses UPDATE, DELETE and TRUNCATE here (migration `protect`).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from zhkh.kernel.period import Period


class PeriodState(models.TextChoices):
    OPEN = "open", "открыт"
    CALCULATING = "calculating", "рассчитывается"
    DRAFT = "draft", "черновик"
    POSTED = "posted", "проведён"


class AccountingPeriod(models.Model):
    """One month of one organisation: the lock of the month and the truth about it."""

    organisation = models.ForeignKey(
        "accounts_registry.Organisation", models.PROTECT, related_name="accounting_periods"
    )
    month = models.DateField("месяц", help_text="первое число месяца")
    state = models.CharField(
        "состояние", max_length=11, choices=PeriodState, default=PeriodState.OPEN
    )
    posted_at = models.DateTimeField("проведён", null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "расчётный период"
        verbose_name_plural = "расчётные периоды"
        ordering = ["organisation", "month"]
        permissions = [("post_month", "Проводить месяц")]
        constraints = [
            models.UniqueConstraint(
                name="organisation_has_a_month_once", fields=["organisation", "month"]
            ),
            models.CheckConstraint(
                name="period_begins_on_the_first_day", condition=Q(month__day=1)
            ),
            models.CheckConstraint(
                name="period_state_is_known", condition=Q(state__in=PeriodState.values)
            ),
            models.CheckConstraint(
                name="posted_period_says_when",
                condition=Q(state=PeriodState.POSTED, posted_at__isnull=False)
                | (~Q(state=PeriodState.POSTED) & Q(posted_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.period.title

    @property
    def period(self) -> Period:
        return Period.of(self.month)

    @property
    def is_posted(self) -> bool:
        return self.state == PeriodState.POSTED


class OperationKind(models.TextChoices):
    PAYMENT = "payment", "ввод оплаты"
    REVERSAL = "reversal", "отмена оплаты"
    TRANSFER = "transfer", "перенос переплаты"
    WRITE_OFF = "write_off", "списание долга"
    OPENING = "opening", "ввод начальных остатков"
    UNDOING = "undoing", "отмена переноса или списания"


class Operation(models.Model):
    """
    What an accountant did to the books by hand: who, when, and by which paper.

    Its payments and adjustments point at it; `key` is made by the form, so a repeated request
    finds the first operation.
    """

    organisation = models.ForeignKey(
        "accounts_registry.Organisation", models.PROTECT, related_name="operations"
    )
    kind = models.CharField("вид", max_length=9, choices=OperationKind)
    happened_on = models.DateField("дата операции")
    basis = models.CharField("документ-основание", max_length=500)
    reason = models.CharField("причина", max_length=500, blank=True)
    key = models.UUIDField("ключ запроса", unique=True)
    recorded_at = models.DateTimeField("записано")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "операция с книгами"
        verbose_name_plural = "операции с книгами"
        ordering = ["-id"]
        permissions = [("keep_books", "Проводить операции с книгами")]
        constraints = [
            models.CheckConstraint(
                name="operation_kind_is_known", condition=Q(kind__in=OperationKind.values)
            ),
            models.CheckConstraint(name="operation_names_its_basis", condition=~Q(basis="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.happened_on}"


class PaymentSource(models.TextChoices):
    DESK = "desk", "касса"
    BANK = "bank", "банк"
    ENTRY = "entry", "ввод бухгалтера"


class Payment(models.Model):
    """
    Money received for an account; a cancellation is a row of its own with negative lines.

    `month` is the accounting month the payment belongs to; `key` is made by the client before
    the first attempt, so a repeated request finds the first payment.
    """

    account = models.ForeignKey(
        "accounts_registry.PersonalAccount", models.PROTECT, related_name="payments"
    )
    month = models.DateField("учётный месяц")
    paid_on = models.DateField("дата оплаты")
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)
    source = models.CharField("источник", max_length=5, choices=PaymentSource)
    key = models.UUIDField("ключ запроса", unique=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    operation = models.ForeignKey(
        Operation, models.PROTECT, null=True, blank=True, related_name="payments"
    )
    recorded_at = models.DateTimeField("записано")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "платёж"
        verbose_name_plural = "платежи"
        ordering = ["paid_on", "id"]
        indexes = [
            models.Index(name="payment_of_account_by_day", fields=["account", "paid_on"]),
            models.Index(name="payment_by_day", fields=["paid_on", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="payment_is_positive_reversal_negative",
                condition=Q(reverses__isnull=True, amount__gt=0)
                | Q(reverses__isnull=False, amount__lt=0),
            ),
            models.CheckConstraint(
                name="payment_month_begins_on_the_first_day", condition=Q(month__day=1)
            ),
            models.CheckConstraint(
                name="payment_source_is_known", condition=Q(source__in=PaymentSource.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paid_on}: {self.amount}"


class PaymentLine(models.Model):
    """The part of a payment meant for a service and, where the payer named it, for a month."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="lines")
    account = models.ForeignKey(
        "accounts_registry.PersonalAccount", models.PROTECT, related_name="+"
    )
    service = models.ForeignKey("accounts_registry.Service", models.PROTECT, related_name="+")
    month = models.DateField("учётный месяц")
    named_month = models.DateField("названный плательщиком месяц", null=True, blank=True)
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "строка платежа"
        verbose_name_plural = "строки платежа"
        ordering = ["payment", "id"]
        indexes = [
            models.Index(name="payment_line_of_month", fields=["account", "month", "service"])
        ]
        constraints = [
            models.UniqueConstraint(
                name="payment_names_a_service_and_month_once",
                fields=["payment", "service", "named_month"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="payment_line_is_not_zero", condition=~Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.amount}"


class AdjustmentKind(models.TextChoices):
    OPENING = "opening", "начальное сальдо"
    RECALCULATION = "recalculation", "перерасчёт"
    BENEFIT = "benefit", "льгота"
    PENALTY = "penalty", "пени"
    CORRECTION = "correction", "исправление"
    TRANSFER = "transfer", "перенос переплаты"
    WRITE_OFF = "write_off", "списание"
    SUBSIDY = "subsidy", "субсидия"
    FINE = "fine", "штраф исполнителя"
    STATE_FEE = "state_fee", "государственная пошлина"
    COURT_COSTS = "court_costs", "судебные издержки"
    INSTALMENT = "instalment", "проценты за рассрочку"


class Adjustment(models.Model):
    """
    A sum that changes the debt besides charges and payments: debt > 0, credit < 0.

    The only source of opening balances, recalculations, benefits, penalties and corrections.
    `for_month` is the month the sum is about, `month` the accounting month it stands in.
    """

    account = models.ForeignKey(
        "accounts_registry.PersonalAccount", models.PROTECT, related_name="adjustments"
    )
    service = models.ForeignKey("accounts_registry.Service", models.PROTECT, related_name="+")
    month = models.DateField("учётный месяц")
    for_month = models.DateField("за месяц")
    kind = models.CharField("вид", max_length=13, choices=AdjustmentKind)
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)
    due_on = models.DateField("срок оплаты", null=True, blank=True)
    reason = models.CharField("причина", max_length=500, blank=True)
    basis = models.CharField("документ-основание", max_length=500, blank=True)
    key = models.UUIDField("ключ запроса", unique=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    operation = models.ForeignKey(
        Operation, models.PROTECT, null=True, blank=True, related_name="adjustments"
    )
    recorded_at = models.DateTimeField("записано")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "корректировка"
        verbose_name_plural = "корректировки"
        ordering = ["month", "id"]
        indexes = [models.Index(name="adjustment_of_month", fields=["account", "month"])]
        constraints = [
            models.CheckConstraint(
                name="adjustment_kind_is_known", condition=Q(kind__in=AdjustmentKind.values)
            ),
            models.CheckConstraint(
                name="only_a_recalculation_comes_to_nothing",
                condition=~Q(amount=0) | Q(kind=AdjustmentKind.RECALCULATION),
            ),
            models.CheckConstraint(
                name="transfer_and_write_off_belong_to_an_operation",
                condition=~Q(kind__in=[AdjustmentKind.TRANSFER, AdjustmentKind.WRITE_OFF])
                | Q(operation__isnull=False),
            ),
            models.CheckConstraint(
                name="adjustment_months_begin_on_the_first_day",
                condition=Q(month__day=1, for_month__day=1),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount}"


class Turnover(models.Model):
    """
    Month × account × service, written once at posting: the balance, the trial balance and
    the advance or debt of the bill. `closing` = debt (> 0) or advance (< 0).

    PARTITION BY RANGE (month); partitions are made by `open_month` in the database.
    """

    pk = models.CompositePrimaryKey("month", "account", "service")
    month = models.DateField("месяц")
    account = models.ForeignKey(
        "accounts_registry.PersonalAccount", models.PROTECT, related_name="turnovers"
    )
    service = models.ForeignKey("accounts_registry.Service", models.PROTECT, related_name="+")
    opening = models.DecimalField("входящее сальдо", max_digits=14, decimal_places=2)
    charged = models.DecimalField("начислено", max_digits=14, decimal_places=2)
    adjusted = models.DecimalField("перерасчёты", max_digits=14, decimal_places=2)
    paid = models.DecimalField("оплачено", max_digits=14, decimal_places=2)
    closing = models.DecimalField("исходящее сальдо", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "оборот"
        verbose_name_plural = "обороты"
        constraints = [
            models.CheckConstraint(
                name="turnover_adds_up",
                condition=Q(closing=F("opening") + F("charged") + F("adjusted") - F("paid")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}: {self.closing}"


class ChargeTotal(models.Model):
    """Staging of posting: what `charges` says was charged; emptied when the month is posted."""

    organisation = models.ForeignKey(
        "accounts_registry.Organisation", models.PROTECT, related_name="+"
    )
    month = models.DateField()
    account = models.ForeignKey(
        "accounts_registry.PersonalAccount", models.PROTECT, related_name="+"
    )
    service = models.ForeignKey("accounts_registry.Service", models.PROTECT, related_name="+")
    charged = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="charge_total_is_given_once", fields=["month", "account", "service"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}: {self.charged}"
