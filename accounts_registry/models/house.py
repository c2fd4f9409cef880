"""Houses and the premises in them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Func

from accounts_registry.models.folding import folded
from accounts_registry.models.organisation import Organisation


class House(models.Model):
    """An apartment house; common-house volumes make it the smallest unit of a charge run."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="houses")
    code = models.CharField("код", max_length=50)
    address = models.CharField("адрес", max_length=300)
    postal_index = models.CharField("индекс", max_length=6, blank=True)
    city = models.CharField("город", max_length=100, blank=True)
    street = models.CharField("улица", max_length=150, blank=True)
    number = models.CharField("номер дома", max_length=20, blank=True)
    premises_area_m2 = models.DecimalField(
        "площадь помещений (жилых и нежилых), м²", max_digits=14, decimal_places=2
    )
    common_area_m2 = models.DecimalField(
        "площадь общего имущества, м²", max_digits=14, decimal_places=2, null=True, blank=True
    )
    total_area_m2 = models.DecimalField(
        "общая площадь дома, м²", max_digits=14, decimal_places=2, null=True, blank=True
    )
    residents = models.PositiveIntegerField("проживает в доме, человек", null=True, blank=True)
    street_key = models.GeneratedField(
        expression=folded("street"),
        output_field=models.CharField(max_length=150, db_collation="C"),
        db_persist=True,
    )
    number_key = models.GeneratedField(
        expression=folded("number"),
        output_field=models.CharField(max_length=20, db_collation="C"),
        db_persist=True,
    )

    class Meta:
        verbose_name = "дом"
        verbose_name_plural = "дома"
        ordering = ["street_key", "number_key", "id"]
        indexes = [models.Index(name="house_by_street", fields=["street_key", "number_key"])]
        constraints = [
            models.UniqueConstraint(
                name="house_code_is_unique_in_organisation", fields=["organisation", "code"]
            ),
            models.CheckConstraint(
                name="house_premises_area_is_positive", condition=Q(premises_area_m2__gt=0)
            ),
            models.CheckConstraint(
                name="house_common_area_is_positive",
                condition=Q(common_area_m2__isnull=True) | Q(common_area_m2__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.address


class PremisesKind(models.TextChoices):
    RESIDENTIAL = "residential", "жилое"
    NONRESIDENTIAL = "nonresidential", "нежилое"


class Premises(models.Model):
    """A flat, a room or a shop."""

    house = models.ForeignKey(House, models.PROTECT, related_name="premises")
    number = models.CharField("номер", max_length=100)
    kind = models.CharField(
        "назначение", max_length=15, choices=PremisesKind, default=PremisesKind.RESIDENTIAL
    )
    number_order = models.GeneratedField(
        expression=Func(
            F("number"),
            template="COALESCE(left(substring(%(expressions)s from '^[0-9]+'), 9)::int, 0)",
        ),
        output_field=models.IntegerField(),
        db_persist=True,
        help_text="начальные цифры номера: кв. 2 стоит перед кв. 10",
    )

    class Meta:
        verbose_name = "помещение"
        verbose_name_plural = "помещения"
        ordering = ["house", "number_order", "number"]
        constraints = [
            models.UniqueConstraint(
                name="premises_number_is_unique_in_house", fields=["house", "number"]
            ),
            models.CheckConstraint(
                name="premises_kind_is_known", condition=Q(kind__in=PremisesKind.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house}, {self.label}"

    @property
    def label(self) -> str:
        """«кв. 1» for a flat, «пом. 1» for anything else."""
        return f"{'кв.' if self.kind == PremisesKind.RESIDENTIAL else 'пом.'} {self.number}"
