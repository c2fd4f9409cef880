"""One section → one `Service`: addresses, trust, TLS, times, with hints for common mistakes."""

from __future__ import annotations

import dataclasses
import socket
from typing import cast

from smtp_tunnel.address import Address, as_ip
from smtp_tunnel.conf import Line, Section
from smtp_tunnel.failure import Speech
from smtp_tunnel.loading_tls import load_tls
from smtp_tunnel.service import Service, SocketOption, Timeouts, Trust
from smtp_tunnel.values import Values

TLS_AT_ONCE = {465: "smtp", 993: "imap", 995: "pop3"}
TLS_ON_REQUEST = {25: "smtp", 587: "smtp", 110: "pop3", 143: "imap"}
SAFE_CHECK = (
    "проверка сертификата не отключается. Чтобы доверять своему серверу, укажите CAfile"
    " с его сертификатом или с сертификатом УЦ, другое имя сервера — строкой checkHost"
)


def load_service(
    section: Section, defaults: list[Line], warnings: list[str], problems: list[str]
) -> Service | None:
    """The service, or None when accept or connect is unusable; sentences go to the lists."""
    known = len(problems)
    values = Values([*defaults, *section.lines], problems)
    _require_client(section, values)
    accept, connect = _accept(section, values, warnings), _connect(section, values)
    protocol = _protocol(values, connect, warnings)
    service = Service(
        name=section.name,
        accept=accept,
        connect=connect,
        protocol=protocol,
        ehlo=values.text("protocolHost") or "localhost",
        round_robin=values.choice("failover", ("prio", "rr"), "prio") == "rr",
        local=_local(values),
        reset=values.yes("reset", default=True),
        explain=values.choice("!onFailure", ("reply", "reset"), "reply") == "reply",
        trust=_trust(values),
        tls=load_tls(values, warnings),
        timeouts=_timeouts(values),
        socket_options=_socket_options(values, warnings),
    )
    _require_names(section, service, problems)
    return service if len(problems) == known else None


def _require_client(section: Section, values: Values) -> None:
    line = values.last("client")
    if line is None:
        values.problems.append(
            f"{section.where}: [{section.name}] — серверный режим, а туннель работает клиентом."
            " Добавьте в раздел строку «client = yes»"
        )
    elif line.value.lower() != "yes":
        values.refuse(line, "туннель работает только клиентом. Напишите «client = yes»")


def _accept(section: Section, values: Values, warnings: list[str]) -> Address:
    line = values.last("accept")
    address = values.address(line, default_host="127.0.0.1") if line else None
    if line is None:
        values.problems.append(
            f"{section.where}: [{section.name}] не слушает ничего."
            " Добавьте строку «accept = 127.0.0.1:2525»"
        )
    elif address and not address.is_local:
        warnings.append(
            f"{line.where}: accept: {address} доступен с других компьютеров, почта до туннеля"
            f" идёт без шифрования. Безопаснее «accept = 127.0.0.1:{address.port}»"
        )
    return address or Address()


def _connect(section: Section, values: Values) -> tuple[Address, ...]:
    lines = values.every("connect")
    if not lines:
        values.problems.append(
            f"{section.where}: [{section.name}] не знает почтового сервера."
            " Добавьте строку «connect = smtp.yandex.ru:465»"
        )
    found = [(line, values.address(line, default_host="localhost")) for line in lines]
    for line, address in found:
        if address and not address.path and address.port == 0:
            values.refuse(line, "порт 0 не бывает портом сервера. Например: smtp.yandex.ru:465")
    return tuple(address for _, address in found if address)


def _protocol(values: Values, connect: tuple[Address, ...], warnings: list[str]) -> Speech | None:
    line = values.last("protocol")
    if line is None:
        _hint_starttls(values, connect, warnings)
        return None
    name = line.value.lower()
    if name not in {"smtp", "pop3", "imap"}:
        values.refuse(line, f"«{line.value}» не поддерживается. Можно: smtp, pop3, imap")
        return None
    at_once = next((address.port for address in connect if address.port in TLS_AT_ONCE), None)
    if at_once:
        values.refuse(
            line,
            f"на порту {at_once} TLS начинается сразу, STARTTLS там нет."
            " Уберите строку protocol или укажите порт"
            f" {next(p for p, speech in TLS_ON_REQUEST.items() if speech == name and p != 25)}",
        )
    return cast("Speech", name)


def _hint_starttls(values: Values, connect: tuple[Address, ...], warnings: list[str]) -> None:
    port = next((address.port for address in connect if address.port in TLS_ON_REQUEST), None)
    if port is not None:
        line = values.every("connect")[0]
        warnings.append(
            f"{line.where}: connect: порт {port} обычно ждёт STARTTLS."
            f" Добавьте строку «protocol = {TLS_ON_REQUEST[port]}»"
        )


def _local(values: Values) -> str:
    line = values.last("local")
    if line and as_ip(line.value) is None:
        values.refuse(line, f"«{line.value}» — не IP-адрес этого компьютера")
    return line.value if line else ""


def _trust(values: Values) -> Trust:
    level = values.last("verify")
    chain = values.yes("verifyChain", default=True)
    pinned = values.yes("verifyPeer", default=False)
    asked_chain = values.last("verifyChain")
    if level and level.value not in {"0", "1", "2", "3", "4"}:
        values.refuse(level, f"«{level.value}» непонятно. Напишите «verifyChain = yes»")
    elif level and level.value in {"0", "1"}:
        values.refuse(level, SAFE_CHECK)
    elif level:
        chain, pinned = level.value in {"2", "3"}, level.value in {"3", "4"}
    elif pinned and asked_chain is None:
        chain = False  # stunnel: a pinned certificate alone is enough
    if asked_chain and not chain and not pinned:
        values.refuse(asked_chain, SAFE_CHECK)
    trust = Trust(
        ca_file=values.file("CAfile"),
        ca_path=values.file("CApath", folder=True),
        crl_file=values.file("CRLfile"),
        crl_path=values.file("CRLpath", folder=True),
        names=_names(values),
        chain=chain,
        pinned=pinned,
    )
    if pinned and not trust.ca_file and not trust.ca_path:
        line = cast("Line", values.last("verifyPeer") or level)
        values.refuse(line, "не сказано, какой сертификат закреплён. Добавьте CAfile = файл.pem")
    return trust


def _names(values: Values) -> tuple[str, ...]:
    for line in values.every("checkIP"):
        if as_ip(line.value) is None:
            values.refuse(line, f"«{line.value}» — не IP-адрес. Имя сервера пишут в checkHost")
    lines = [*values.every("checkHost"), *values.every("checkIP")]
    for line in lines:
        if not line.value:
            values.refuse(line, "имя пусто. Укажите имя из сертификата сервера")
    return tuple(line.value for line in lines)


def _timeouts(values: Values) -> Timeouts:
    plain = Timeouts()
    return dataclasses.replace(
        plain,
        busy=values.number("TIMEOUTbusy", plain.busy, least=1),
        connect=values.number("TIMEOUTconnect", plain.connect, least=1),
        idle=values.number("TIMEOUTidle", plain.idle, least=1),
        close=values.number("TIMEOUTclose", plain.close),
    )


def _require_names(section: Section, service: Service, problems: list[str]) -> None:
    """A Unix socket has no name to compare the certificate with."""
    nameless = any(address.path for address in service.connect)
    if nameless and not service.trust.names and not service.trust.pinned:
        problems.append(
            f"{section.where}: [{section.name}] соединяется с сокетом Unix: неизвестно, чьим"
            " должен быть сертификат. Добавьте «checkHost = имя сервера»"
        )


SOCKET_OPTIONS = {
    "TCP_NODELAY": (socket.IPPROTO_TCP, socket.TCP_NODELAY),
    "SO_KEEPALIVE": (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    "SO_REUSEADDR": (socket.SOL_SOCKET, socket.SO_REUSEADDR),
    "SO_SNDBUF": (socket.SOL_SOCKET, socket.SO_SNDBUF),
    "SO_RCVBUF": (socket.SOL_SOCKET, socket.SO_RCVBUF),
    "TCP_KEEPIDLE": (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE),
    "TCP_KEEPINTVL": (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL),
    "TCP_KEEPCNT": (socket.IPPROTO_TCP, socket.TCP_KEEPCNT),
}


def _socket_options(values: Values, warnings: list[str]) -> tuple[SocketOption, ...]:
    found: list[SocketOption] = []
    for line in values.every("socket"):
        kind, _, rest = line.value.partition(":")
        name, _, number = (part.strip() for part in rest.partition("="))
        if kind not in {"a", "l", "r"} or not number:
            values.refuse(line, f"«{line.value}» непонятно. Пример: l:TCP_NODELAY=1")
        elif name not in SOCKET_OPTIONS or not number.isdigit():
            warnings.append(f"{line.where}: socket: {name or line.value} пропущено")
        else:
            level, option = SOCKET_OPTIONS[name]
            found.append((kind, level, option, int(number)))  # type: ignore[arg-type]  # kind is checked above
    return tuple(found)
