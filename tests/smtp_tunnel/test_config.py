"""The stunnel.conf files people have, and what we say about them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from smtp_tunnel.address import Address
from smtp_tunnel.conf import ConfigError
from smtp_tunnel.config import TunnelConfig, read_config
from smtp_tunnel.options import OPTIONS, Scope, Verdict
from smtp_tunnel.service import Service, Timeouts, Trust, describe

BASE = "[smtp]\nclient = yes\naccept = 127.0.0.1:2525\nconnect = smtp.yandex.ru:465\n"


@pytest.fixture
def read(tmp_path):
    def read_text(text: str | bytes) -> TunnelConfig:
        path = tmp_path / "stunnel.conf"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_config(path)

    return read_text


@pytest.fixture
def complaints(read, tmp_path):
    """The problems, with the file's name cut to «conf»."""

    def complain(text: str) -> list[str]:
        with pytest.raises(ConfigError) as refused:
            read(text)
        whole = str(tmp_path / "stunnel.conf")
        return [problem.replace(whole, "conf") for problem in refused.value.problems]

    return complain


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


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            BASE.replace(":465", ":465 ; mail"),
            (
                "conf:4: connect: комментарий в конце строки стал частью значения."
                " Оставьте «connect = smtp.yandex.ru:465», комментарий перенесите"
                " на отдельную строку"
            ),
        ),
        (
            BASE + "conect = x:1\n",
            "conf:5: неизвестная настройка «conect». Исправьте имя или уберите строку",
        ),
        (
            BASE + ";! onFail = reply\n",
            "conf:5: неизвестная настройка «onFail». Исправьте имя или уберите строку",
        ),
        (
            BASE + ";! важно\n",
            "conf:5: после «;!» ожидается «имя = значение». Для обычного комментария уберите «!»",
        ),
        (
            BASE + "yes\n",
            (
                "conf:5: в строке «yes» нет знака «=». Пишите «имя = значение»,"
                " комментарий начинайте с «;»"
            ),
        ),
        (
            BASE + "[next\n",
            "conf:5: имя раздела «[next» не закрыто. Добавьте «]» в конец строки",
        ),
        (BASE + "sni = " + "x" * 17000, "conf:5: строка длиннее 16 КиБ. Разделите её"),
        (
            BASE + "include = нет\n",
            "папка include",
        ),
        (
            BASE.replace("client = yes\n", ""),
            (
                "conf:1: [smtp] — серверный режим, а туннель работает клиентом."
                " Добавьте в раздел строку «client = yes»"
            ),
        ),
        (
            BASE.replace("yes", "no"),
            "conf:2: client: туннель работает только клиентом. Напишите «client = yes»",
        ),
        (
            BASE.replace("yes", "да"),
            "conf:2: client: туннель работает только клиентом. Напишите «client = yes»",
        ),
        (
            BASE.replace("accept = 127.0.0.1:2525\n", ""),
            "conf:1: [smtp] не слушает ничего. Добавьте строку «accept = 127.0.0.1:2525»",
        ),
        (
            BASE.replace("connect = smtp.yandex.ru:465\n", ""),
            (
                "conf:1: [smtp] не знает почтового сервера."
                " Добавьте строку «connect = smtp.yandex.ru:465»"
            ),
        ),
        (
            BASE.replace(":465", ":0"),
            "conf:4: connect: порт 0 не бывает портом сервера. Например: smtp.yandex.ru:465",
        ),
        (
            BASE + "protocol = smtp\n",
            (
                "conf:5: protocol: на порту 465 TLS начинается сразу, STARTTLS там нет."
                " Уберите строку protocol или укажите порт 587"
            ),
        ),
        (
            BASE + "protocol = nntp\n",
            "conf:5: protocol: «nntp» не поддерживается. Можно: smtp, pop3, imap",
        ),
        (
            BASE + "TIMEOUTidle = soon\n",
            "conf:5: TIMEOUTidle: «soon» не подходит. Нужно целое число от 1",
        ),
        (BASE + "reset = да\n", "conf:5: reset: «да» непонятно. Напишите yes или no"),
        (
            BASE + "failover = any\n",
            "conf:5: failover: «any» не поддерживается. Можно: prio, rr",
        ),
        (
            BASE + "CAfile = /no/such.pem\n",
            "conf:5: CAfile: нет файла «/no/such.pem». Исправьте путь или уберите строку",
        ),
        (
            BASE + "checkIP = smtp.yandex.ru\n",
            "conf:5: checkIP: «smtp.yandex.ru» — не IP-адрес. Имя сервера пишут в checkHost",
        ),
        (
            BASE + "sslVersion = SSLv3\n",
            "conf:5: sslVersion: «SSLv3» не поддерживается. Можно: TLSv1.2, TLSv1.3, all",
        ),
        (
            BASE + "sslVersionMax = TLSv1\n",
            "conf:5: sslVersionMax: наибольшая версия меньше наименьшей (по умолчанию — TLSv1.2)",
        ),
        (
            BASE + "local = myhost\n",
            "conf:5: local: «myhost» — не IP-адрес этого компьютера",
        ),
        (
            BASE + "socket = nodelay\n",
            "conf:5: socket: «nodelay» непонятно. Пример: l:TCP_NODELAY=1",
        ),
        (
            BASE + "output = stunnel.log\n",
            "conf:5: output относится ко всему файлу. Перенесите строку выше первого раздела",
        ),
        (
            "output = stunnel.log\n" + BASE,
            "conf:1: output: нужен полный путь. Например: /var/log/stunnel.log",
        ),
        (
            "output = /no/such/folder/stunnel.log\n" + BASE,
            "conf:1: output: нет папки «/no/such/folder». Создайте её или исправьте путь",
        ),
        (
            "debug = loud\n" + BASE,
            (
                "conf:1: debug: «loud» непонятно. Нужно число 0–7 или emerg, alert, crit, err,"
                " warning, notice, info, debug"
            ),
        ),
        (
            "fips = yes\n" + BASE,
            "conf:1: fips: режим FIPS не поддерживается. Напишите no или уберите строку",
        ),
        (
            BASE.replace("smtp.yandex.ru:465", "/run/x.sock"),
            (
                "conf:1: [smtp] соединяется с сокетом Unix: неизвестно, чьим должен быть"
                " сертификат. Добавьте «checkHost = имя сервера»"
            ),
        ),
    ],
)
def test_each_mistake_has_one_sentence_with_its_line(complaints, text, problem):
    found = complaints(text)

    assert len(found) == 1
    assert problem in found[0] if "include" in problem else found == [problem]


def test_all_mistakes_are_told_at_once(complaints):
    assert len(complaints("[a]\naccept = x\nverify = 0\n[a]\nclient = yes\nfoo = 1\n")) == 8


def test_empty_file_shows_an_example(complaints):
    assert complaints("; nothing\n") == [
        (
            "conf: нет ни одного раздела. Пример:\n"
            "[smtp]\nclient = yes\naccept = 127.0.0.1:2525\nconnect = smtp.yandex.ru:465"
        )
    ]


def test_missing_file_is_named():
    with pytest.raises(ConfigError) as refused:
        read_config(Path("/no/such.conf"))

    assert str(refused.value) == (
        "/no/such.conf: файл настроек не читается (No such file or directory). Проверьте путь"
    )


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
