"""
Reference books: numbers the law sets, dated, with their source.

Rows of a country come with the program (`is_shipped`) and may be corrected and added to; rows of
an organisation are its own. Who changed what is in `CatalogueChange`.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from accounts_registry.models.account import PersonalAccount
from accounts_registry.models.dated import Dated
from accounts_registry.models.organisation import Organisation
from accounts_registry.models.service import UpliftKind
from zhkh.kernel.quantity import plain


class Country(models.TextChoices):
    RUSSIA = "ru", "Россия"
    UKRAINE = "ua", "Украина"


class Reference(models.Model):
    """Whose row it is and where it comes from."""

    country = models.CharField("страна", max_length=2, choices=Country, default=Country.RUSSIA)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField("источник", max_length=300)
    is_shipped = models.BooleanField("из поставки", default=False)

    class Meta:
        abstract = True


class RateKind(models.TextChoices):
    KEY = "key", "ключевая ставка, % годовых"
    CAP = "cap", "предел ставки для пеней, % годовых"
    DAILY = "daily", "ставка пеней, % в день"
    VAT = "vat", "ставка НДС, %"


class ReferenceRate(Reference):
    """A rate in per cent from a day until the next one of its kind; a cap may be lifted (None)."""

    kind = models.CharField("вид", max_length=5, choices=RateKind)
    since = models.DateField("действует с")
    percent = models.DecimalField("процент", max_digits=21, decimal_places=6, null=True)

    class Meta:
        verbose_name = "ставка"
        verbose_name_plural = "ставки"
        ordering = ["kind", "-since"]
        constraints = [
            models.UniqueConstraint(
                name="rate_begins_once_a_day",
                fields=["kind", "country", "organisation", "since"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="rate_is_not_negative",
                condition=Q(percent__isnull=False, percent__gte=0)
                | Q(percent__isnull=True, kind=RateKind.CAP),
            ),
            models.CheckConstraint(
                name="rate_kind_is_known", condition=Q(kind__in=RateKind.values)
            ),
        ]

    def __str__(self) -> str:
        value = "нет" if self.percent is None else plain(self.percent).replace(".", ",")
        return f"{self.get_kind_display()} с {self.since:%d.%m.%Y}: {value}"


class PenaltySuspension(Dated, Reference):
    """Days on which no penalty accrues: by law, for an organisation, or for one account."""

    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, null=True, blank=True, related_name="penalty_suspensions"
    )

    class Meta:
        verbose_name = "приостановка пеней"
        verbose_name_plural = "приостановки пеней"
        ordering = ["-valid"]
        constraints = [
            models.CheckConstraint(
                name="suspension_valid_has_a_start",
                condition=Q(valid__startswith__isnull=False) & Q(valid__isempty=False),
            ),
            models.CheckConstraint(
                name="suspension_of_an_account_names_no_organisation",
                condition=Q(account__isnull=True) | Q(organisation__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"с {self.valid.lower:%d.%m.%Y}: {self.source}"


class DueDay(Dated, Reference):
    """Until which day of the next month a billed month is paid; `valid` is of billed months."""

    day = models.PositiveSmallIntegerField("число следующего месяца")

    class Meta:
        verbose_name = "срок оплаты"
        verbose_name_plural = "сроки оплаты"
        ordering = ["-valid"]
        constraints = [
            models.CheckConstraint(
                name="due_day_is_in_every_month", condition=Q(day__gte=1, day__lte=28)
            ),
            models.CheckConstraint(
                name="due_day_holds_for_whole_months",
                condition=Q(
                    valid__isempty=False, valid__startswith__isnull=False, valid__startswith__day=1
                )
                & (Q(valid__endswith__isnull=True) | Q(valid__endswith__day=1)),
            ),
            ExclusionConstraint(
                name="due_day_spans_do_not_overlap",
                expressions=[
                    ("country", RangeOperators.EQUAL),
                    (Coalesce(F("organisation_id"), 0), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"до {self.day}-го, с {self.valid.lower:%m.%Y}"


class UpliftCoefficient(Dated, Reference):
    """What a norm is multiplied by where a meter could be installed, by kind of service."""

    kind = models.CharField("вид услуги", max_length=11, choices=UpliftKind)
    coefficient = models.DecimalField("коэффициент", max_digits=14, decimal_places=6)

    class Meta:
        verbose_name = "повышающий коэффициент по закону"
        verbose_name_plural = "повышающие коэффициенты по закону"
        ordering = ["kind", "-valid"]
        constraints = [
            models.CheckConstraint(
                name="uplift_coefficient_is_at_least_one", condition=Q(coefficient__gte=1)
            ),
            models.CheckConstraint(
                name="uplift_kind_is_known", condition=Q(kind__in=UpliftKind.values)
            ),
            models.CheckConstraint(
                name="uplift_coefficient_valid_has_a_start",
                condition=Q(valid__startswith__isnull=False) & Q(valid__isempty=False),
            ),
            ExclusionConstraint(
                name="uplift_coefficient_spans_do_not_overlap",
                expressions=[
                    ("kind", RangeOperators.EQUAL),
                    ("country", RangeOperators.EQUAL),
                    (Coalesce(F("organisation_id"), 0), RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        times = plain(self.coefficient).replace(".", ",")
        return f"{self.get_kind_display()} с {self.valid.lower:%d.%m.%Y}: × {times}"


class CalendarDay(Reference):
    """A day that is not what its weekday says: a holiday, or a working Saturday."""

    day = models.DateField("день")
    is_working = models.BooleanField("рабочий", default=False)

    class Meta:
        verbose_name = "день производственного календаря"
        verbose_name_plural = "производственный календарь"
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(
                name="calendar_names_a_day_once",
                fields=["country", "organisation", "day"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y}: {'рабочий' if self.is_working else 'выходной'}"
