"""What an organisation decides itself, from which month on, and who changed a reference book."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from accounts_registry.models.dated import Dated
from accounts_registry.models.organisation import Organisation


class SettingName(models.TextChoices):
    COMMON_VOLUME_ROUNDING = "common_volume_rounding", "Округление общедомового объёма"
    NEGATIVE_COMMON = "negative_common", "Отрицательный общедомовой остаток"
    LIMIT_COMMON_TO_NORM = "limit_common_to_norm", "Ограничение общедомового объёма нормативом"
    PENALTY_RULE = "penalty_rule", "Начисление пеней"
    PENALTY_ORDER = "penalty_order", "Очерёдность погашения пеней"
    PENALTY_RATE_MODE = "penalty_rate_mode", "Ставка для пеней"
    PENALTY_RATES = "penalty_rates", "Источник ставок для пеней"
    SHIFT_DUE_TO_WORKDAY = "shift_due_to_workday", "Перенос срока оплаты с выходного дня"


class CommonRoundingBasis(models.TextChoices):
    PER_M2 = "per_m2", "объём на 1 м²"
    VOLUME = "volume", "доля счёта"


class NegativeCommon(models.TextChoices):
    REPORT = "report", "показать, жильцам не передавать"
    CARRY = "carry", "перенести на следующий месяц"
    IGNORE = "ignore", "не учитывать"


class Switch(models.TextChoices):
    ON = "on", "включено"
    OFF = "off", "выключено"


class PenaltyRuleChoice(models.TextChoices):
    RU155 = "ru155", "ч. 14 и 14.1 ст. 155 ЖК РФ"
    RU155_CAPITAL = "ru155_capital", "только ч. 14.1 ст. 155 ЖК РФ (капитальный ремонт)"
    UA = "ua", "ст. 26 Закона Украины № 2189-VIII"
    NONE = "none", "не начислять"


class PenaltyOrder(models.TextChoices):
    AFTER_PRINCIPAL = "after_principal", "после всего основного долга"
    NAMED_ONLY = "named_only", "только если плательщик назвал их месяц"


class PenaltyRateMode(models.TextChoices):
    PAYMENT_DAY = "payment_day", "одна, на день оплаты или расчёта"
    STEPWISE = "stepwise", "своя на каждый день просрочки"


class PenaltyRates(models.TextChoices):
    SHIPPED = "shipped", "справочники страны"
    OWN = "own", "собственные ставки организации"


# What holds until an organisation decides otherwise. The only place these defaults stand.
SETTING_DEFAULTS: dict[SettingName, str] = {
    SettingName.COMMON_VOLUME_ROUNDING: "volume:6",
    SettingName.NEGATIVE_COMMON: NegativeCommon.REPORT,
    SettingName.LIMIT_COMMON_TO_NORM: Switch.ON,
    SettingName.PENALTY_RULE: PenaltyRuleChoice.RU155,
    SettingName.PENALTY_ORDER: PenaltyOrder.AFTER_PRINCIPAL,
    SettingName.PENALTY_RATE_MODE: PenaltyRateMode.PAYMENT_DAY,
    SettingName.PENALTY_RATES: PenaltyRates.SHIPPED,
    SettingName.SHIFT_DUE_TO_WORKDAY: Switch.ON,
}

_ROUNDINGS = [
    (f"{basis.value}:{places}", f"{basis.label} до {places} зн.")
    for basis in (CommonRoundingBasis.VOLUME, CommonRoundingBasis.PER_M2)
    for places in range(8)
]

# Values of each setting with their words; the order is that of the screen.
SETTING_VALUES: dict[SettingName, dict[str, str]] = {
    SettingName.COMMON_VOLUME_ROUNDING: dict(_ROUNDINGS),
    SettingName.NEGATIVE_COMMON: dict(NegativeCommon.choices),
    SettingName.LIMIT_COMMON_TO_NORM: dict(Switch.choices),
    SettingName.PENALTY_RULE: dict(PenaltyRuleChoice.choices),
    SettingName.PENALTY_ORDER: dict(PenaltyOrder.choices),
    SettingName.PENALTY_RATE_MODE: dict(PenaltyRateMode.choices),
    SettingName.PENALTY_RATES: dict(PenaltyRates.choices),
    SettingName.SHIFT_DUE_TO_WORKDAY: dict(Switch.choices),
}


def _value_is_known() -> Q:
    known = Q()
    for name, values in SETTING_VALUES.items():
        known |= Q(name=name.value, value__in=list(values))
    return known


class OrganisationSetting(Dated):
    """
    One decision of an organisation for whole months; where none is written the default holds.

    A month is calculated and its penalties are found by what held on its first day.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="settings")
    name = models.CharField("настройка", max_length=30, choices=SettingName)
    value = models.CharField("значение", max_length=20)

    class Meta:
        verbose_name = "настройка организации"
        verbose_name_plural = "настройки организации"
        ordering = ["organisation", "name", "valid"]
        constraints = [
            models.CheckConstraint(name="setting_value_is_known", condition=_value_is_known()),
            models.CheckConstraint(
                name="setting_holds_for_whole_months",
                condition=Q(
                    valid__isempty=False, valid__startswith__isnull=False, valid__startswith__day=1
                )
                & (Q(valid__endswith__isnull=True) | Q(valid__endswith__day=1)),
            ),
            ExclusionConstraint(
                name="setting_spans_do_not_overlap",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("name", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {SETTING_VALUES[SettingName(self.name)][self.value]}"


class CatalogueChange(models.Model):
    """Who changed a setting or a row of a reference book, when, and what stood there; only grows."""

    book = models.CharField("справочник", max_length=30)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    before = models.TextField("было", blank=True)
    after = models.TextField("стало", blank=True)
    changed_at = models.DateTimeField("когда")
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "изменение справочника"
        verbose_name_plural = "изменения справочников"
        ordering = ["-changed_at", "-id"]
        indexes = [models.Index(name="catalogue_change_of_book", fields=["book", "organisation"])]
        constraints = [
            models.CheckConstraint(
                name="catalogue_change_changes", condition=~Q(before=models.F("after"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book}: {self.before} → {self.after}"
