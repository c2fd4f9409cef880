"""What lowers or corrects the charges of one account: absences, benefits, the year's heating."""

from django.db import models
from django.db.models import F, Q

from accounts_registry.models import PersonalAccount, Service
from accounts_registry.models.dated import Dated


class Absence(models.Model):
    """Residents away for a time and their application for a recalculation (п. 86–92 Правил № 354)."""

    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="absences")
    persons = models.PositiveIntegerField("человек")
    left_on = models.DateField("день отъезда")
    returned_on = models.DateField("день возвращения")
    applied_on = models.DateField("заявление подано")
    document = models.CharField("подтверждающий документ", max_length=200, blank=True)

    class Meta:
        verbose_name = "временное отсутствие"
        verbose_name_plural = "временные отсутствия"
        ordering = ["account", "id"]
        constraints = [
            models.CheckConstraint(name="absence_is_of_somebody", condition=Q(persons__gte=1)),
            models.CheckConstraint(
                name="absence_ends_after_it_begins", condition=Q(returned_on__gt=F("left_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.left_on} — {self.returned_on}"


class Benefit(Dated):
    """
    A benefit of residents on a service (ст. 159–160 ЖК РФ), for whole months.

    Without `persons` all residents have it; without `area_norm_m2` the whole area counts.
    """

    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="benefits")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    share = models.DecimalField("доля льготы", max_digits=5, decimal_places=4)
    persons = models.PositiveIntegerField("льготников", null=True, blank=True)
    area_norm_m2 = models.DecimalField(
        "норма площади, м²", max_digits=14, decimal_places=2, null=True, blank=True
    )
    category = models.CharField("категория", max_length=100, blank=True)
    document = models.CharField("подтверждающий документ", max_length=200, blank=True)

    class Meta:
        verbose_name = "льгота"
        verbose_name_plural = "льготы"
        ordering = ["account", "id"]
        constraints = [
            models.CheckConstraint(
                name="benefit_share_is_a_share", condition=Q(share__gte=0, share__lte=1)
            ),
            models.CheckConstraint(
                name="benefit_is_of_somebody",
                condition=Q(persons__isnull=True) | Q(persons__gte=1),
            ),
            models.CheckConstraint(
                name="benefit_area_norm_is_positive",
                condition=Q(area_norm_m2__isnull=True) | Q(area_norm_m2__gt=0),
            ),
            models.CheckConstraint(
                name="benefit_holds_for_whole_months",
                condition=Q(valid__isempty=False)
                & Q(valid__startswith__day=1)
                & (Q(valid__endswith__isnull=True) | Q(valid__endswith__day=1)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}, {self.service}: {self.share}"


class HeatingCharged(models.Model):
    """
    What was charged for heating over the year that a month corrects (п. 42(1) Правил № 354).

    The correction is made in `month`, where the heat of the house over the year is known too.
    """

    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="heating_charged")
    month = models.DateField("месяц корректировки")
    amount = models.DecimalField("начислено за год", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = "отопление, начисленное за год"
        verbose_name_plural = "отопление, начисленное за год"
        constraints = [
            models.UniqueConstraint(
                name="heating_charged_is_given_once", fields=["account", "month"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}, {self.month}: {self.amount}"
