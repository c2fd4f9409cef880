import json

import pytest

from accounts_registry.models import Organisation, PersonalAccount
from zhkh.commands.town import main

pytestmark = pytest.mark.usefixtures("committed_db")

TINY = ["--accounts", "20", "--seed", "3", "--workers", "1"]
NAME = "Город № 3: счетов 20, месяцев 1 по 2026-10, full"


def test_a_town_is_written_and_told(capsys):
    assert main(TINY) == 0

    out, errors = capsys.readouterr()
    assert out.startswith("Город построен за ")
    assert out.endswith(
        f"организация «{NAME}», домов 1, лицевых счетов 20; к расчёту — Октябрь 2026.\n"
    )
    assert errors == "домов 1 из 1\n"
    assert PersonalAccount.objects.filter(organisation__name=NAME).count() == 20


def test_json_for_programs(capsys):
    assert main([*TINY, "--profile", "plain", "--period", "2020-02", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer.pop("seconds") >= 0
    assert answer == {
        "organisation": "Город № 3: счетов 20, месяцев 1 по 2020-02, plain",
        "accounts": 20,
        "houses": 1,
        "months": 1,
        "period": "2020-02",
    }


def test_a_standing_town_is_not_possible(capsys):
    main(TINY)
    capsys.readouterr()

    assert main(TINY) == 3
    assert capsys.readouterr().err.startswith(f"Такой город в базе уже есть: организация «{NAME}».")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--accounts", "0"], "--accounts: ожидается число от 1 до 10000000.\n"),
        (["--accounts", "5", "--months", "0"], "--months: ожидается число от 1 до 120.\n"),
        (["--accounts", "5", "--seed", "-1"], "--seed: ожидается число от 0 до 1000000000.\n"),
        (
            ["--accounts", "5", "--period", "2020-13"],
            "--period 2020-13: ожидается месяц вида 2013-07.\n",
        ),
        (
            ["--accounts", "5", "--period", "0001-01"],
            "--period 0001-01: ожидается месяц с 2000 по 2100 год.\n",
        ),
    ],
)
def test_what_makes_no_town_is_told(capsys, words, sentence):
    assert main(words) == 2
    assert capsys.readouterr().err == sentence
    assert not Organisation.objects.exists()
