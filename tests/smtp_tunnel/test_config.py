"""The stunnel.conf files people have, and what we say about them."""

from __future__ import annotations

import ssl

import pytest

from smtp_tunnel.address import Address
from smtp_tunnel.config import TunnelConfig
from smtp_tunnel.options import OPTIONS, Scope, Verdict
from smtp_tunnel.service import Service, Timeouts, Trust, describe
from tests.smtp_tunnel.upstream import BASE


def only(config: TunnelConfig) -> Service:
    (service,) = config.services
    return service


# The format


def test_the_file_of_the_manual_is_read_with_safe_defaults(read):
    service = only(read(BASE))

    assert service == Service(
        name="smtp",
        accept=Address("127.0.0.1", 2525),
        connect=(Address("smtp.yandex.ru", 465),),
    )
    assert service.trust == Trust()
    assert service.tls.minimum is ssl.TLSVersion.TLSv1_2
    assert service.timeouts == Timeouts(busy=45, connect=10, idle=43200, close=60)
    assert service.expected_names("smtp.yandex.ru") == ("smtp.yandex.ru",)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + BASE,
        BASE.replace("\n", "\r\n"),
        BASE.replace("\n", "\n\n  ; comment\n\t# another\n"),
        BASE.replace("client", "CLIENT").replace("accept", " Accept"),
        BASE.replace(" = ", "="),
        "client = yes\n" + BASE.replace("client = yes\n", ""),
        BASE.replace("accept = ", "accept = 25\naccept = "),  # the last line wins
    ],
)
def test_writings_of_the_same_file(read, text):
    assert only(read(text)) == only(read(BASE))


def test_a_file_of_russian_windows(read):
    text = "; почта бухгалтерии\n" + BASE.replace("smtp]", "Почта]")

    assert only(read(text.encode("cp1251"))).name == "Почта"


def test_repeated_connect_and_check_host_accumulate(read):
    service = only(read(BASE + "connect = 10.0.0.5:465\ncheckHost = a.ru\ncheckHost = b.ru\n"))

    assert service.connect == (Address("smtp.yandex.ru", 465), Address("10.0.0.5", 465))
    assert service.trust.names == ("a.ru", "b.ru")
    assert service.expected_names("10.0.0.5") == ("a.ru", "b.ru")


def test_sections_inherit_the_defaults_and_override_them(read):
    config = read(
        "client = yes\nTIMEOUTidle = 60\n"
        "[one]\naccept = 1025\nconnect = a.ru:465\n"
        "[two words]\naccept = 1026\nconnect = b.ru:465\nTIMEOUTidle = 5\n"
    )

    assert [(s.name, s.timeouts.idle, s.accept.host) for s in config.services] == [
        ("one", 60, "127.0.0.1"),
        ("two words", 5, "127.0.0.1"),
    ]


def test_include_reads_the_folder_in_alphabetical_order(read, tmp_path):
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (folder / "20.conf").write_text("[b]\naccept = 2\nconnect = b.ru:465\n")
    (folder / "10.conf").write_text("[a]\naccept = 1\nconnect = a.ru:465\n")

    config = read("client = yes\ninclude = conf.d\n")

    assert [service.name for service in config.services] == ["a", "b"]


def test_include_of_itself_ends(complaints, tmp_path):
    assert len(complaints(f"include = {tmp_path}\n" + BASE)) > 1


# Verification


@pytest.mark.parametrize("line", ["verifyChain = no", "verify = 0", "verify = 1"])
def test_verification_cannot_be_switched_off(complaints, line):
    name = line.split()[0]

    assert complaints(BASE + line + "\n") == [
        (
            f"conf:5: {name}: проверка сертификата не отключается. Чтобы доверять своему серверу,"
            " укажите CAfile с его сертификатом или с сертификатом УЦ, другое имя сервера —"
            " строкой checkHost"
        )
    ]


@pytest.mark.parametrize(
    ("lines", "chain", "pinned"),
    [
        ("verify = 2", True, False),
        ("verify = 3", True, True),
        ("verify = 4", False, True),
        ("verifyChain = yes", True, False),
        ("verifyPeer = yes", False, True),
        ("verifyPeer = yes\nverifyChain = yes", True, True),
        ("verifyPeer = yes\nverifyChain = no", False, True),
    ],
)
def test_old_and_new_words_for_trust(read, ca_file, lines, chain, pinned):
    trust = only(read(BASE + f"CAfile = {ca_file}\n{lines}\n")).trust

    assert (trust.chain, trust.pinned, trust.ca_file) == (chain, pinned, ca_file)


def test_a_pin_needs_its_certificate(complaints):
    assert complaints(BASE + "verifyPeer = yes\n") == [
        "conf:5: verifyPeer: не сказано, какой сертификат закреплён. Добавьте CAfile = файл.pem"
    ]


def test_start_up_tells_what_is_verified(read, ca_file):
    plain = only(read(BASE))
    own = only(read(BASE + f"CAfile = {ca_file}\ncheckHost = a.ru\ncheckHost = b.ru\n"))
    pinned = only(read(BASE + f"CAfile = {ca_file}\nverifyPeer = yes\n"))

    assert describe(plain) == [
        "[smtp] 127.0.0.1:2525 → smtp.yandex.ru:465, TLS с первого байта",
        (
            "[smtp] сертификат сервера: выдан УЦ из хранилища системы, имя: smtp.yandex.ru;"
            " TLS 1.2 и новее"
        ),
    ]
    assert describe(own)[1] == (
        f"[smtp] сертификат сервера: выдан УЦ из {ca_file}, имя: a.ru или b.ru; TLS 1.2 и новее"
    )
    assert describe(pinned)[1] == (
        f"[smtp] сертификат сервера: закреплён в {ca_file}; TLS 1.2 и новее"
    )


# Warnings


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            BASE.replace("127.0.0.1:2525", "0.0.0.0:25"),
            (
                "conf:3: accept: 0.0.0.0:25 доступен с других компьютеров, почта до туннеля идёт"
                " без шифрования. Безопаснее «accept = 127.0.0.1:25»"
            ),
        ),
        (
            BASE.replace(":465", ":587"),
            "conf:4: connect: порт 587 обычно ждёт STARTTLS. Добавьте строку «protocol = smtp»",
        ),
        (
            BASE.replace(":465", ":143"),
            "conf:4: connect: порт 143 обычно ждёт STARTTLS. Добавьте строку «protocol = imap»",
        ),
        (
            BASE + "sslVersion = TLSv1\n",
            "conf:5: разрешён устаревший TLS. Обновите почтовый сервер",
        ),
        (
            BASE + "OCSPaia = yes\n",
            "conf:5: OCSPaia: отзыв по OCSP не проверяется; для проверки отзыва укажите CRLfile",
        ),
        (
            "taskbar = yes\n" + BASE,
            "conf:1: taskbar: значок в области уведомлений есть только в Windows",
        ),
        (
            BASE + "options = NO_SUCH_FLAG\n",
            "conf:5: options: NO_SUCH_FLAG неизвестно этой версии Python, пропущено",
        ),
        (BASE + "socket = l:SO_LINGER=1:60\n", "conf:5: socket: SO_LINGER пропущено"),
    ],
)
def test_risky_or_idle_lines_are_warned_about(read, text, warning):
    config = read(text)

    assert [w.replace(str(config.path), "conf") for w in config.warnings] == [warning]


def test_clean_file_has_no_warnings(read):
    assert read(BASE).warnings == ()


# Every option


@pytest.mark.parametrize(
    "option",
    [option for option in OPTIONS.values() if option.verdict is not Verdict.RUN],
    ids=lambda option: option.name,
)
def test_noted_and_refused_options_say_why(read, complaints, option):
    line = f"{option.name} = x\n"
    text = line + BASE if option.scope is Scope.WHOLE_FILE else BASE + line
    number = 1 if option.scope is Scope.WHOLE_FILE else 5
    said = f"conf:{number}: {option.name}: {option.remark}"

    if option.verdict is Verdict.REFUSE:
        assert complaints(text) == [said]
    else:
        config = read(text)
        assert [w.replace(str(config.path), "conf") for w in config.warnings] == [said]


def test_values_of_running_options_reach_the_service(read, ca_file, tmp_path):
    service = only(
        read(
            BASE.replace(":465", ":587")
            + "protocol = smtp\nprotocolHost = uk.example.org\nsni = mx.example.org\n"
            "failover = rr\nlocal = 127.0.0.5\nreset = no\n;! onFailure = reset\n"
            "TIMEOUTbusy = 1\nTIMEOUTconnect = 2\nTIMEOUTidle = 3\nTIMEOUTclose = 4\n"
            "sslVersionMin = TLSv1.2\nsslVersionMax = TLSv1.3\nciphers = HIGH\n"
            "securityLevel = 3\nsessionResume = no\nsessionCacheSize = 7\n"
            "sessionCacheTimeout = 8\noptions = NO_TICKET\noptions = -NO_RENEGOTIATION\n"
            f"checkIP = 10.0.0.1\nCRLfile = {ca_file}\nCApath = {tmp_path}\ncert = {ca_file}\n"
            "socket = r:TCP_NODELAY=0\n"
        )
    )

    assert (service.protocol, service.ehlo, service.tls.sni) == (
        "smtp",
        "uk.example.org",
        "mx.example.org",
    )
    assert (service.round_robin, service.local, service.reset, service.explain) == (
        True,
        "127.0.0.5",
        False,
        False,
    )
    assert service.timeouts == Timeouts(busy=1, connect=2, idle=3, close=4)
    assert (service.tls.minimum, service.tls.maximum) == (
        ssl.TLSVersion.TLSv1_2,
        ssl.TLSVersion.TLSv1_3,
    )
    assert (service.tls.ciphers, service.tls.security_level) == ("HIGH", 3)
    assert (service.tls.keep_sessions, service.tls.sessions, service.tls.session_seconds) == (
        False,
        7,
        8,
    )
    assert service.tls.set_options == ssl.OP_NO_TICKET
    assert service.tls.clear_options == ssl.OP_NO_RENEGOTIATION
    assert service.trust.names == ("10.0.0.1",)
    assert (service.trust.crl_file, service.trust.ca_path) == (ca_file, tmp_path)
    assert service.tls.certificate == ca_file
    assert service.socket_options == (("r", 6, 1, 0),)


def test_values_for_the_whole_file(read, tmp_path):
    config = read(
        f"debug = daemon.info\noutput = {tmp_path}/t.log\nlog = overwrite\n"
        ";! drain = 5\n;! maxConnections = 9\n" + BASE
    )

    assert (config.debug, config.output, config.overwrite_output) == (6, tmp_path / "t.log", True)
    assert (config.drain, config.max_connections) == (5, 9)


@pytest.mark.parametrize(
    ("connect", "accept", "name", "speech"),
    [
        ("a.ru:465", "9000", "x", "smtp"),
        ("a.ru:995", "9000", "x", "pop3"),
        ("a.ru:993", "9000", "x", "imap"),
        ("a.ru:9465", "110", "x", "pop3"),
        ("a.ru:9465", "9000", "my IMAP box", "imap"),
        ("a.ru:9465", "9000", "box", None),
    ],
)
def test_the_mail_protocol_is_known_by_port_or_section_name(read, connect, accept, name, speech):
    text = f"[{name}]\nclient = yes\naccept = {accept}\nconnect = {connect}\n"

    assert only(read(text)).speech == speech
