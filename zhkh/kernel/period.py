"""The billing month."""

import dataclasses
import datetime as dt
import re
from typing import Self

_MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Period:
    """One calendar month; half-open: `first_day` belongs to it, `next_first_day` does not."""

    year: int
    month: int

    def __post_init__(self) -> None:
        assert 1 <= self.month <= 12, self.month
        assert 1 <= self.year <= 9998, self.year

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read "2013-07".

        :raises ValueError: the text is not a month.
        """
        match = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])", text)
        if not match or match[1] in {"0000", "9999"}:
            raise ValueError(text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: dt.date) -> Self:
        """The month the day belongs to."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def next_first_day(self) -> dt.date:
        return dt.date(self.year + self.month // 12, self.month % 12 + 1, 1)

    @property
    def last_day(self) -> dt.date:
        return self.next_first_day - dt.timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.next_first_day - self.first_day).days

    @property
    def title(self) -> str:
        """«Июль 2013», as the payment document prints it."""
        return f"{_MONTHS[self.month - 1].capitalize()} {self.year}"

    def next(self) -> "Period":
        return self.shifted(1)

    def previous(self) -> "Period":
        return self.shifted(-1)

    def shifted(self, months: int) -> "Period":
        """The month `months` later (earlier when negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Period(index // 12, index % 12 + 1)

    def months_since(self, earlier: "Period") -> int:
        """How many calendar months lie between: 0 for the same month."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month
