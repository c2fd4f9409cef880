"""HOW MUCH: tariffs, norms, house volumes, charge lines and the frozen inputs behind them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from accounts_registry.models import House, PersonalAccount, Service, Zone
from accounts_registry.models.dated import Dated, dated_constraints


class TariffComponent(models.TextChoices):
    WATER = "water", "холодная вода"
    HEAT = "heat", "тепловая энергия"


class TariffUse(models.TextChoices):
    INDIVIDUAL = "individual", "индивидуальное потребление"
    COMMON = "common", "общедомовые нужды"


class Tariff(Dated):
    """
    Price of one unit of a service.

    A tariff without `use` serves both uses; with price ranges exactly one range has no bound.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="tariffs")
    zone = models.CharField("зона", max_length=10, choices=Zone, blank=True)
    component = models.CharField("компонент", max_length=5, choices=TariffComponent, blank=True)
    use = models.CharField("применение", max_length=10, choices=TariffUse, blank=True)
    up_to = models.DecimalField(
        "верхняя граница диапазона, единиц в месяц",
        max_digits=18,
        decimal_places=7,
        null=True,
        blank=True,
    )
    price = models.DecimalField("цена за единицу", max_digits=14, decimal_places=6)
    source = models.CharField("источник", max_length=300, blank=True)

    class Meta:
        verbose_name = "тариф"
        verbose_name_plural = "тарифы"
        ordering = ["service", "zone", "component", "use", "up_to", "valid"]
        constraints = [
            models.CheckConstraint(name="tariff_is_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="tariff_valid_has_a_start",
                condition=Q(valid__startswith__isnull=False) & Q(valid__isempty=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.price}"


class Norm(Dated):
    """Consumption norms of a service; a yearly norm is divided by twelve without rounding."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="norms")
    per_person = models.DecimalField(
        "на человека в месяц", max_digits=14, decimal_places=6, null=True, blank=True
    )
    per_common_m2 = models.DecimalField(
        "на м² общего имущества в месяц", max_digits=14, decimal_places=6, null=True, blank=True
    )
    per_m2 = models.DecimalField(
        "на м² помещения в месяц", max_digits=14, decimal_places=6, null=True, blank=True
    )
    heat_per_unit = models.DecimalField(
        "Гкал на м³ горячей воды", max_digits=14, decimal_places=6, null=True, blank=True
    )
    is_yearly = models.BooleanField("годовой норматив", default=False)
    source = models.CharField("источник", max_length=300, blank=True)

    class Meta:
        verbose_name = "норматив"
        verbose_name_plural = "нормативы"
        ordering = ["service", "valid"]
        constraints = [
            models.CheckConstraint(
                name="norm_valid_has_a_start",
                condition=Q(valid__startswith__isnull=False) & Q(valid__isempty=False),
            ),
            *(
                ExclusionConstraint(
                    name=f"norm_{key}_spans_do_not_overlap",
                    expressions=[
                        ("service", RangeOperators.EQUAL),
                        ("valid", RangeOperators.OVERLAPS),
                    ],
                    condition=Q(**{f"{key}__isnull": False}),
                )
                for key in ("per_person", "per_common_m2", "per_m2", "heat_per_unit")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: норматив"


class Uplift(Dated):
    """Raising coefficient of a norm where a meter could be installed and is not."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="uplifts")
    coefficient = models.DecimalField("коэффициент", max_digits=14, decimal_places=6)
    source = models.CharField("источник", max_length=300, blank=True)

    class Meta:
        verbose_name = "повышающий коэффициент"
        verbose_name_plural = "повышающие коэффициенты"
        ordering = ["service", "valid"]
        constraints = [
            *dated_constraints("uplift", "service"),
            models.CheckConstraint(name="uplift_is_at_least_one", condition=Q(coefficient__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.service}: × {self.coefficient}"


class CommonVolumeMethod(models.TextChoices):
    HOUSE_METER = "house_meter", "по общедомовому прибору"
    NORM = "norm", "по нормативу"


class CommonVolume(models.Model):
    """Volume used for the common needs of a house in a month, as the accountant entered it."""

    house = models.ForeignKey(House, models.PROTECT, related_name="common_volumes")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    zone = models.CharField("зона", max_length=10, choices=Zone, blank=True)
    month = models.DateField("месяц")
    volume = models.DecimalField("объём", max_digits=18, decimal_places=7)
    method = models.CharField("способ", max_length=11, choices=CommonVolumeMethod)
    premises_volume = models.DecimalField(
        "объём в помещениях (справочно)", max_digits=18, decimal_places=7, null=True, blank=True
    )
    meter_reading = models.DecimalField(
        "показание общедомового прибора (справочно)",
        max_digits=18,
        decimal_places=7,
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "общедомовой объём"
        verbose_name_plural = "общедомовые объёмы"
        ordering = ["house", "month", "service", "zone"]
        constraints = [
            models.UniqueConstraint(
                name="common_volume_is_given_once", fields=["house", "service", "zone", "month"]
            ),
            models.CheckConstraint(
                name="common_volume_is_not_negative", condition=Q(volume__gte=0)
            ),
            models.CheckConstraint(
                name="common_volume_method_is_known",
                condition=Q(method__in=CommonVolumeMethod.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house}, {self.service}: {self.volume}"


class VotedSum(models.Model):
    """A sum voted by the owners of a house for a month, split by area without a remainder."""

    house = models.ForeignKey(House, models.PROTECT, related_name="voted_sums")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    month = models.DateField("месяц")
    amount = models.DecimalField("сумма", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "утверждённая сумма"
        verbose_name_plural = "утверждённые суммы"
        constraints = [
            models.UniqueConstraint(
                name="voted_sum_is_given_once", fields=["house", "service", "month"]
            ),
            models.CheckConstraint(name="voted_sum_is_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.house}, {self.service}: {self.amount}"


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
