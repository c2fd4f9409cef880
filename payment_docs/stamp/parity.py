"""Whether a filled form stands as the layout engine would have laid it out."""

from collections.abc import Iterable, Mapping

from payment_docs.stamp.filling import Form, placed
from zhkh.layout import Layout

NEAR = 0.02 / 0.75  # px: two hundredths of a point
_Place = tuple[int, str, float, float]


def difference(form: Form, texts: Mapping[str, str], laid: Layout) -> str:
    """What is printed otherwise or elsewhere, in words; "" when nothing is."""
    if len(laid.pages) != len(form.shape.pages):
        return f"страниц {len(form.shape.pages)}, а должно быть {len(laid.pages)}"
    stamped = _places((item.page, item.text, item.x, item.y) for item in placed(form, texts))
    exact = _places((page, text.text, text.x, text.y) for page, text in laid.texts)
    if len(stamped) != len(exact):
        return f"кусков текста {len(stamped)}, а должно быть {len(exact)}"
    for (page, text, x, y), (page_, text_, x_, y_) in zip(stamped, exact, strict=True):
        if (page, text) != (page_, text_):
            return f"«{text}», а должно быть «{text_}»"
        if abs(x - x_) > NEAR or abs(y - y_) > NEAR:
            return f"«{text}» на {abs(x - x_) + abs(y - y_):.3f} px в стороне"
    return ""


def _places(found: Iterable[_Place]) -> list[_Place]:
    """In an order that hardly moved places do not change."""
    return sorted(
        ((page, text.strip(), x, y) for page, text, x, y in found if text.strip()),
        key=lambda place: (place[0], place[1], round(place[3]), place[2]),
    )
