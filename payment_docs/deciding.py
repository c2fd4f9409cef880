"""What an organisation decides about its documents: how they are printed, whom they pay."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Field, Model, QuerySet

from accounts_registry.models import CatalogueChange, House, Organisation, Payee
from payment_docs.models import DocumentLogo, DocumentSetting, HouseNotice
from zhkh.kernel.period import Period
from zhkh.kernel.refusal import Refusal
from zhkh.web.models import User

SETTINGS_BOOK = "documents"
REQUISITES_BOOK = "requisites"
_TOLD = ("form", "variant", "language", "currency", "grouping", "keeps_pdf", "signatures", "notice")


class DecisionRefusal(Refusal):
    """The decision cannot be written like this."""


class NothingChanges(DecisionRefusal):
    def __init__(self, since: Period) -> None:
        super().__init__(
            f"С месяца {since.month:02}.{since.year} документы и так печатаются этак: измените "
            "что-нибудь или выберите другой месяц."
        )


@transaction.atomic
def decide(
    *,
    organisation: Organisation,
    since: Period,
    values: Mapping[str, Any],
    by: User | None,
    at: dt.datetime,
) -> DocumentSetting:
    """
    Documents of the month and later ones are printed so, until a later decision.

    Issued documents stay as they are; issuing them anew makes their next version.

    :raises NothingChanges: they are printed so already.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    spans = DocumentSetting.objects.filter(organisation=organisation)
    current = spans.filter(valid__contains=since.first_day).first()
    fresh = DocumentSetting(organisation=organisation, **values)
    was = current or DocumentSetting(organisation=organisation)
    if setting_words(was) == setting_words(fresh):
        raise NothingChanges(since)
    fresh.valid = (since.first_day, _cut(spans, since))
    fresh.changed_at, fresh.changed_by = at, by
    fresh.save()
    _note(SETTINGS_BOOK, organisation, since, setting_words(was), setting_words(fresh), by, at)
    return fresh


@transaction.atomic
def set_house_notice(
    *, house: House, since: Period, text: str, by: User | None, at: dt.datetime
) -> None:
    """
    Documents of the house say the text from the month on; an empty text says nothing more.

    :raises NothingChanges: they say it already.
    """
    House.objects.select_for_update(no_key=True).get(pk=house.pk)
    spans = HouseNotice.objects.filter(house=house)
    current = spans.filter(valid__contains=since.first_day).first()
    was = current.text if current else ""
    if was == text:
        raise NothingChanges(since)
    until = _cut(spans, since)
    if text:
        spans.create(
            house=house,
            text=text,
            valid=(since.first_day, until),
            changed_at=at,
            changed_by=by,
        )
    title = f"Уведомление дома {house}"
    _note(SETTINGS_BOOK, house.organisation, since, {title: was}, {title: text}, by, at)


@transaction.atomic
def write_requisites(
    *, owner: Organisation | Payee, values: Mapping[str, str], by: User | None, at: dt.datetime
) -> None:
    """
    Whom documents pay from now on; a payee that is not stored yet is added.

    :raises NothingChanges: these are its requisites already.
    """
    organisation = owner.organisation if isinstance(owner, Payee) else owner
    titles = {name: _title(owner, name) for name in values}
    was = {titles[name]: getattr(owner, name) if owner.pk else "" for name in values}
    became = {titles[name]: value for name, value in values.items()}
    if was == became:
        raise NothingChanges(Period.of(at.date()))
    for name, value in values.items():
        setattr(owner, name, value)
    owner.save()
    CatalogueChange.objects.create(
        book=REQUISITES_BOOK,
        organisation=organisation,
        before=f"{owner}: {_told(was, became)}",
        after=f"{owner}: {_told(became, was)}",
        changed_at=at,
        changed_by=by,
    )


def kept_logo(organisation: Organisation, content: bytes) -> DocumentLogo:
    """The picture as a row: the same picture is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    logo, _ = DocumentLogo.objects.get_or_create(
        sha256=digest, defaults={"organisation": organisation, "content": content}
    )
    return logo


def setting_words(setting: DocumentSetting) -> dict[str, str]:
    """Every decision by its title, in words."""
    words = {}
    for name in _TOLD:
        value = getattr(setting, name)
        shown = getattr(setting, f"get_{name}_display", lambda value=value: value)()
        if isinstance(value, bool):
            shown = "да" if value else "нет"
        words[_title(setting, name)] = str(shown)
    words["логотип"] = setting.logo.sha256[:8] if setting.logo else "нет"
    return words


def _title(row: Model, name: str) -> str:
    field = row._meta.get_field(name)  # noqa: SLF001 (Django's own way to a field)
    assert isinstance(field, Field)
    return str(field.verbose_name)


def _cut(spans: QuerySet[Any], since: Period) -> dt.date | None:
    """End what holds on the first day of the month there; the day until which the new one holds."""
    current = spans.filter(valid__contains=since.first_day).first()
    later = spans.filter(valid__startswith__gt=since.first_day).order_by("valid").first()
    until: dt.date | None = current.valid.upper if current else None
    if current is None and later is not None:
        until = later.valid.lower
    if current and current.valid.lower == since.first_day:
        current.delete()
    elif current:
        current.valid = (current.valid.lower, since.first_day)
        current.save(update_fields=["valid"])
    return until


def _note(  # noqa: PLR0913, PLR0917 (a row of the history has so many facts)
    book: str,
    organisation: Organisation,
    since: Period,
    was: Mapping[str, str],
    became: Mapping[str, str],
    by: User | None,
    at: dt.datetime,
) -> None:
    month = f"с {since.month:02}.{since.year}"
    CatalogueChange.objects.create(
        book=book,
        organisation=organisation,
        before=f"{month}: {_told(was, became)}",
        after=f"{month}: {_told(became, was)}",
        changed_at=at,
        changed_by=by,
    )


def _told(words: Mapping[str, str], others: Mapping[str, str]) -> str:
    """What differs from the others, each with its title."""
    return "; ".join(
        f"{title} — {value or 'нет'}"
        for title, value in words.items()
        if others.get(title) != value
    )
