"""THE PAPER: what was issued, frozen, and how organisations have it printed."""

from payment_docs.models.issued import (
    DocumentFile,
    FormVersion,
    IssuedDocument,
    PaperPath,
    ReleaseSignature,
)
from payment_docs.models.settings import (
    CurrencyChoice,
    DocumentLogo,
    DocumentSetting,
    FormChoice,
    Grouping,
    HouseNotice,
    LanguageChoice,
    VariantChoice,
)
from payment_docs.models.shapes import DocumentShape

__all__ = [
    "CurrencyChoice",
    "DocumentFile",
    "DocumentLogo",
    "DocumentSetting",
    "DocumentShape",
    "FormChoice",
    "FormVersion",
    "Grouping",
    "HouseNotice",
    "IssuedDocument",
    "LanguageChoice",
    "PaperPath",
    "ReleaseSignature",
    "VariantChoice",
]
