"""The sample bill of the form: Лермонтов, Июль 2013, every figure as printed there."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from payment_docs.document import (
    NO_REFERENCE,
    Blank,
    House,
    LastPayment,
    Mark,
    Organisation,
    PayeeRow,
    PaymentDocument,
    Reference,
    Requisites,
    Section,
    ServiceRow,
    Volume,
)
from zhkh.kernel.period import Period

X = Blank.NOT_APPLICABLE


def fee(name, unit, price, total):
    return ServiceRow(
        name=name,
        unit=unit,
        volume_individual=X,
        volume_common=X,
        price=Decimal(price),
        charged_individual=X,
        charged_common=X,
        charged=Decimal(total),
        total=Decimal(total),
        reference=NO_REFERENCE,
    )


def utility(name, unit, price, individual, common, reference):
    """`individual` and `common`: volume, its mark, amount."""
    charged_individual, charged_common = Decimal(individual[2]), Decimal(common[2])
    return ServiceRow(
        name=name,
        unit=unit,
        volume_individual=Volume(Decimal(individual[0]), individual[1]),
        volume_common=Volume(Decimal(common[0]), common[1]),
        price=Decimal(price),
        charged_individual=charged_individual,
        charged_common=charged_common,
        charged=charged_individual + charged_common,
        total=charged_individual + charged_common,
        reference=reference,
    )


COLD_WATER = utility(
    "Холодное водоснабжение",
    "м3",
    "13.50",
    ("5.55", Mark.NORM, "74.93"),
    ("2.6628", None, "35.95"),
    Reference(
        norm_individual=Decimal("5.55"),
        norm_common=Decimal("0.15"),
        house_premises=Decimal("24.1"),
        house_common=Decimal("15.75"),
    ),
)
HOT_WATER = utility(
    "Горячее водоснабжение",
    "м3",
    "77.21",
    ("5.7", Mark.NORM, "440.10"),
    ("0.49", Mark.HOUSE_METER, "37.83"),
    Reference(
        norm_individual=Decimal("5.7"),
        norm_common=Decimal("0.12"),
        house_readings=(Decimal(174),),
        house_premises=Decimal("22.1"),
        house_common=Decimal("2.9"),
    ),
)
DRAINAGE = utility(
    "Водоотведение",
    "м3",
    "9.68",
    ("11.25", Mark.NORM, "108.90"),
    ("4.7936", Mark.HOUSE_METER, "46.40"),
    Reference(
        norm_individual=Decimal("11.25"),
        norm_common=Decimal("0.27"),
        house_premises=Decimal("44.75"),
        house_common=Decimal("28.35"),
    ),
)
ELECTRICITY = utility(
    "Электроэнергия",
    "кВтч",
    "2.68",
    ("180", Mark.NORM, "482.40"),
    ("0", Mark.HOUSE_METER, "0.00"),
    Reference(norm_individual=Decimal(180)),
)
ELECTRICITY_DAY = utility(
    "Электроэнергия",
    "кВтч",
    "3.02",
    ("0", Mark.NORM, "0.00"),
    ("2.7251", Mark.HOUSE_METER, "8.23"),
    Reference(
        norm_common=Decimal("2.8"),
        house_readings=(Decimal(3752),),
        house_premises=Decimal(467),
        house_common=Decimal("16.1179"),
    ),
)
ELECTRICITY_NIGHT = utility(
    "Электроэнергия",
    "кВтч",
    "1.04",
    ("0", Mark.NORM, "0.00"),
    ("0.1491", Mark.HOUSE_METER, "0.16"),
    Reference(
        norm_common=Decimal("2.8"),
        house_readings=(Decimal(367),),
        house_premises=Decimal(467),
        house_common=Decimal("0.88208"),
    ),
)
SECTIONS = (
    Section("", (fee("Содержание и ремонт общего имущества", "м2", "15.9", "1113.00"),)),
    Section(
        "Коммунальные услуги",
        (COLD_WATER, HOT_WATER, DRAINAGE, ELECTRICITY, ELECTRICITY_DAY, ELECTRICITY_NIGHT),
    ),
    Section("Прочие", (fee("Целевой сбор", "", "100", "100.00"),)),
)


@pytest.fixture
def sample_cells():
    """The form's table, cell by cell: columns 1–13, then reference columns 1–6."""
    golden = Path(__file__).parents[1] / "golden" / "documents" / "sample_bill_cells.txt"
    return [line.split("|") for line in golden.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def cold_water():
    return COLD_WATER


@pytest.fixture
def sample_bill():
    return PaymentDocument(
        period=Period(2013, 7),
        account_number="000000001001",
        payer="Лермонтов Михаил Николаевич",
        address="109451, Москва, Братиславская, дом № 1, кв. 1",
        area=Decimal(70),
        residents=1,
        executor=Organisation('УК "Тихий океан"'),
        settlement_centre=Organisation(),
        payees=(PayeeRow("", Requisites(), "000000001001"),),
        opening=Decimal("-2585.58"),
        last_payment=LastPayment(dt.date(2013, 5, 10), Decimal("10000.00")),
        counted_until=dt.date(2013, 7, 25),
        to_pay=Decimal("2447.90"),
        to_pay_with_balance=Decimal("0.00"),
        sections=SECTIONS,
        house=House(
            common_area=Decimal(105),
            residents=4,
            premises_area=Decimal(414),
            total_area=Decimal(0),
        ),
    )
