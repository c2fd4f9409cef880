"""What an absence will change, told before it is written down: sums by service, and why not."""

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from accounts_registry.models import PersonalAccount, PremisesKind
from charges.calc.inputs import Absence, Account, Charge, Scenario, Service
from charges.calc.result import AccountResult, ScenarioResult
from charges.corrections import rules
from charges.corrections.services.recounting import HouseNotCounted, house_month
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

LONGEST = 12  # months foreseen

_BY_PERSONS = {"per_person", "metered", "drainage", "hot_water_two_part"}


@dataclasses.dataclass(frozen=True, slots=True)
class Foreseen:
    """A service in a month: the sum, or why there is none."""

    period: Period
    service: str
    amount: Decimal
    why_not: str = ""


def foresee_absence(
    account: PersonalAccount, *, persons: int, left: dt.date, returned: dt.date, applied_on: dt.date
) -> list[Foreseen]:
    """
    Months one after another; each counted twice, without the absence and with it.

    Nothing is written.
    """
    absence = Absence(persons, left, returned, applied_on)
    first = Period.of(left + dt.timedelta(days=1))
    last = Period.of(returned - dt.timedelta(days=1))
    months = min(last.months_since(first) + 1, LONGEST) if last >= first else 0
    found: list[Foreseen] = []
    for later in range(months):
        found += _month(account, absence, first.shifted(later))
    return found


def _month(account: PersonalAccount, absence: Absence, period: Period) -> Iterator[Foreseen]:
    try:
        month = house_month(account.premises.house, period=period)
        before = month.calculate()
        after = month.calculate(_with_absence(month.scenario, account.number, absence))
    except HouseNotCounted as refusal:
        told = str(refusal).splitlines()[0]
        yield Foreseen(period, "Все услуги", ZERO, f"Месяц сейчас не посчитать: {told}")
        return
    was, will = (_sums(result, account.number) for result in (before, after))
    facts = _account_of(month.scenario, account.number)
    for service in month.scenario.terms.services:
        if facts is None or service.code not in was:
            continue
        amount = will[service.code] - was[service.code]
        if amount:
            yield Foreseen(period, service.name, amount)
        elif service.charge in _BY_PERSONS:
            method = _method_of(before, account.number, service.code)
            why_not = _why_not(account, absence, method) or _meter_reason(facts, service)
            yield Foreseen(period, service.name, ZERO, why_not)


def _why_not(account: PersonalAccount, absence: Absence, method: str) -> str:
    """The first rule that stands in the way; empty when it is the missing act about the meter."""
    if account.premises.kind != PremisesKind.RESIDENTIAL:
        return "Помещение нежилое: временное отсутствие не учитывается."
    if rules.absence_is_short(absence.left, absence.returned):
        days = max(0, rules.full_days(absence.left, absence.returned))
        return f"Полных дней {days}, нужно больше пяти подряд (п. 86)."
    if rules.applied_late(absence.returned, absence.applied_on):
        return "Заявление подано позже 30 дней после возвращения (п. 91)."
    if method == "norm_uplifted":
        return "Начислено с повышающим коэффициентом: прибор можно установить (п. 86)."
    if method not in {"norm", ""}:
        return "Начислено по прибору: пересчитывать нечего (п. 86)."
    return ""


def _meter_reason(facts: Account, service: Service) -> str:
    """Drainage goes by the services it adds up; a charge by people needs no meter."""
    if service.charge == Charge.PER_PERSON:
        return (
            "За эту услугу отсутствие не учитывается: если положено (ТКО, п. 148(44)), "
            "отметьте это в карточке услуги."
        )
    sources = service.sources or (service.code,)
    if all(code in facts.meter_impossible for code in sources):
        return "По этому месяцу ничего не начислено."
    return (
        "Нет акта о том, что установить прибор невозможно: без него перерасчёта нет (п. 86). "
        "Отметьте акт у услуги в карточке счёта."
    )


def _with_absence(scenario: Scenario, number: str, absence: Absence) -> Scenario:
    return dataclasses.replace(
        scenario,
        houses=tuple(
            dataclasses.replace(
                house,
                accounts=tuple(
                    dataclasses.replace(account, absences=(*account.absences, absence))
                    if account.number == number
                    else account
                    for account in house.accounts
                ),
            )
            for house in scenario.houses
        ),
    )


def _account_of(scenario: Scenario, number: str) -> Account | None:
    accounts = (account for house in scenario.houses for account in house.accounts)
    return next((account for account in accounts if account.number == number), None)


def _lines_of(result: ScenarioResult, number: str) -> AccountResult | None:
    return next((account for account in result.accounts if account.number == number), None)


def _sums(result: ScenarioResult, number: str) -> defaultdict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    account = _lines_of(result, number)
    for line in account.lines if account else ():
        found[line.service] += line.total
    return found


def _method_of(result: ScenarioResult, number: str, service: str) -> str:
    account = _lines_of(result, number)
    lines = (line for line in (account.lines if account else ()) if line.service == service)
    return next(
        (
            str(line.individual.method)
            for line in lines
            if line.individual and line.individual.method
        ),
        "",
    )
