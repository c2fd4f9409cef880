"""What the common volumes of a house came to in a month."""

from django.db import models
from django.db.models import F, Q

from accounts_registry.models import House, Service, Zone
from charges.models.months import CommonVolumeMethod


class CommonOutcome(models.Model):
    """
    A common volume of a calculated house: what its residents share and what nobody does.

    `undistributed` below zero was saved, above zero it is over the norm and paid by the
    organisation. `carried` is what comes off the next month (п. 29 Правил № 491).
    """

    house = models.ForeignKey(House, models.PROTECT, related_name="common_outcomes")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    zone = models.CharField("зона", max_length=10, choices=Zone, blank=True)
    month = models.DateField("месяц")
    volume = models.DecimalField("распределено", max_digits=18, decimal_places=7)
    method = models.CharField("способ", max_length=11, choices=CommonVolumeMethod)
    undistributed = models.DecimalField("не распределено", max_digits=18, decimal_places=7)
    carried = models.DecimalField(
        "перенесено на следующий месяц", max_digits=18, decimal_places=7, default=0
    )

    class Meta:
        verbose_name = "итог общедомового объёма"
        verbose_name_plural = "итоги общедомовых объёмов"
        ordering = ["house", "month", "service", "zone"]
        constraints = [
            models.UniqueConstraint(
                name="common_outcome_is_given_once", fields=["house", "month", "service", "zone"]
            ),
            models.CheckConstraint(
                name="common_outcome_method_is_known",
                condition=Q(method__in=CommonVolumeMethod.values),
            ),
            models.CheckConstraint(
                name="common_outcome_shares_no_less_than_nothing", condition=Q(volume__gte=0)
            ),
            models.CheckConstraint(
                name="only_what_was_saved_is_carried",
                condition=Q(carried=0) | Q(carried__gt=0, carried=-F("undistributed")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house}, {self.service}: {self.volume}"
