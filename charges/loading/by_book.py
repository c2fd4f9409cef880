"""Rates of VAT and raising coefficients that services take from the reference books."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from accounts_registry.models import Country, Organisation, Service, UpliftKind
from accounts_registry.models.settings import PenaltyRuleChoice
from accounts_registry.organisation_settings import MonthSettings, settings_of
from accounts_registry.reference_data import Book, Held, Span, uplifts_within, vat_on, without
from charges.loading.document import Document, present, within
from charges.models import Uplift
from zhkh.kernel.period import Period
from zhkh.kernel.quantity import format_quantity, plain

NO_RATE = ""  # no share: the reader of documents refuses it, and the screens say where


def book_of(organisation_id: int, settings: MonthSettings) -> Book:
    """The books of the country whose law the organisation goes by."""
    is_ukraine = settings.penalty_rule is PenaltyRuleChoice.UA
    return Book(organisation_id, Country.UKRAINE if is_ukraine else Country.RUSSIA)


def book_of_today(organisation: Organisation, day: dt.date) -> Book:
    """The books as a month that holds the day reads them."""
    settings = settings_of(organisation_id=organisation.pk, period=Period.of(day))
    return book_of(organisation.pk, settings)


@dataclasses.dataclass(frozen=True, slots=True)
class ByBook:
    """What the books say of the services of one organisation in a month."""

    book: Book
    period: Period

    def vat(self, service: Service) -> str | None:
        """The rate of the first day as a share; none for a service without VAT."""
        if not service.vat_by_book:
            return None if service.vat_rate is None else plain(service.vat_rate)
        held = vat_on(self.book, self.period.first_day)
        return NO_RATE if held is None else plain(held.value / 100)

    def uplifts(self, services: Iterable[Service], own: Iterable[Uplift]) -> list[Document]:
        """Coefficients of the days on which a service has no row of its own."""
        taken: defaultdict[int, list[Span]] = defaultdict(list)
        for row in own:
            taken[row.service_id].append((row.valid.lower, row.valid.upper))
        return [
            present(
                {"service": service.code, "coefficient": plain(held.value)}
                | within((held.since, held.until), self.period)
            )
            for service in services
            if service.uplift_kind
            for held in self._free(service, taken[service.pk])
        ]

    def _free(self, service: Service, taken: list[Span]) -> list[Held]:
        month = (self.period.first_day, self.period.next_first_day)
        return [
            dataclasses.replace(held, since=since, until=until)
            for held in uplifts_within(self.book, service.uplift_kind, month)
            for since, until in without((held.since, held.until), taken)
            if since < month[1] and (until is None or until > month[0])
        ]


def by_book_in_words(*, organisation: Organisation, period: Period) -> list[tuple[str, str]]:
    """What the month takes from the books, for its page: nothing where no service goes by them."""
    settings = settings_of(organisation_id=organisation.pk, period=period)
    book = book_of(organisation.pk, settings)
    services = Service.objects.filter(organisation=organisation)
    found: list[tuple[str, str]] = []
    if services.filter(vat_by_book=True).exists():
        held = vat_on(book, period.first_day)
        words = f"{format_quantity(held.value)} %, {held.source}" if held else "в справочнике нет"
        found.append(("Ставка НДС по справочнику", words))
    kinds = services.exclude(uplift_kind="").order_by("uplift_kind").values_list("uplift_kind")
    for (kind,) in kinds.distinct():
        rows = uplifts_within(book, kind, (period.first_day, period.next_first_day))
        words = "; ".join(_uplift_words(row, period) for row in rows) or "в справочнике нет"
        found.append((f"Повышающий коэффициент: {UpliftKind(kind).label}", words))
    return found


def origin_of_vat(service: Service, rate: Decimal, period: Period) -> str:
    """The act a share comes from; empty where the books do not say it, or no longer do."""
    if not service.vat_by_book:
        return ""
    held = vat_on(_book_of_month(service, period), period.first_day)
    return held.source if held and held.value / 100 == rate else ""


def origin_of_uplift(service: Service, coefficient: Decimal, days: Span, period: Period) -> str:
    """The same for a coefficient of some days of the month; rows of the service come before."""
    if not service.uplift_kind or service.uplifts.filter(valid__overlap=days).exists():
        return ""
    held = uplifts_within(_book_of_month(service, period), service.uplift_kind, days)
    return next((row.source for row in held if row.value == coefficient), "")


def _book_of_month(service: Service, period: Period) -> Book:
    settings = settings_of(organisation_id=service.organisation_id, period=period)
    return book_of(service.organisation_id, settings)


def _uplift_words(row: Held, period: Period) -> str:
    since = f" с {row.since:%d.%m.%Y}" if row.since > period.first_day else ""
    return f"× {format_quantity(row.value)}{since}, {row.source}"
