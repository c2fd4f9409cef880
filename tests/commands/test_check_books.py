import json

import psycopg
import pytest

from tests.cast import TihiyOkean
from tests.priced import posted, priced_tihiy_okean
from zhkh.audits.check import AUDITS
from zhkh.commands.check_books import main

SETTLES = "остаток счёта равен долгам за вычетом аванса"
RECOMPUTES = "пересчёт сохранённых домов даёт те же суммы"


@pytest.fixture
def okean(committed_db: None) -> TihiyOkean:
    """Committed: the check looks at one moment of its own."""
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return okean


@pytest.fixture
def spoilt(okean: TihiyOkean, cluster, database_name) -> TihiyOkean:
    """A line of Фет's was raised by one rouble behind the program's back."""
    url = cluster.superuser_url.replace("/postgres?", f"/{database_name}?")
    with psycopg.connect(url) as session:
        session.execute("SET session_replication_role = replica")
        session.execute(
            "UPDATE charges_chargeline SET charged = charged + 1, total = total + 1,"
            " individual_amount = individual_amount + 1"
            " WHERE account_id = %s AND service_id = %s",
            [okean.fet.pk, okean.cold_water.pk],
        )
    return okean


def test_agreeing_books_end_with_zero(okean, capsys):
    assert main([]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        *(f"  сходится  {title}" for title in [*(audit.title for audit in AUDITS), SETTLES]),
        "Книги сходятся.",
    ]


def test_empty_books_agree(committed_db, capsys):
    assert main(["--recompute"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Книги сходятся."


def test_a_difference_ends_with_one_and_is_named(spoilt, capsys):
    assert main([]) == 1

    lines = capsys.readouterr().out.splitlines()
    place = lines.index("расходится  начислено в оборотах равно строкам начислений")
    assert lines[place + 1] == (
        f"{'':>12}счёт 000000001002, Холодное водоснабжение, Июль 2013: "
        "начислено в обороте 74,93, в строках начислений 75,93"
    )
    assert [line for line in lines if line.startswith("расходится")] == [lines[place]]
    assert lines[-1] == "Расхождений: 1."


def test_recompute_looks_at_lines_and_inputs_too(spoilt, capsys):
    assert main(["--recompute"]) == 1

    lines = capsys.readouterr().out.splitlines()
    place = lines.index(f"расходится  {RECOMPUTES}")
    where = "Москва, Братиславская, дом № 1, Июль 2013: счёт 000000001002, cold_water"
    assert [line.strip() for line in lines[place + 1 :]] == [
        f"{where}, индивидуальное потребление, руб.: в строке 75,93, должно быть 74,93",
        f"{where}, начислено: в строке 75,93, должно быть 74,93",
        f"{where}, итого: в строке 75,93, должно быть 74,93",
        "Расхождений: 4.",
    ]


def test_json_for_programs(spoilt, capsys):
    assert main(["--json"]) == 1

    rows = json.loads(capsys.readouterr().out)
    assert [row["audit"] for row in rows] == [*(audit.title for audit in AUDITS), SETTLES]
    assert [row["findings"] for row in rows if row["findings"]] == [
        [
            (
                "счёт 000000001002, Холодное водоснабжение, Июль 2013: "
                "начислено в обороте 74,93, в строках начислений 75,93"
            )
        ]
    ]


def test_json_of_agreeing_books_ends_with_zero(okean, capsys):
    assert main(["--json", "--recompute"]) == 0

    rows = json.loads(capsys.readouterr().out)
    assert [row["findings"] for row in rows] == [[]] * (len(AUDITS) + 2)


def test_an_unknown_argument_ends_with_two(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--everything"])
    assert ended.value.code == 2
