import json

import pytest

from payment_docs.models import IssuedDocument
from tests.cast import TihiyOkean
from tests.priced import posted, priced_tihiy_okean
from zhkh.commands.issue import main


@pytest.fixture
def okean(db: None) -> TihiyOkean:
    okean = priced_tihiy_okean()
    posted(okean.organisation)
    return okean


def test_documents_are_issued_once(okean, capsys):
    assert main(["--period", "2013-07"]) == 0
    assert main(["--period", "2013-07"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "Июль 2013: выпущено 4, без изменений 0.",
        "Июль 2013: выпущено 0, без изменений 4.",
    ]
    assert IssuedDocument.objects.count() == 4


def test_a_new_version_says_why(okean, capsys):
    main(["--period", "2013-07"])
    okean.organisation.notice = "Горячей воды не будет."
    okean.organisation.save()

    assert main(["--period", "2013-07", "--reason", "Добавлено объявление"]) == 0
    newest = IssuedDocument.objects.get(account=okean.fet, superseded_at=None)
    assert (newest.version, newest.reason) == (2, "Добавлено объявление")


def test_json_for_programs(okean, capsys):
    assert main(["--period", "2013-07", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "period": "2013-07",
        "made": 4,
        "unchanged": 0,
        "failed": 0,
    }


def test_a_month_not_posted_is_not_possible(okean, capsys):
    assert main(["--period", "2013-08"]) == 3
    assert capsys.readouterr().err == (
        "Август 2013 ещё не проведён: платёжные документы выпускаются "
        "после подтверждения начислений.\n"
    )


def test_what_is_no_month_is_bad_input(okean, capsys):
    assert main(["--period", "07.2013"]) == 2
    assert capsys.readouterr().err == "--period 07.2013: ожидается месяц вида 2013-07.\n"
