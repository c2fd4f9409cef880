"""WHO is billed: organisations, houses, premises, people, accounts, services, meters."""

from accounts_registry.models.access import Membership
from accounts_registry.models.account import (
    AccountArea,
    AccountOwnership,
    AccountResidents,
    AccountService,
    DeliveryMethod,
    Person,
    PersonalAccount,
)
from accounts_registry.models.house import House, Premises, PremisesKind
from accounts_registry.models.meter import (
    Meter,
    MeterReading,
    ReadingSource,
    ReplacedReading,
)
from accounts_registry.models.organisation import Organisation, Payee
from accounts_registry.models.reference import (
    CalendarDay,
    Country,
    DueDay,
    PenaltySuspension,
    RateKind,
    ReferenceRate,
    UpliftCoefficient,
)
from accounts_registry.models.service import (
    ChargeKind,
    Service,
    ServiceGroup,
    ServiceSource,
    SourceRole,
    UpliftKind,
    Zone,
)
from accounts_registry.models.settings import CatalogueChange, OrganisationSetting, SettingName

__all__ = [
    "AccountArea",
    "AccountOwnership",
    "AccountResidents",
    "AccountService",
    "CalendarDay",
    "CatalogueChange",
    "ChargeKind",
    "Country",
    "DeliveryMethod",
    "DueDay",
    "House",
    "Membership",
    "Meter",
    "MeterReading",
    "Organisation",
    "OrganisationSetting",
    "Payee",
    "PenaltySuspension",
    "Person",
    "PersonalAccount",
    "Premises",
    "PremisesKind",
    "RateKind",
    "ReadingSource",
    "ReferenceRate",
    "ReplacedReading",
    "Service",
    "ServiceGroup",
    "ServiceSource",
    "SettingName",
    "SourceRole",
    "UpliftCoefficient",
    "UpliftKind",
    "Zone",
]
