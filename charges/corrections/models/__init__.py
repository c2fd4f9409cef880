"""WHAT IS PUT RIGHT: recalculation documents and what they are made from."""

from charges.corrections.models.document import (
    STANDS_APART,
    CorrectionDocument,
    CorrectionLine,
    CorrectionRefusal,
    DocumentKind,
    DocumentState,
    MassMethod,
    Reason,
)
from charges.corrections.models.instalment import AgreementState, Instalment, InstalmentPart

__all__ = [
    "STANDS_APART",
    "AgreementState",
    "CorrectionDocument",
    "CorrectionLine",
    "CorrectionRefusal",
    "DocumentKind",
    "DocumentState",
    "Instalment",
    "InstalmentPart",
    "MassMethod",
    "Reason",
]
