"""Management companies and those the money goes to."""

from django.db import models
from django.db.models import Q


class Organisation(models.Model):
    """The one who bills: a management company or owners' association (исполнитель услуг)."""

    name = models.CharField("наименование", max_length=200, unique=True)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    kpp = models.CharField("КПП", max_length=9, blank=True)
    bank_account = models.CharField("расчётный счёт", max_length=29, blank=True)
    bank_name = models.CharField("банк", max_length=200, blank=True)
    bic = models.CharField("БИК", max_length=9, blank=True)
    correspondent_account = models.CharField("корреспондентский счёт", max_length=20, blank=True)
    address = models.CharField("адрес", max_length=300, blank=True)
    working_hours = models.CharField("режим работы", max_length=200, blank=True)
    phone = models.CharField("телефон", max_length=50, blank=True)
    email = models.EmailField("электронная почта", blank=True)
    settlement_centre = models.CharField("расчётный центр", max_length=200, blank=True)
    settlement_centre_address = models.CharField(
        "адрес расчётного центра", max_length=300, blank=True
    )
    settlement_centre_hours = models.CharField(
        "режим работы расчётного центра", max_length=200, blank=True
    )
    counting_day = models.PositiveSmallIntegerField(
        "платежи учитываются по число месяца",
        default=25,
        help_text="последний день месяца, оплата которого попадает в его платёжный документ",
    )
    notice = models.TextField("уведомление в платёжном документе", blank=True)

    class Meta:
        verbose_name = "организация"
        verbose_name_plural = "организации"
        constraints = [
            models.CheckConstraint(
                name="counting_day_is_in_every_month",
                condition=Q(counting_day__gte=1, counting_day__lte=28),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Payee(models.Model):
    """Who receives the money of a service, with bank requisites (получатель платежа)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="payees")
    name = models.CharField("наименование", max_length=200)
    inn = models.CharField("ИНН", max_length=12, blank=True)
    kpp = models.CharField("КПП", max_length=9, blank=True)
    bank_account = models.CharField("расчётный счёт", max_length=29, blank=True)
    bank_name = models.CharField("банк", max_length=200, blank=True)
    bic = models.CharField("БИК", max_length=9, blank=True)
    correspondent_account = models.CharField("корреспондентский счёт", max_length=20, blank=True)

    class Meta:
        verbose_name = "получатель платежа"
        verbose_name_plural = "получатели платежа"
        constraints = [
            models.UniqueConstraint(
                name="payee_name_is_unique_in_organisation", fields=["organisation", "name"]
            ),
        ]

    def __str__(self) -> str:
        return self.name
