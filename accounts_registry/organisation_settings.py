"""What an organisation decided for a month: read by calculation, books and penalties alike."""

import dataclasses
from collections.abc import Mapping

from accounts_registry.models.settings import (
    SETTING_DEFAULTS,
    SETTING_VALUES,
    NegativeCommon,
    OrganisationSetting,
    PenaltyOrder,
    PenaltyRateMode,
    PenaltyRates,
    PenaltyRuleChoice,
    SettingName,
    Switch,
)
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class MonthSettings:
    """The settings of one organisation in one month."""

    common_volume_rounding: str  # as a scenario has it: "volume:6", "per_m2:5"
    negative_common: NegativeCommon
    limit_common_to_norm: bool
    penalty_rule: PenaltyRuleChoice
    penalty_order: PenaltyOrder
    penalty_rate_mode: PenaltyRateMode
    has_own_penalty_rates: bool
    shift_due_to_workday: bool

    @classmethod
    def of(cls, values: Mapping[SettingName, str]) -> "MonthSettings":
        """From the written values; what is not written holds by default."""
        known = {**SETTING_DEFAULTS, **values}
        return cls(
            common_volume_rounding=known[SettingName.COMMON_VOLUME_ROUNDING],
            negative_common=NegativeCommon(known[SettingName.NEGATIVE_COMMON]),
            limit_common_to_norm=known[SettingName.LIMIT_COMMON_TO_NORM] == Switch.ON,
            penalty_rule=PenaltyRuleChoice(known[SettingName.PENALTY_RULE]),
            penalty_order=PenaltyOrder(known[SettingName.PENALTY_ORDER]),
            penalty_rate_mode=PenaltyRateMode(known[SettingName.PENALTY_RATE_MODE]),
            has_own_penalty_rates=known[SettingName.PENALTY_RATES] == PenaltyRates.OWN,
            shift_due_to_workday=known[SettingName.SHIFT_DUE_TO_WORKDAY] == Switch.ON,
        )


def settings_of(*, organisation_id: int, period: Period) -> MonthSettings:
    """What held on the first day of the month; one query."""
    rows = OrganisationSetting.objects.filter(
        organisation_id=organisation_id, valid__contains=period.first_day
    )
    return MonthSettings.of({SettingName(row.name): row.value for row in rows})


def values_in_force(*, organisation_id: int, period: Period) -> list[tuple[str, str]]:
    """Every setting with the words of what holds in the month, in the order of the screen."""
    rows = OrganisationSetting.objects.filter(
        organisation_id=organisation_id, valid__contains=period.first_day
    )
    written = {SettingName(row.name): row.value for row in rows}
    known = {**SETTING_DEFAULTS, **written}
    return [(name.label, SETTING_VALUES[name][known[name]]) for name in SettingName]
