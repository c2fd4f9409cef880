"""The catalogue of services an organisation bills."""

from django.db import models
from django.db.models import Q

from accounts_registry.models.organisation import Organisation, Payee


class ServiceGroup(models.TextChoices):
    HOUSING = "housing", "Жилищные услуги"
    COMMUNAL = "communal", "Коммунальные услуги"
    OTHER = "other", "Прочие"


class ChargeKind(models.TextChoices):
    """How the volume of a service is found (scenario contract, table of charges)."""

    PER_AREA = "per_area", "по площади"
    PER_ACCOUNT = "per_account", "за лицевой счёт"
    PER_PERSON = "per_person", "на человека"
    METERED = "metered", "по счётчику или нормативу"
    NORM_AREA = "norm_area", "по нормативу на площадь"
    DRAINAGE = "drainage", "водоотведение"
    HEATING = "heating", "отопление"
    HOT_WATER_TWO_PART = "hot_water_two_part", "горячая вода из двух компонентов"
    APPORTIONED = "apportioned", "доля утверждённой суммы"
    NONE = "none", "не начисляется"


class UpliftKind(models.TextChoices):
    COLD_WATER = "cold_water", "холодная вода"
    HOT_WATER = "hot_water", "горячая вода"
    ELECTRICITY = "electricity", "электроэнергия"
    HEATING = "heating", "отопление"


class Zone(models.TextChoices):
    DAY = "day", "день"
    HALFPEAK = "halfpeak", "полупик"
    NIGHT = "night", "ночь"


class Service(models.Model):
    """
    A service with its way of charging.

    `vat_by_book` and `uplift_kind` say that the reference books name the rate and, on days without
    a row of the service, the coefficient.

    The service with an empty code stands for sums nobody has split by service:
    an opening balance or an advance. It is never charged.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="services")
    code = models.CharField("код", max_length=50, blank=True)
    name = models.CharField("наименование", max_length=200)
    unit = models.CharField("единица измерения", max_length=20, blank=True)
    group = models.CharField("раздел", max_length=10, choices=ServiceGroup)
    charge = models.CharField("способ начисления", max_length=20, choices=ChargeKind)
    position = models.IntegerField("порядок", default=0)
    file_position = models.IntegerField("порядок ввода", default=0)
    payee = models.ForeignKey(Payee, models.PROTECT, null=True, blank=True, related_name="services")
    vat_rate = models.DecimalField(
        "ставка НДС, доля", max_digits=6, decimal_places=4, null=True, blank=True
    )
    vat_by_book = models.BooleanField("ставка НДС по справочнику", default=False)
    has_uplift = models.BooleanField("повышающий коэффициент", default=False)
    uplift_kind = models.CharField(
        "коэффициент по справочнику", max_length=11, choices=UpliftKind, blank=True
    )
    has_absence = models.BooleanField(
        "перерасчёт за временное отсутствие",
        default=False,
        help_text="для начисления на человека: обращение с ТКО (п. 148(44) Правил № 354)",
    )
    is_capital_repair = models.BooleanField(
        "взнос на капитальный ремонт",
        default=False,
        help_text="пени по ч. 14.1 ст. 155 ЖК РФ, отдельно от других услуг",
    )

    class Meta:
        verbose_name = "услуга"
        verbose_name_plural = "услуги"
        ordering = ["position", "file_position", "id"]
        constraints = [
            models.UniqueConstraint(
                name="service_code_is_unique_in_organisation", fields=["organisation", "code"]
            ),
            models.CheckConstraint(
                name="service_charge_is_known", condition=Q(charge__in=ChargeKind.values)
            ),
            models.CheckConstraint(
                name="service_group_is_known", condition=Q(group__in=ServiceGroup.values)
            ),
            models.CheckConstraint(
                name="service_without_code_is_not_charged",
                condition=~Q(code="") | Q(charge=ChargeKind.NONE),
            ),
            models.CheckConstraint(
                name="service_vat_is_its_own_or_of_the_book",
                condition=Q(vat_by_book=False) | Q(vat_rate__isnull=True),
            ),
            models.CheckConstraint(
                name="service_uplift_kind_is_of_an_uplifted_one",
                condition=Q(uplift_kind="") | Q(has_uplift=True, uplift_kind__in=UpliftKind.values),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SourceRole(models.TextChoices):
    DRAINED = "from", "отводится"
    SUBTRACTED = "minus", "вычитается из общедомового объёма"
    CHARGED = "common", "её общедомовой объём начисляется здесь"


class ServiceSource(models.Model):
    """
    Drainage takes the volumes of its sources; cold water gives up what became hot water.

    A resource for common property charged as part of housing takes the common volume of another
    service: that has one such line, and the line has one such service.
    """

    service = models.ForeignKey(Service, models.CASCADE, related_name="sources")
    source = models.ForeignKey(Service, models.PROTECT, related_name="used_by")
    role = models.CharField("роль", max_length=6, choices=SourceRole)
    position = models.IntegerField("порядок", default=0)

    class Meta:
        verbose_name = "источник объёма"
        verbose_name_plural = "источники объёма"
        ordering = ["service", "role", "position"]
        constraints = [
            models.UniqueConstraint(
                name="service_source_is_named_once", fields=["service", "source", "role"]
            ),
            models.CheckConstraint(
                name="service_source_role_is_known", condition=Q(role__in=SourceRole.values)
            ),
            *(
                models.UniqueConstraint(
                    name=f"common_volume_is_charged_once_by_{column}",
                    fields=[column],
                    condition=Q(role=SourceRole.CHARGED),
                )
                for column in ("service", "source")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} ← {self.source}"
