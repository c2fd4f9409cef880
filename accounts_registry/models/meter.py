"""Individual and house meters with their readings."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts_registry.models.account import PersonalAccount
from accounts_registry.models.house import House
from accounts_registry.models.service import Service, Zone


class Meter(models.Model):
    """A meter of a flat (ИПУ) or of a house (ОДПУ); one row for each zone of a multi-rate meter."""

    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, null=True, blank=True, related_name="meters"
    )
    house = models.ForeignKey(House, models.PROTECT, null=True, blank=True, related_name="meters")
    service = models.ForeignKey(Service, models.PROTECT, related_name="meters")
    zone = models.CharField("зона", max_length=10, choices=Zone, blank=True)
    serial = models.CharField("заводской номер", max_length=50, blank=True)
    digits = models.PositiveSmallIntegerField("знаков до запятой", default=5)
    installed_on = models.DateField("установлен")
    removed_on = models.DateField("снят", null=True, blank=True)
    verified_until = models.DateField("поверен по", null=True, blank=True)
    access_refused_on = models.DateField(
        "акт об отказе в допуске",
        null=True,
        blank=True,
        help_text="второй отказ подряд: с этого месяца норматив с коэффициентом, "
        "пока не снимут показание",
    )

    class Meta:
        verbose_name = "счётчик"
        verbose_name_plural = "счётчики"
        ordering = ["service", "zone", "installed_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="meter_belongs_to_an_account_or_a_house",
                condition=Q(account__isnull=True, house__isnull=False)
                | Q(account__isnull=False, house__isnull=True),
            ),
            models.CheckConstraint(
                name="meter_digits_are_1_to_9", condition=Q(digits__gte=1, digits__lte=9)
            ),
            models.CheckConstraint(
                name="meter_is_removed_after_installation",
                condition=Q(removed_on__isnull=True) | Q(removed_on__gt=F("installed_on")),
            ),
            models.CheckConstraint(
                name="meter_zone_is_known", condition=Q(zone__in=["", *Zone.values])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} № {self.serial}" if self.serial else str(self.service)


class ReadingSource(models.TextChoices):
    INITIAL = "initial", "при установке"
    OPERATOR = "operator", "оператор"
    RESIDENT = "resident", "житель"
    DESK = "desk", "касса"
    IMPORT = "import", "загрузка"


class MeterReading(models.Model):
    """What a meter showed on a day, in the unit of its service."""

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings")
    read_on = models.DateField("снято")
    value = models.DecimalField("показание", max_digits=18, decimal_places=7)
    rolled_over = models.BooleanField("переход через ноль", default=False)
    source = models.CharField("источник", max_length=10, choices=ReadingSource)
    entered_at = models.DateTimeField("введено")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    note = models.CharField("примечание", max_length=300, blank=True)

    class Meta:
        verbose_name = "показание"
        verbose_name_plural = "показания"
        ordering = ["meter", "read_on"]
        constraints = [
            models.UniqueConstraint(name="one_reading_a_day", fields=["meter", "read_on"]),
            models.CheckConstraint(name="reading_is_not_negative", condition=Q(value__gte=0)),
            models.CheckConstraint(
                name="reading_source_is_known", condition=Q(source__in=ReadingSource.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.read_on}: {self.value}"


class ReplacedReading(models.Model):
    """
    A reading that was wrong, as it stood, and why another took its place; only added to.

    `became` is the value that stands there now, None where the reading was taken away.
    """

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="replaced_readings")
    read_on = models.DateField("снято")
    value = models.DecimalField("было", max_digits=18, decimal_places=7)
    became = models.DecimalField("стало", max_digits=18, decimal_places=7, null=True)
    rolled_over = models.BooleanField("переход через ноль", default=False)
    source = models.CharField("источник", max_length=10, choices=ReadingSource)
    entered_at = models.DateTimeField("введено")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField("причина", max_length=300)
    replaced_at = models.DateTimeField("исправлено")
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "исправленное показание"
        verbose_name_plural = "исправленные показания"
        ordering = ["meter", "-replaced_at", "-id"]
        constraints = [
            models.CheckConstraint(name="replaced_reading_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.read_on}: {self.value}"
