"""How the documents of a month are printed, as their organisation decided."""

import dataclasses

from payment_docs.details import Form, Language, Look, PdfVariant
from payment_docs.models import (
    DocumentSetting,
    Grouping,
    HouseNotice,
    ReleaseSignature,
    VariantChoice,
)
from payment_docs.models.settings import CURRENCIES, CurrencyChoice
from zhkh.kernel.period import Period


@dataclasses.dataclass(frozen=True, slots=True)
class Printing:
    """What held on the first day of the month; without a decision Приказ № 454, plain."""

    look: Look = dataclasses.field(default_factory=Look)
    grouping: Grouping = Grouping.BY_KIND
    keeps_pdf: bool = False
    signatures: int = 0
    notice: str = ""


def printing_of(*, organisation_id: int, period: Period) -> Printing:
    rows = DocumentSetting.objects.filter(
        organisation_id=organisation_id, valid__contains=period.first_day
    )
    row = rows.select_related("logo").defer("logo__content").first()
    return printing_by(row) if row else Printing()


def printing_by(row: DocumentSetting) -> Printing:
    """By a decision that need not be written yet."""
    return Printing(
        look=Look(
            form=Form(row.form),
            variant=_VARIANTS[VariantChoice(row.variant)],
            language=Language(row.language),
            currency=CURRENCIES[CurrencyChoice(row.currency)],
            logo=row.logo.sha256 if row.logo else "",
        ),
        grouping=Grouping(row.grouping),
        keeps_pdf=row.keeps_pdf,
        signatures=row.signatures,
        notice=row.notice,
    )


def signatures_missing(*, organisation_id: int, period: Period) -> int:
    """How many people still have to sign the month before its documents are issued."""
    wanted = printing_of(organisation_id=organisation_id, period=period).signatures
    signed = ReleaseSignature.objects.filter(
        organisation_id=organisation_id, month=period.first_day
    )
    return max(0, wanted - signed.count()) if wanted else 0


def house_notice(*, house_id: int, period: Period) -> str:
    """What the documents of the house say besides; empty when nothing."""
    rows = HouseNotice.objects.filter(house_id=house_id, valid__contains=period.first_day)
    return rows.values_list("text", flat=True).first() or ""


_VARIANTS = {
    VariantChoice.PLAIN: PdfVariant.PLAIN,
    VariantChoice.ARCHIVE: PdfVariant.ARCHIVE,
    VariantChoice.ACCESSIBLE: PdfVariant.ACCESSIBLE,
}
