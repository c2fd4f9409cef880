"""A month with everything in it: recalculations, benefits, penalty, uplift, two payees, meters."""

import dataclasses
import datetime as dt
from decimal import Decimal

from payment_docs.details import (
    BenefitRow,
    Change,
    Consumption,
    Form,
    InstalmentRow,
    Look,
    MeterRow,
    RecalculationRow,
    ServiceSums,
    UpliftRow,
)
from payment_docs.document import Organisation, PayeeRow, Requisites, Section
from zhkh.kernel.money import ZERO
from zhkh.kernel.period import Period

MANAGER = Requisites(
    inn="7701234560",
    kpp="770101001",
    account="40702810500000001234",
    bank="ПАО «Банк примера»",
    bic="044525225",
    correspondent_account="30101810400000000225",
)
FUND = Requisites(
    inn="7701234560",
    kpp="770101001",
    account="40703810200000000042",
    bank="ПАО «Банк примера»",
    bic="044525225",
    correspondent_account="30101810400000000225",
)
PENALTY = Decimal("12.34")
RECALCULATED = Decimal("-50.00")
BENEFIT = Decimal("20.00")
FUND_FEE = Decimal("100.00")


def full_bill(sample, *, look=Look()):  # noqa: B008 (a frozen value)
    """The sample bill with the rest of a month: 8 services, two payees, a debt to each."""
    housing, communal, other = sample.sections
    named = iter(range(1, 100))
    rows = {
        section.title: tuple(
            dataclasses.replace(row, service=f"s{next(named)}") for row in section.rows
        )
        for section in (housing, communal, other)
    }
    cold = dataclasses.replace(
        rows["Коммунальные услуги"][0],
        uplift=Decimal("1.5"),
        excess=Decimal("24.98"),
        recalculated=RECALCULATED,
        benefit=BENEFIT,
        total=Decimal("110.88") + RECALCULATED - BENEFIT,
    )
    penalty = dataclasses.replace(
        rows["Прочие"][0],
        name="Пени",
        service="",
        charged=PENALTY,
        total=PENALTY,
        price=other.rows[0].charged_individual,
        is_apart=True,
    )
    sections = (
        Section("", rows[""]),
        Section("Коммунальные услуги", (cold, *rows["Коммунальные услуги"][1:])),
        Section("Прочие", (*rows["Прочие"], penalty)),
    )
    to_pay = sum((row.total for section in sections for row in section.rows), ZERO)
    return dataclasses.replace(
        sample,
        look=look,
        number="2013-07/000000001001",
        sections=sections,
        executor=Organisation(
            "УК «Тихий океан»",
            "109451, Москва, Братиславская, д. 3",
            "пн–пт 9:00–18:00",
            "+7 495 000-00-00",
            "pismo@example.org",
        ),
        payees=(
            PayeeRow(
                "УК «Тихий океан»", MANAGER, "000000001001", to_pay - FUND_FEE, Decimal("400.00")
            ),
            PayeeRow("Фонд капитального ремонта", FUND, "77-1001", FUND_FEE, Decimal("-30.00")),
        ),
        opening=Decimal("370.00"),
        to_pay=to_pay,
        to_pay_with_balance=to_pay + Decimal("370.00"),
        due_on=dt.date(2013, 8, 12),
        services=_sums(sections),
        meters=METERS,
        history=HISTORY,
        change=Change(
            Decimal("2300.00"),
            to_pay,
            "Горячее водоснабжение",
            Decimal("402.10"),
            Decimal("477.93"),
        ),
        uplifts=(UpliftRow("Холодное водоснабжение", Decimal("1.5"), Decimal("24.98")),),
        recalculations=(
            RecalculationRow(
                "Холодное водоснабжение",
                Period(2013, 6),
                RECALCULATED,
                "перерыв или ненадлежащее качество услуги: не было воды 12 часов",
                "Акт № 17 от 01.07.2013",
            ),
        ),
        benefits=(BenefitRow("Холодное водоснабжение", "ветеран труда, 50 %", BENEFIT),),
        instalments=(
            InstalmentRow(
                "4/13",
                ZERO,
                Decimal("500.00"),
                Decimal("8.25"),
                Decimal("3.44"),
                Decimal("1500.00"),
            ),
        ),
        notice="С 12 по 14 августа не будет горячей воды.\nПоказания передавайте до 25-го числа.",
    )


def _sums(sections):
    sums = {
        row.service: ServiceSums(row.service, row.name, 0)
        for section in sections
        for row in section.rows
        if not row.is_apart
    }
    sums["s1"] = dataclasses.replace(sums["s1"], opening=Decimal("400.00"), penalty=PENALTY)
    sums["s8"] = dataclasses.replace(sums["s8"], opening=Decimal("-30.00"), payee=1)
    return tuple(sums.values())


METERS = (
    MeterRow(
        "Горячее водоснабжение",
        "м3",
        "ВСГ-004512",
        Decimal("101.5"),
        dt.date(2013, 6, 24),
        Decimal("107.2"),
        dt.date(2013, 7, 24),
        Decimal("5.7"),
        dt.date(2016, 5, 1),
    ),
    MeterRow(
        "Электроэнергия, день",
        "кВтч",
        "00718233",
        None,
        None,
        Decimal(3752),
        dt.date(2013, 7, 24),
        None,
    ),
)
HISTORY = (
    Consumption(
        "Холодное водоснабжение",
        "м3",
        tuple(
            map(
                Decimal,
                ["6", "5.5", "5.1", "4.9", "5", "5.55", "6.2", "6.8", "5.55", "5.5", "5.4", "5.55"],
            )
        ),
    ),
    Consumption(
        "Горячее водоснабжение",
        "м3",
        (
            None,
            None,
            *map(Decimal, ["4.9", "5", "5.55", "6.2", "6.8", "5.55", "0", "5.5", "5.4", "5.7"]),
        ),
    ),
    Consumption(
        "Электроэнергия",
        "кВтч",
        tuple(
            map(
                Decimal,
                [
                    "180",
                    "190",
                    "210",
                    "240",
                    "260",
                    "255",
                    "230",
                    "200",
                    "180",
                    "170",
                    "175",
                    "180",
                ],
            )
        ),
    ),
)
ORDER_43 = Look(form=Form.ORDER_43)
