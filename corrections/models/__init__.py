"""WHAT IS PUT RIGHT: recalculation documents and what they are made from."""

from corrections.models.document import (
    CorrectionDocument,
    CorrectionLine,
    CorrectionRefusal,
    DocumentKind,
    DocumentState,
    MassMethod,
    Reason,
)

__all__ = [
    "CorrectionDocument",
    "CorrectionLine",
    "CorrectionRefusal",
    "DocumentKind",
    "DocumentState",
    "MassMethod",
    "Reason",
]
