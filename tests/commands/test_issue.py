import json

import pypdf
import pytest

from payment_docs.models import DocumentSetting, IssuedDocument
from payment_docs.services import issued_pdf
from tests.cast import JULY, NOON, TihiyOkean
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
    DocumentSetting.objects.create(
        organisation=okean.organisation,
        notice="Горячей воды не будет.",
        valid=(JULY.first_day, None),
        changed_at=NOON,
    )

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


def test_documents_of_a_house_and_an_account_go_into_files(okean, capsys, tmp_path):
    house = okean.fet.premises.house.address
    asked = ["--period", "2013-07", "--house", house, "--account", okean.fet.number]
    folder, print_file = tmp_path / "out", tmp_path / "print.pdf"

    assert main([*asked, "--out", str(folder), "--print-file", str(print_file)]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "Июль 2013: выпущено 1, без изменений 0.",
        f"Файлов в {folder}: 1.",
        f"В файле для печати {print_file} документов: 1.",
    ]
    (file,) = folder.iterdir()
    assert file.name == f"kvitanciya_{okean.fet.number}_2013-07.pdf"
    assert file.read_bytes() == issued_pdf(IssuedDocument.objects.get())
    assert len(pypdf.PdfReader(print_file).pages) == 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            ["--house", "Нигде, 1"],
            "--house Нигде, 1: дома с таким адресом нет. Есть: Москва, Братиславская, дом № 1.",
        ),
        (["--account", "77"], "--account 77: у организации нет такого лицевого счёта."),
    ],
)
def test_who_is_not_there_is_bad_input(okean, capsys, asked, sentence):
    assert main(["--period", "2013-07", *asked]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_folder_that_cannot_be_written_is_told(okean, capsys, tmp_path):
    (tmp_path / "file").write_text("")

    assert main(["--period", "2013-07", "--print-file", str(tmp_path / "file" / "a.pdf")]) == 3
    assert capsys.readouterr().err == (
        f"Файл не записан: {tmp_path / 'file' / 'a.pdf'}: Not a directory.\n"
    )
