"""
What the law says, as the program is shipped: rates, caps, moratoria, due days, coefficients, VAT,
holidays and moved days. Every row names its source; operators correct and add rows in screens.
"""

import datetime as dt
from decimal import Decimal

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateRange

KEY_RATES = """
2012-09-14 8.25  2016-01-01 11    2016-06-14 10.5  2016-09-19 10    2017-03-27 9.75
2017-05-02 9.25  2017-06-19 9     2017-09-18 8.5   2017-10-30 8.25  2017-12-18 7.75
2018-02-12 7.5   2018-03-26 7.25  2018-09-17 7.5   2018-12-17 7.75  2019-06-17 7.5
2019-07-29 7.25  2019-09-09 7     2019-10-28 6.5   2019-12-16 6.25  2020-02-10 6
2020-04-27 5.5   2020-06-22 4.5   2020-07-27 4.25  2021-03-22 4.5   2021-04-26 5
2021-06-15 5.5   2021-07-26 6.5   2021-09-13 6.75  2021-10-25 7.5   2021-12-20 8.5
2022-02-14 9.5   2022-02-28 20    2022-04-11 17    2022-05-04 14    2022-05-27 11
2022-06-14 9.5   2022-07-25 8     2022-09-19 7.5   2023-07-24 8.5   2023-08-15 12
2023-09-18 13    2023-10-30 15    2023-12-18 16    2024-07-29 18    2024-09-16 19
2024-10-28 21    2025-06-09 20    2025-07-28 18    2025-09-15 17    2025-10-27 16.5
2025-12-22 16    2026-02-16 15.5
"""
BANK = "Банк России, ключевая ставка (до 2016 года — ставка рефинансирования)"

CAPS = (
    ("2022-02-28", "9.5", "ПП РФ № 474 от 26.03.2022: ставка на 27.02.2022"),
    (
        "2022-09-23",
        "9.5",
        "ПП РФ № 1681 от 23.09.2022, продлено: № 2479 от 28.12.2022, № 2382 от 29.12.2023, "
        "№ 329 от 18.03.2025, до конца 2026 года",
    ),
)
DAILY = (("2019-05-01", "0.01", "ст. 26 Закона Украины № 2189-VIII: не более 0,01 % в день"),)
VAT = (
    ("2004-01-01", "18", "ст. 164 НК РФ"),
    ("2019-01-01", "20", "ст. 164 НК РФ в ред. № 303-ФЗ от 03.08.2018"),
    ("2026-01-01", "22", "ст. 164 НК РФ, ставка с 2026 года"),
)
SUSPENSIONS = (
    ("ru", "2020-04-06", "2021-01-01", "ПП РФ № 424 от 02.04.2020"),
    (
        "ru",
        "2022-03-31",
        "2022-10-01",
        "ПП РФ № 497 от 28.03.2022 (мораторий на банкротство; к гражданам применяется спорно)",
    ),
    ("ua", "2022-02-24", "2023-12-30", "КМУ № 206 от 05.03.2022"),
)
DUE_DAYS = (
    ("ru", "2005-03-01", "2026-03-01", 10, "ч. 1 ст. 155 ЖК РФ: до 10-го числа"),
    ("ru", "2026-03-01", None, 15, "ч. 1 ст. 155 ЖК РФ с 01.03.2026: до 15-го числа"),
    ("ua", "2019-05-01", None, 20, "договор; обычно до 20-го числа следующего месяца"),
)
K_SINCE_2017 = "ПП РФ № 603 от 29.06.2016, прил. 2 к Правилам № 354"
UPLIFTS = (
    ("cold_water", "2017-01-01", "2025-12-06", "1.5", K_SINCE_2017),
    ("cold_water", "2025-12-06", None, "3", "ПП РФ № 1871 от 25.11.2025"),
    ("hot_water", "2017-01-01", None, "1.5", K_SINCE_2017),
    ("electricity", "2017-01-01", None, "1.5", K_SINCE_2017),
    ("heating", "2017-01-01", None, "1.5", K_SINCE_2017),
)

YEARS = range(2013, 2028)
HOLIDAYS = (
    *((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4),
)  # fmt: skip
MOVED_OFF = """
2016-02-22 2016-03-07 2016-05-02 2016-05-03 2016-06-13
2017-02-24 2017-05-08 2017-11-06
2018-03-09 2018-04-30 2018-05-02 2018-06-11 2018-11-05 2018-12-31
2019-05-02 2019-05-03 2019-05-10
2020-02-24 2020-03-09 2020-05-04 2020-05-05 2020-05-11
2021-02-22 2021-05-03 2021-05-10 2021-06-14 2021-11-05 2021-12-31
2022-03-07 2022-05-02 2022-05-03 2022-05-10 2022-06-13
2023-02-24 2023-05-08 2023-11-06
2024-04-29 2024-04-30 2024-05-10 2024-12-30 2024-12-31
2025-05-02 2025-05-08 2025-06-13 2025-11-03 2025-12-31
2026-01-09 2026-03-09 2026-05-11 2026-12-31
"""
MOVED_ON = """
2016-02-20 2018-04-28 2018-06-09 2018-12-29 2021-02-20 2022-03-05 2024-04-27 2024-11-02 2024-12-28
2025-11-01
"""


def day(text):
    return None if text is None else dt.date.fromisoformat(text)


def span(since, until):
    return DateRange(day(since), day(until))


def ship(apps, schema_editor):
    def model(name):
        return apps.get_model("accounts_registry", name).objects

    words = KEY_RATES.split()
    rates = [("key", "ru", s, p, BANK) for s, p in zip(words[::2], words[1::2], strict=True)]
    rates += [("cap", "ru", *row) for row in CAPS]
    rates += [("vat", "ru", *row) for row in VAT]
    rates += [("daily", "ua", *row) for row in DAILY]
    for kind, country, since, percent, source in rates:
        model("ReferenceRate").create(
            kind=kind, country=country, since=day(since), percent=Decimal(percent),
            source=source, is_shipped=True,
        )  # fmt: skip
    for country, since, until, source in SUSPENSIONS:
        model("PenaltySuspension").create(
            country=country, valid=span(since, until), source=source, is_shipped=True
        )
    for country, since, until, number, source in DUE_DAYS:
        model("DueDay").create(
            country=country, valid=span(since, until), day=number, source=source, is_shipped=True
        )
    for kind, since, until, coefficient, source in UPLIFTS:
        model("UpliftCoefficient").create(
            kind=kind, country="ru", valid=span(since, until), coefficient=Decimal(coefficient),
            source=source, is_shipped=True,
        )  # fmt: skip
    days = {
        dt.date(year, *holiday): (False, "ст. 112 ТК РФ") for year in YEARS for holiday in HOLIDAYS
    }
    for text, is_working in ((MOVED_OFF, False), (MOVED_ON, True)):
        for moved in map(day, text.split()):
            days[moved] = (is_working, f"постановление Правительства РФ о переносе выходных, {moved.year}")
    model("CalendarDay").bulk_create(
        apps.get_model("accounts_registry", "CalendarDay")(
            country="ru", day=on, is_working=is_working, source=source, is_shipped=True
        )
        for on, (is_working, source) in sorted(days.items())
    )


class Migration(migrations.Migration):
    dependencies = [("accounts_registry", "0004_reference")]
    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
