"""What a draft is looked at for: its anomalies, when it began, what was changed since."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts_registry.models import House, Organisation, PersonalAccount, Service


class AnomalyKind(models.TextChoices):
    """What is unusual about a month; the gravest first."""

    BAD_HOUSE = "bad_house", "дом не рассчитан"
    NEGATIVE = "negative", "отрицательный итог"
    ZERO = "zero", "ничего не начислено"
    JUMP_UP = "jump_up", "втрое больше обычного"
    JUMP_DOWN = "jump_down", "втрое меньше обычного"
    OVER_NORM = "over_norm", "по счётчику больше норматива"
    NO_READING = "no_reading", "нет показаний"
    LAPSED = "lapsed", "истекла поверка"
    HOUSE_LESS = "house_less", "дом израсходовал меньше квартир"
    COMMON_NEGATIVE = "common_negative", "отрицательный общедомовой объём"
    COMMON_LEFT = "common_left", "общедомовой объём распределён не весь"
    CLOSED = "closed", "начислено закрытому счёту"
    AREA_CHANGED = "area_changed", "изменилась площадь"
    NEW_ACCOUNT = "new_account", "новый счёт"


class Anomaly(models.Model):
    """
    Something unusual in a calculated month; `checked` says that somebody looked at it.

    What `now` and `usual` count depends on the kind: roubles, the unit of the service, or m².
    Found again with the same figures it stays checked, with others it does not.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    month = models.DateField("месяц")
    kind = models.CharField("вид", max_length=15, choices=AnomalyKind)
    house = models.ForeignKey(House, models.CASCADE, related_name="+")
    account = models.ForeignKey(PersonalAccount, models.CASCADE, null=True, related_name="+")
    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="+")
    now = models.DecimalField("сейчас", max_digits=22, decimal_places=7, null=True)
    usual = models.DecimalField("обычно", max_digits=22, decimal_places=7, null=True)
    day = models.DateField("день", null=True)
    text = models.TextField("сообщение", blank=True)
    found_at = models.DateTimeField("найдено")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    checked_at = models.DateTimeField("проверено", null=True)

    class Meta:
        verbose_name = "замечание к черновику"
        verbose_name_plural = "замечания к черновику"
        constraints = [
            models.UniqueConstraint(
                name="anomaly_is_told_once",
                fields=["organisation", "month", "kind", "house", "account", "service"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="anomaly_kind_is_known", condition=Q(kind__in=AnomalyKind.values)
            ),
            models.CheckConstraint(
                name="anomaly_is_checked_by_somebody",
                condition=Q(checked_by__isnull=True, checked_at__isnull=True)
                | Q(checked_by__isnull=False, checked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.account or self.house}"


class HouseTotal(models.Model):
    """
    What a house of a calculated month comes to: by service, and without one all together.

    Made from the lines when the house is looked through, so that nobody adds them up again.
    `volume` is in the service's unit; None where the service has none, and for all together.
    """

    month = models.DateField("месяц")
    house = models.ForeignKey(House, models.CASCADE, related_name="+")
    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="+")
    accounts = models.PositiveIntegerField("счетов")
    total = models.DecimalField("итого", max_digits=16, decimal_places=2)
    volume = models.DecimalField("объём", max_digits=24, decimal_places=7, null=True)

    class Meta:
        verbose_name = "итог дома за месяц"
        verbose_name_plural = "итоги домов за месяц"
        constraints = [
            models.UniqueConstraint(
                name="house_total_is_given_once",
                fields=["month", "house", "service"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month}, {self.house}: {self.total}"


class DraftStart(models.Model):
    """
    When the last calculation of a month began, as the database counts transactions.

    A change its `snapshot` (pg_snapshot as text) does not see may be missing from the draft.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    month = models.DateField("месяц")
    snapshot = models.TextField("снимок")
    started_at = models.DateTimeField("начато")

    class Meta:
        verbose_name = "начало расчёта"
        verbose_name_plural = "начала расчёта"
        constraints = [
            models.UniqueConstraint(
                name="month_has_one_draft_start", fields=["organisation", "month"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.month}"


class ChangedFact(models.Model):
    """
    A change of something calculations read, noted by triggers; without a house: of all houses.

    `fact` is the table, `transaction` the xid8 that changed it.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    house = models.ForeignKey(House, models.CASCADE, null=True, related_name="+")
    fact = models.CharField("что", max_length=63)
    changed_at = models.DateTimeField("когда")
    transaction = models.BigIntegerField("транзакция")

    class Meta:
        verbose_name = "изменение исходных данных"
        verbose_name_plural = "изменения исходных данных"
        indexes = [
            models.Index(name="changed_fact_by_transaction", fields=["organisation", "transaction"])
        ]

    def __str__(self) -> str:
        return f"{self.fact}: {self.house or self.organisation}"
