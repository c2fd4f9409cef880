"""Prices of services, norms of consumption and raising coefficients: dated, of an organisation."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from accounts_registry.models import Service, Zone
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
    Spans do not overlap: migration 0002 says so to the database.
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
            models.CheckConstraint(
                name="tariff_bound_is_above_zero",
                condition=Q(up_to__isnull=True) | Q(up_to__gt=0),
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


class PriceKind(models.TextChoices):
    TARIFF = "tariff", "тариф"
    NORM = "norm", "норматив"
    UPLIFT = "uplift", "повышающий коэффициент"


class PriceAction(models.TextChoices):
    ADDED = "added", "добавлено"
    CORRECTED = "corrected", "исправлено"
    REMOVED = "removed", "удалено"


class PriceChange(models.Model):
    """
    Who changed the prices of a service, when, by which document; only added to.

    `was` and `became` are what held from the day on, in words, before and after the change.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="price_changes")
    kind = models.CharField("что", max_length=6, choices=PriceKind)
    action = models.CharField("действие", max_length=9, choices=PriceAction)
    since = models.DateField("с какого дня")
    was = models.TextField("было", blank=True)
    became = models.TextField("стало", blank=True)
    basis = models.CharField("основание", max_length=300, blank=True)
    changed_at = models.DateTimeField("когда")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "изменение цены"
        verbose_name_plural = "изменения цен"
        ordering = ["-changed_at", "-id"]
        indexes = [models.Index(name="price_change_by_service", fields=["service", "changed_at"])]
        constraints = [
            models.CheckConstraint(
                name="price_change_kind_is_known", condition=Q(kind__in=PriceKind.values)
            ),
            models.CheckConstraint(
                name="price_change_action_is_known", condition=Q(action__in=PriceAction.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.get_kind_display()} {self.get_action_display()}"
