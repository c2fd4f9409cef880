"""What a calculation leaves: charge lines, what it changed besides them, and its frozen inputs."""

from django.db import models
from django.db.models import F, Q

from accounts_registry.models import House, PersonalAccount, Service


class ChargeLine(models.Model):
    """
    What an account is charged for a service in a month; PARTITION BY RANGE (month).

    One row per account, month, service, zone, component and use (absent values are '').
    Written by COPY only. `recalculated` and `benefit` are printed copies of adjustments.
    Volumes in the service's unit, money in roubles.
    """

    pk = models.CompositePrimaryKey("month", "account", "service", "zone", "component", "use")
    month = models.DateField("месяц")
    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="charge_lines")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    zone = models.CharField("зона", max_length=10, blank=True)
    component = models.CharField("компонент", max_length=5, blank=True)
    use = models.CharField("применение", max_length=10, blank=True)
    unit = models.CharField("единица", max_length=20, blank=True)
    price = models.DecimalField("цена", max_digits=14, decimal_places=6, null=True)
    individual_volume = models.DecimalField(max_digits=22, decimal_places=7, null=True)
    individual_method = models.CharField(max_length=13, blank=True)
    individual_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    common_volume = models.DecimalField(max_digits=22, decimal_places=7, null=True)
    common_method = models.CharField(max_length=13, blank=True)
    common_amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    uplift_coefficient = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    uplift_amount = models.DecimalField(max_digits=14, decimal_places=2)
    vat = models.DecimalField("НДС", max_digits=14, decimal_places=2)
    charged = models.DecimalField("начислено", max_digits=14, decimal_places=2)
    recalculated = models.DecimalField("перерасчёт", max_digits=14, decimal_places=2)
    benefit = models.DecimalField("льгота", max_digits=14, decimal_places=2)
    total = models.DecimalField("итого", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "строка начисления"
        verbose_name_plural = "строки начислений"
        permissions = [("run_charges", "Рассчитывать начисления")]
        constraints = [
            models.CheckConstraint(
                name="charge_line_adds_up",
                condition=Q(total=F("charged") + F("recalculated") - F("benefit")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}: {self.total}"


class ChargeInput(models.Model):
    """
    The frozen inputs of a house and month: a scenario document, compressed.

    Everything about the month can be derived from it again through the pure core.
    """

    house = models.ForeignKey(House, models.PROTECT, related_name="charge_inputs")
    month = models.DateField("месяц")
    document = models.BinaryField("сценарий, zlib")
    input_digest = models.CharField("отпечаток исходных данных", max_length=64)
    result_digest = models.CharField("отпечаток результата", max_length=64)
    rules_version = models.CharField("версия правил", max_length=20)

    class Meta:
        verbose_name = "исходные данные расчёта"
        verbose_name_plural = "исходные данные расчётов"
        constraints = [
            models.UniqueConstraint(name="house_month_is_frozen_once", fields=["house", "month"]),
        ]

    def __str__(self) -> str:
        return f"{self.house}, {self.month}"


class ComputedKind(models.TextChoices):
    RECALCULATION = "recalculation", "перерасчёт"
    BENEFIT = "benefit", "льгота"


class ComputedAdjustment(models.Model):
    """
    What the calculation itself found besides the charge: absences, interruptions, benefits.

    Signed as the ledger has it: what lowers the bill is negative. Becomes an adjustment when the
    month is confirmed; cleared with the lines of its house when the month is calculated again.
    """

    account = models.ForeignKey(PersonalAccount, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    month = models.DateField("месяц")
    kind = models.CharField("вид", max_length=13, choices=ComputedKind)
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "рассчитанное изменение"
        verbose_name_plural = "рассчитанные изменения"
        constraints = [
            models.UniqueConstraint(
                name="computed_adjustment_is_given_once",
                fields=["month", "account", "service", "kind"],
            ),
            models.CheckConstraint(
                name="computed_kind_is_known", condition=Q(kind__in=ComputedKind.values)
            ),
            models.CheckConstraint(name="computed_adjustment_is_not_zero", condition=~Q(amount=0)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount}"
