import re
import socket
from pathlib import Path

from tests.demo.conftest import demo, without_passwords

STORY = Path(__file__).with_name("story.txt")


def lines(told, var):
    """Without what differs from run to run or grows with the program."""
    shortened = (line.replace(str(var), "var") for line in without_passwords(told.story))
    named = (re.sub(r"mailbox/.*@", "mailbox/…@", line) for line in shortened)
    return [re.sub(r"проверок: \d+$", "проверок: …", line) for line in named]


def test_story_is_told_with_every_figure(telling):
    assert (telling.first.code, telling.first.errors) == (0, "")
    assert lines(telling.first, telling.var) == STORY.read_text().splitlines()


def test_every_file_the_story_names_is_there(telling):
    named = [line.strip() for line in telling.first.story if line.startswith("    ")]

    assert len(named) == 6
    assert [name for name in named if name not in telling.first.files] == []
    assert [Path(name).read_bytes()[:5] for name in named if name.endswith(".pdf")] == [
        b"%PDF-"
    ] * 4


def test_letters_are_addressed_to_those_who_chose_mail(telling):
    letters = sorted(telling.var.glob("demo/mailbox/*.eml"))
    recipients = [
        re.findall(rb"(?m)^To: .*?([\w.]+@[\w.]+)", file.read_bytes()) for file in letters
    ]

    assert recipients == [[b"lermontov_mn@mail.ru"], [b"tyutchev_fi@mail.ru"]]


def test_nothing_is_left_running(telling):
    assert (telling.first.processes, telling.second.processes) == ([], [])


def test_told_again_it_pays_once_and_sends_once(telling):
    assert telling.second.code == 0
    assert telling.second.files == telling.first.files
    assert (telling.desk_payments, telling.journal_rows) == (1, 4)


def test_told_again_it_says_the_same_and_serves(telling):
    story = lines(telling.second, telling.var)
    first_time_only = "Касса: Фет Афанасий Афанасьевич, долг 3 226,86 руб."

    expected = [line for line in lines(telling.first, telling.var) if line != first_time_only]
    assert story[: len(expected)] == expected
    assert story[len(expected)].startswith("Откройте http://127.0.0.1:")
    assert telling.login_page == 200


def test_taken_port_is_named_before_anything_starts(tmp_path):
    var = tmp_path / "var"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = demo(var, "--port", str(port))
        story, errors = process.communicate(timeout=300)

    assert (process.returncode, story) == (3, "")
    assert errors == (
        f"Порт {port} занят: остановите другую программу (make stop) "
        "или назовите другой порт: make demo ARGS='--port 8001'.\n"
    )
    assert not var.exists()
