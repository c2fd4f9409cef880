"""A payment document as JSON and back: what is frozen is exactly what was printed."""

import dataclasses
import datetime as dt
import enum
import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from payment_docs import details
from payment_docs import document as form
from payment_docs.document import PaymentDocument
from zhkh.kernel.period import Period

_CLASSES: dict[str, type[Any]] = {
    item.__name__: item
    for module in (details, form)
    for item in vars(module).values()
    if isinstance(item, type) and (dataclasses.is_dataclass(item) or issubclass(item, enum.Enum))
}


def to_snapshot(document: PaymentDocument) -> dict[str, Any]:
    """Plain JSON with each value's kind beside it under "is"."""
    snapshot = _encode(document)
    assert isinstance(snapshot, dict)
    return snapshot


def snapshot_digest(snapshot: dict[str, Any]) -> str:
    """The hash of frozen data, whatever the order of its keys."""
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def from_snapshot(snapshot: dict[str, Any]) -> PaymentDocument:
    """The document that was frozen, equal to the one that was printed."""
    document = _decode(snapshot)
    assert isinstance(document, PaymentDocument)
    return document


def _encode(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, enum.Enum):
        return {"is": type(value).__name__, "name": value.name}
    for kind, write in _WRITTEN.items():
        if isinstance(value, kind):
            return {"is": kind.__name__, "value": write(value)}
    fields = {
        field.name: _encode(getattr(value, field.name)) for field in dataclasses.fields(value)
    }
    return {"is": type(value).__name__, **fields}


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value["is"]
    if kind in _READ:
        return _READ[kind](value["value"])
    cls = _CLASSES[kind]
    if issubclass(cls, enum.Enum):
        return cls[value["name"]]
    return cls(**{name: _decode(item) for name, item in value.items() if name != "is"})


_WRITTEN: dict[type[Any], Callable[[Any], str]] = {
    Decimal: str,
    Period: str,
    dt.date: dt.date.isoformat,
}
_READ: dict[str, Callable[[str], Any]] = {
    "Decimal": Decimal,
    "Period": Period.parse,
    "date": dt.date.fromisoformat,
}
