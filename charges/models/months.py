"""What is known of a house for one month: volumes, voted sums, heating, interruptions."""

from django.db import models
from django.db.models import Q

from accounts_registry.models import House, Service, Zone


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


class HeatingSeason(models.TextChoices):
    HEATING = "heating", "в отопительный период"
    YEAR = "year", "равномерно весь год"


class HouseHeating(models.Model):
    """How the heat of a house is found in a month (п. 42(1) Правил № 354); volumes in Гкал."""

    house = models.ForeignKey(House, models.PROTECT, related_name="heating")
    month = models.DateField("месяц")
    season = models.CharField("оплата отопления", max_length=7, choices=HeatingSeason)
    months = models.PositiveSmallIntegerField(
        "месяцев отопительного периода", null=True, blank=True
    )
    house_volume = models.DecimalField(
        "объём дома за месяц", max_digits=18, decimal_places=7, null=True, blank=True
    )
    previous_year_mean = models.DecimalField(
        "среднемесячный объём дома прошлого года",
        max_digits=18,
        decimal_places=7,
        null=True,
        blank=True,
    )
    year_volume = models.DecimalField(
        "объём дома за год для корректировки",
        max_digits=18,
        decimal_places=7,
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "отопление дома"
        verbose_name_plural = "отопление домов"
        constraints = [
            models.UniqueConstraint(name="house_heating_is_given_once", fields=["house", "month"]),
            models.CheckConstraint(
                name="heating_season_is_known", condition=Q(season__in=HeatingSeason.values)
            ),
            models.CheckConstraint(
                name="heating_months_are_1_to_12",
                condition=Q(months__isnull=True) | Q(months__gte=1, months__lte=12),
            ),
            *(
                models.CheckConstraint(
                    name=f"heating_{column}_is_not_negative",
                    condition=Q(**{f"{column}__isnull": True}) | Q(**{f"{column}__gte": 0}),
                )
                for column in ("house_volume", "previous_year_mean", "year_volume")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house}, {self.month}: {self.get_season_display()}"


class Interruption(models.Model):
    """
    Hours a service of a house was interrupted in a month (п. 98–101 Правил № 354, приложение 1).

    Every hour over the allowed ones lowers what the service is charged by the share `rate`.
    """

    house = models.ForeignKey(House, models.PROTECT, related_name="interruptions")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    month = models.DateField("месяц")
    hours = models.PositiveIntegerField("часов перерыва")
    allowed_hours = models.PositiveIntegerField("допустимо часов")
    rate = models.DecimalField("снижение за час, доля", max_digits=7, decimal_places=6)
    document = models.CharField("акт", max_length=200, blank=True)

    class Meta:
        verbose_name = "перерыв"
        verbose_name_plural = "перерывы"
        ordering = ["house", "month", "id"]
        constraints = [
            models.CheckConstraint(
                name="interruption_rate_is_a_share", condition=Q(rate__gte=0, rate__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house}, {self.service}: {self.hours} ч"
