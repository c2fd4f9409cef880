"""What the bar of the counter shows on every page of the desk."""

import dataclasses
import datetime as dt


@dataclasses.dataclass(frozen=True, slots=True)
class TillBar:
    """Context variable `till`; `now` is aware and in the till's own zone."""

    cashier: str  # «Ковальчук О. П.»
    place: str  # «АО «Полтава-банк», касса № 3»
    opens: dt.time
    closes: dt.time
    now: dt.datetime
