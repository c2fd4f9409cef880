from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tunnel.address import Address, AddressError, parse_address


@pytest.mark.parametrize(
    ("text", "address", "written"),
    [
        ("2525", Address("127.0.0.1", 2525), "127.0.0.1:2525"),
        (":25", Address("127.0.0.1", 25), "127.0.0.1:25"),
        ("smtp.yandex.ru:465", Address("smtp.yandex.ru", 465), "smtp.yandex.ru:465"),
        ("почта.рф:465", Address("почта.рф", 465), "почта.рф:465"),
        ("host:smtp", Address("host", 25), "host:25"),
        (":::110", Address("::", 110), "[::]:110"),
        ("::1:110", Address("::1", 110), "[::1]:110"),
        ("[fe80::1]:995", Address("fe80::1", 995), "[fe80::1]:995"),
        ("/run/mail.sock", Address(path="/run/mail.sock"), "/run/mail.sock"),
    ],
)
def test_addresses_as_stunnel_writes_them(text, address, written):
    assert parse_address(text, default_host="127.0.0.1") == address
    assert str(address) == written


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "в адресе «» нет порта. Пример: smtp.yandex.ru:465"),
        ("smtp.yandex.ru", "в адресе «smtp.yandex.ru» нет порта. Пример: smtp.yandex.ru:465"),
        ("host:99999", "порт 99999 в адресе «host:99999» больше 65535"),
        (
            "host:12x",
            "в адресе «host:12x» неверный порт «12x». Порт — число от 1 до 65535",
        ),
        ("a b:25", "«a b:25» не похоже на адрес. Пример: smtp.yandex.ru:465"),
        ("user@host:25", "«user@host:25» не похоже на адрес. Пример: smtp.yandex.ru:465"),
    ],
)
def test_what_is_not_an_address_says_so(text, sentence):
    with pytest.raises(AddressError) as refused:
        parse_address(text, default_host="127.0.0.1")

    assert str(refused.value) == sentence


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_sentence(text):
    with contextlib.suppress(AddressError):
        assert 0 <= parse_address(text, default_host="127.0.0.1").port <= 65535


@pytest.mark.parametrize(
    ("address", "local"),
    [
        (Address("127.0.0.1", 1), True),
        (Address("127.8.8.8", 1), True),
        (Address("::1", 1), True),
        (Address("localhost", 1), True),
        (Address(path="/x"), True),
        (Address("0.0.0.0", 1), False),
        (Address("::", 1), False),
        (Address("192.168.0.5", 1), False),
        (Address("mail.example.org", 1), False),
    ],
)
def test_only_loopback_is_local(address, local):
    assert address.is_local is local
