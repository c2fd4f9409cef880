import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mailing.models import JournalRow, MailBatch
from mailing.tasks import pump, sweep
from tests.cast import tihiy_okean
from tests.factories import make_organisation
from tests.mailing.office import (
    database_environment,
    issue_printed,
    make_mail_account,
    start,
    statuses,
    with_login,
)

ROOT = Path(__file__).resolve().parents[2]
JULY = "--period=2013-07"
ORGANISATION = "--org=УК «Тихий океан»"


def answer_of(capsys):
    return json.loads(capsys.readouterr().out)


def refusal(*arguments: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as refused:
        call_command("mail", *arguments)
    return refused.value.returncode, str(refused.value)


@pytest.fixture
def printed(okean):
    """Лермонтов's document as it is really printed; the others have none."""
    return issue_printed(okean.lermontov)


def test_dry_run_only_counts(house, capsys):
    call_command("mail", JULY, ORGANISATION, "--dry-run", "--json")

    assert answer_of(capsys) == {"to_send": 3, "skipped": {"на бумаге": 1}, "unsent": 0}
    assert MailBatch.objects.count() == 0


def test_documents_are_queued_and_sent(printed, mail_account, post_office, capsys):
    call_command("mail", JULY, ORGANISATION, "--json")

    answer = answer_of(capsys)
    assert (answer["sent"], answer["unsent"], answer["skipped"]) == (1, 0, {"на бумаге": 3})
    assert post_office.recipients == ["lermontov_mn@mail.ru"]


def test_counts_are_told_to_people_too(printed, mail_account, capsys):
    call_command("mail", JULY)

    told = capsys.readouterr().out.splitlines()
    assert told == [
        f"Рассылка № {MailBatch.objects.get().pk}",
        "Отправлено: 1",
        "Ждут: 0",
        "С ошибкой или неизвестным исходом: 0",
        "Пропущено (на бумаге): 3",
    ]


def test_refused_letter_is_not_a_success(printed, mail_account, post_office):
    post_office.at_recipient["lermontov_mn@mail.ru"] = "550 5.1.1 no such user"

    assert refusal(JULY) == (3, "Не отправлено: 1.")


def test_no_account_to_send_from(printed):
    assert refusal(JULY)[0] == 3


def test_password_nobody_can_be_asked_for(printed, mail_account, monkeypatch):
    with_login(mail_account, remember=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    code, sentence = refusal(JULY)

    assert (code, sentence) == (
        3,
        "Введите пароль учётной записи «Системная учётная запись»: он не запомнен.",
    )


def test_unknown_organisation_is_bad_input(okean):
    assert refusal(JULY, "--org=Нет такой") == (
        2,
        "Организации «Нет такой» нет. Есть: «УК «Тихий океан»».",
    )


def test_several_organisations_want_a_name(okean):
    make_organisation(name="ТСЖ «Соседи»")

    assert refusal(JULY)[0] == 2


def test_senseless_period_is_bad_input(okean):
    with pytest.raises(CommandError, match="период пишется так: 2013-07"):
        call_command("mail", "--period=July")


# Workers


@pytest.fixture
def undisturbed(committed_db, smtp):
    okean = tihiy_okean()
    issue_printed(okean.lermontov)
    return make_mail_account(okean.organisation, port=smtp.address[1])


def test_worker_process_sends_what_waits_and_ends(undisturbed, post_office):
    batch = start(undisturbed)

    subprocess.run(
        [sys.executable, "-m", "django", "mail_worker", "--once"],
        cwd=ROOT,
        env=database_environment(),
        check=True,
        timeout=60,
    )

    assert statuses(batch) == ["accepted", "skipped", "skipped", "skipped"]
    assert len(post_office.letters) == 1


def test_task_sends_and_may_be_rung_twice(printed, mail_account, post_office):
    batch = start(mail_account)

    pump(mail_account_id=mail_account.pk, later="ignored")
    pump(mail_account_id=mail_account.pk)

    assert (statuses(batch)[0], len(post_office.letters)) == ("accepted", 1)


def test_sweep_rings_for_what_waits_and_changes_nothing_itself(printed, mail_account):
    start(mail_account)

    sweep()

    assert list(JournalRow.objects.order_by("id").values_list("state", flat=True)) == [
        "queued",
        "skipped",
        "skipped",
        "skipped",
    ]
