"""Why a document goes to the layout engine instead of being stamped."""

import enum


class Reason(enum.StrEnum):
    """The value is stored and counted; the label is what the journal of a run says."""

    SHAPE_REFUSED = "shape"
    OVERFLOW = "overflow"
    UNKNOWN_LETTER = "letter"
    UNKNOWN_TEXT = "text"
    DIFFERENCE = "difference"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Reason.SHAPE_REFUSED: "форма не годится для быстрого заполнения",
    Reason.OVERFLOW: "текст длиннее своего места",
    Reason.UNKNOWN_LETTER: "в шрифте нет буквы",
    Reason.UNKNOWN_TEXT: "у текста нет места на форме",
    Reason.DIFFERENCE: "быстрое заполнение разошлось с вёрсткой",
}


class Misfit(Exception):
    """The document cannot be stamped; `reason` is counted, `detail` is for the log."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
