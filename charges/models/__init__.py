"""HOW MUCH: prices, facts of houses and accounts, charge lines and the frozen inputs behind them."""

from charges.models.accounts import Absence, Benefit, HeatingCharged
from charges.models.checks import Anomaly, AnomalyKind, ChangedFact, DraftStart, HouseTotal
from charges.models.lines import ChargeInput, ChargeLine, ComputedAdjustment, ComputedKind
from charges.models.months import (
    CommonVolume,
    CommonVolumeMethod,
    HeatingSeason,
    HouseHeating,
    Interruption,
    VotedSum,
)
from charges.models.outcomes import CommonOutcome
from charges.models.penalties import (
    PenaltyAccrual,
    PenaltyCutoff,
    PenaltyRule,
    PenaltyShare,
    PenaltySpan,
)
from charges.models.prices import (
    Norm,
    PriceAction,
    PriceChange,
    PriceKind,
    Tariff,
    TariffComponent,
    TariffUse,
    Uplift,
)

__all__ = [
    "Absence",
    "Anomaly",
    "AnomalyKind",
    "Benefit",
    "ChangedFact",
    "ChargeInput",
    "ChargeLine",
    "CommonOutcome",
    "CommonVolume",
    "CommonVolumeMethod",
    "ComputedAdjustment",
    "ComputedKind",
    "DraftStart",
    "HeatingCharged",
    "HeatingSeason",
    "HouseHeating",
    "HouseTotal",
    "Interruption",
    "Norm",
    "PenaltyAccrual",
    "PenaltyCutoff",
    "PenaltyRule",
    "PenaltyShare",
    "PenaltySpan",
    "PriceAction",
    "PriceChange",
    "PriceKind",
    "Tariff",
    "TariffComponent",
    "TariffUse",
    "Uplift",
    "VotedSum",
]
