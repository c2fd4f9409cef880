"""What town is asked for: its size, its months, its seed and how quarrelsome it is."""

import dataclasses
import enum
import random

from zhkh.kernel.period import Period

HOUSE_SIZE = 100


class Profile(enum.StrEnum):
    """`plain`: eight services, meters read in time. `full`: every quarrel of life."""

    PLAIN = "plain"
    FULL = "full"


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The same plan gives the same town, whoever writes it and in whatever order."""

    accounts: int
    months: int
    seed: int
    profile: Profile
    last: Period  # the month left to be charged; those before it are history
    house_size: int = HOUSE_SIZE  # accounts in a house; the last house takes the rest
    is_copied: bool = False  # history after its first month repeats that month

    def __post_init__(self) -> None:
        assert self.accounts >= 1, self.accounts
        assert self.months >= 1, self.months
        assert self.house_size >= 1, self.house_size

    @property
    def is_full(self) -> bool:
        return self.profile is Profile.FULL

    @property
    def title(self) -> str:
        """The name of the town's organisation: two plans never share one."""
        by = "" if self.house_size == HOUSE_SIZE else f" по {self.house_size} в доме"
        return (
            f"Город № {self.seed}: счетов {self.accounts}{by}, месяцев {self.months} "
            f"по {self.last}, {self.profile}{', копии' if self.is_copied else ''}"
        )

    @property
    def houses(self) -> int:
        return -(-self.accounts // self.house_size)

    @property
    def first(self) -> Period:
        return self.last.shifted(1 - self.months)

    @property
    def periods(self) -> list[Period]:
        return [self.first.shifted(later) for later in range(self.months)]

    @property
    def eventful_months(self) -> int:
        """So many last months have events of their own: what is copied has none."""
        return 1 if self.is_copied else self.months

    def accounts_of(self, house: int) -> range:
        """Numbers of the house's accounts in the town, from zero."""
        first = house * self.house_size
        return range(first, min(first + self.house_size, self.accounts))

    def chance_of(self, house: int) -> random.Random:
        """A house's own dice: a house is the same in whatever order houses are made."""
        return random.Random(f"{self.seed}/{house}")  # noqa: S311 (a town is no secret)
