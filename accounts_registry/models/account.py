"""Personal accounts and the dated facts a calculation needs."""

from django.db import models
from django.db.models import F, Q

from accounts_registry.models.dated import Dated, dated_constraints
from accounts_registry.models.folding import folded
from accounts_registry.models.house import Premises
from accounts_registry.models.organisation import Organisation
from accounts_registry.models.service import Service


class Person(models.Model):
    """A payer or owner: a natural person (surname first) or a company."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="people")
    full_name = models.CharField("фамилия, имя, отчество или наименование", max_length=300)
    name_key = models.GeneratedField(
        expression=folded("full_name"),
        output_field=models.CharField(max_length=300, db_collation="C"),
        db_persist=True,
    )

    class Meta:
        verbose_name = "лицо"
        verbose_name_plural = "лица"
        ordering = ["name_key", "id"]
        indexes = [models.Index(name="person_by_name", fields=["name_key"])]

    def __str__(self) -> str:
        return self.full_name


class DeliveryMethod(models.TextChoices):
    PAPER = "paper", "На бумаге"
    EMAIL = "email", "По электронной почте"


class PersonalAccount(models.Model):
    """A personal account (лицевой счёт): what is billed and paid stands on it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="accounts")
    number = models.CharField("номер", max_length=30, db_collation="C")
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="accounts")
    payer = models.ForeignKey(Person, models.PROTECT, related_name="accounts")
    category = models.CharField("категория", max_length=50, default="Собственники", blank=True)
    opened_on = models.DateField("открыт")
    closed_on = models.DateField("закрыт", null=True, blank=True)
    delivery_method = models.CharField(
        "способ доставки платёжного документа",
        max_length=10,
        choices=DeliveryMethod,
        default=DeliveryMethod.PAPER,
    )
    email = models.EmailField("электронная почта", blank=True)
    phone = models.CharField("телефон", max_length=50, blank=True)
    external_number = models.CharField("внешний номер лицевого счёта", max_length=30, blank=True)
    capital_repair_number = models.CharField(
        "номер счёта взносов на капитальный ремонт", max_length=30, blank=True
    )
    note = models.TextField("примечание", blank=True)
    version = models.PositiveIntegerField("версия записи", default=1)

    class Meta:
        verbose_name = "лицевой счёт"
        verbose_name_plural = "лицевые счета"
        ordering = ["number"]
        permissions = [("enter_reading", "Вводить показания счётчиков")]
        constraints = [
            models.UniqueConstraint(
                name="account_number_is_unique_in_organisation", fields=["organisation", "number"]
            ),
            models.CheckConstraint(
                name="account_by_email_has_email",
                condition=~Q(delivery_method=DeliveryMethod.EMAIL) | ~Q(email=""),
            ),
            models.CheckConstraint(
                name="account_delivery_is_known",
                condition=Q(delivery_method__in=DeliveryMethod.values),
            ),
            models.CheckConstraint(
                name="account_closes_after_opening",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(name="account_has_a_number", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return self.number


class AccountArea(Dated):
    """Area of the account's premises, m²."""

    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="areas")
    area_m2 = models.DecimalField("общая площадь, м²", max_digits=14, decimal_places=2)
    living_area_m2 = models.DecimalField(
        "жилая площадь, м²", max_digits=14, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = "площадь"
        verbose_name_plural = "площади"
        ordering = ["valid"]
        constraints = [
            *dated_constraints("account_area", "account"),
            models.CheckConstraint(name="account_area_is_positive", condition=Q(area_m2__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.area_m2} м²"


class AccountResidents(Dated):
    """How many people live in the premises."""

    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="residents")
    count = models.PositiveIntegerField("проживает, человек")

    class Meta:
        verbose_name = "проживающие"
        verbose_name_plural = "проживающие"
        ordering = ["valid"]
        constraints = dated_constraints("account_residents", "account")

    def __str__(self) -> str:
        return f"{self.count} чел."


class AccountOwnership(Dated):
    """Owners of the premises; they stand for residents where nobody is registered (п. 56(2))."""

    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="ownerships")
    owners = models.PositiveIntegerField("собственников", default=1)
    share = models.DecimalField("доля собственности", max_digits=6, decimal_places=5, default=1)

    class Meta:
        verbose_name = "собственность"
        verbose_name_plural = "собственность"
        ordering = ["valid"]
        constraints = [
            *dated_constraints("account_ownership", "account"),
            models.CheckConstraint(name="account_has_an_owner", condition=Q(owners__gte=1)),
            models.CheckConstraint(
                name="ownership_share_is_a_share", condition=Q(share__gt=0, share__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owners}"


class AccountService(Dated):
    """A service connected to an account."""

    account = models.ForeignKey(PersonalAccount, models.CASCADE, related_name="services")
    service = models.ForeignKey(Service, models.PROTECT, related_name="connections")
    meter_impossible = models.BooleanField(
        "установка счётчика невозможна (есть акт)", default=False
    )

    class Meta:
        verbose_name = "подключённая услуга"
        verbose_name_plural = "подключённые услуги"
        ordering = ["service", "valid"]
        constraints = dated_constraints("account_service", "account", "service")

    def __str__(self) -> str:
        return f"{self.account}: {self.service}"
