import dataclasses

import pytest

from mailing.rules import BadAddress, Candidate, Decision, Skip, decide, deliverable, masked

READY = Candidate(
    by_email=True,
    email="lermontov_mn@mail.ru",
    has_document=True,
    was_sent=False,
    is_queued=False,
)


def test_email_delivery_with_address_and_document_is_sent():
    assert decide(READY) == Decision("lermontov_mn@mail.ru", None)


@pytest.mark.parametrize(
    ("change", "skip"),
    [
        ({"by_email": False}, Skip.ADDRESS_ALONE),
        ({"by_email": False, "email": ""}, Skip.PAPER),
        ({"has_document": False}, Skip.NO_DOCUMENT),
        ({"was_sent": True}, Skip.ALREADY_SENT),
        ({"is_queued": True}, Skip.ALREADY_QUEUED),
        ({"email": "lermontov_mn"}, Skip.BAD_ADDRESS),
    ],
)
def test_everyone_else_is_skipped_with_a_reason(change, skip):
    assert decide(dataclasses.replace(READY, **change)).skip == skip


def test_address_alone_is_told_in_the_words_of_the_instruction():
    assert Skip.ADDRESS_ALONE.sentence == (
        "Указан только адрес, а способ доставки — не по электронной почте: письмо не отправляется."
    )


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [
        ("lermontov_mn@mail.ru", "lermontov_mn@mail.ru"),
        (" fet@mail.ru. ", "fet@mail.ru"),
        ("fet\u200b@mail.ru", "fet@mail.ru"),
        ("fet@почта.рф", "fet@xn--80a1acny.xn--p1ai"),
    ],
)
def test_address_goes_out_in_ascii(typed, sent_to):
    assert deliverable(typed) == sent_to


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("fet", "Адрес «fet» записан неверно."),
        ("a@b@mail.ru", "Адрес «a@b@mail.ru» записан неверно."),
        ("fet@mail.ru\r\nBcc: x@mail.ru", "Адрес «fet@mail.ru\r\nBcc: x@mail.ru» записан неверно."),
        ("fet@mаil.ru", "В адресе «fet@mаil.ru» смешаны русские и латинские буквы."),
        (
            "фет@почта.рф",
            "В адресе «фет@почта.рф» русские буквы до знака @: такие не доставляются.",
        ),
    ],
)
def test_address_nobody_can_write_to_is_explained(typed, sentence):
    with pytest.raises(BadAddress) as refusal:
        deliverable(typed)

    assert str(refusal.value) == sentence


def test_masked_address_keeps_its_domain():
    assert [masked("lermontov_mn@mail.ru"), masked("")] == ["l•••@mail.ru", ""]
