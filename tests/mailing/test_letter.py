import dataclasses
import datetime as dt
from email import message_from_bytes, policy
from typing import Any

import pytest

from mailing.letter import LetterFacts, build_letter, file_name, message_id, sender
from zhkh.kernel.period import Period

FACTS = LetterFacts(
    account_number="000000001001",
    period=Period(2013, 7),
    organisation="УК «Тихий океан»",
    sender_name="",
    sender_address="post@ocean.ru",
    recipient="lermontov_mn@mail.ru",
    message_id="<1.abc@ocean.ru>",
    dated_at=dt.datetime(2013, 7, 26, 10, 14, tzinfo=dt.UTC),
    pdf=b"%PDF-1.7\n.\r\n..\nlast",
)


@pytest.fixture
def letter():
    return message_from_bytes(build_letter(FACTS), policy=policy.default)


def test_same_row_gives_the_same_bytes():
    assert build_letter(FACTS) == build_letter(dataclasses.replace(FACTS))


def test_headers_name_account_and_period(letter):
    assert {name: letter[name] for name in ("From", "To", "Subject", "Date", "Message-ID")} == {
        "From": "УК «Тихий океан» <post@ocean.ru>",
        "To": "lermontov_mn@mail.ru",
        "Subject": "Платёжный документ за июль 2013, лицевой счёт 000000001001",
        "Date": "Fri, 26 Jul 2013 10:14:00 +0000",
        "Message-ID": "<1.abc@ocean.ru>",
    }


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_text_names_account_period_and_organisation(letter, kind):
    text = letter.get_body((kind,)).get_content()

    named = [word in text for word in ("000000001001", "июль 2013", "УК «Тихий океан»")]
    assert named == [True, True, True]


def test_document_is_attached_as_it_is(letter):
    [attachment] = letter.iter_attachments()

    assert (attachment.get_filename(), attachment.get_content_type(), attachment.get_content()) == (
        "kvitanciya_000000001001_2013-07.pdf",
        "application/pdf",
        FACTS.pdf,
    )


def test_lines_end_as_mail_wants_them_and_are_short():
    lines = build_letter(FACTS).split(b"\r\n")

    assert [line for line in lines if b"\n" in line or b"\r" in line or len(line) > 998] == []


def test_name_of_the_sender_breaks_no_header():
    assert sender('УК "Океан": a@b,\r\nBcc: x', "post@ocean.ru") == (
        '"УК Океан ab Bcc x" <post@ocean.ru>'
    )


def test_sender_without_a_name_is_its_address():
    assert sender("@@", "post@ocean.ru") == "post@ocean.ru"


def test_file_name_is_ascii():
    assert file_name("ЛС-1/2", Period(2013, 7)) == "kvitanciya___-1_2_2013-07.pdf"


def test_message_id_differs_from_row_to_row():
    facts: dict[str, Any] = {
        "key": "k",
        "account_id": 1,
        "document_version": 1,
        "address": "post@ocean.ru",
    }
    changes: list[dict[str, Any]] = [
        {},
        {"key": "other"},
        {"account_id": 2},
        {"document_version": 2},
    ]

    ids = {message_id(**{**facts, **change}) for change in changes}

    assert len(ids) == 4
