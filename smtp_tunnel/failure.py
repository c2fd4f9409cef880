"""Why a connection did not work: stable keys, Russian sentences, answers in the mail protocol."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import Literal

Speech = Literal["smtp", "pop3", "imap"]

SENTENCES: dict[str, str] = {
    "dns_not_found": "Сервер {host} не найден. Проверьте имя: возможно, опечатка.",
    "dns_temporary": "Нет ответа от DNS о сервере {host}. Проверьте подключение к интернету.",
    "refused": "{host}:{port} не принимает подключения. Проверьте адрес и порт.",
    "timeout_tcp": "Нет ответа от {host}:{port} за {seconds} с. Часто порт закрыт провайдером"
    " или межсетевым экраном.",
    "unreachable": "Сеть до {host}:{port} недоступна.",
    "connect_failed": "Не удалось подключиться к {host}:{port}: {text}.",
    "tls_on_plain_port": "На порту {port} сервер {host} работает без TLS с первого байта."
    " Нужен STARTTLS (строка protocol) или порт 465 (995 для POP3, 993 для IMAP).",
    "plain_on_tls_port": "Сервер {host}:{port} молчит до TLS. Похоже, порт ждёт TLS сразу:"
    " уберите строку protocol.",
    "no_starttls": "Сервер {host} не поддерживает STARTTLS; открытым текстом ничего не отправлено.",
    "starttls_injected": "Сервер {host} прислал лишние данные сразу после согласия на STARTTLS:"
    " похоже на подмену. Соединение запрещено.",
    "greeting_refused": "Сервер {host} отказал сразу: {text}.",
    "protocol_error": "Сервер {host}:{port} ответил не по протоколу почты: {text}.",
    "cert_expired": "Сертификат {host} истёк. Сообщите владельцу сервера;"
    " проверьте часы компьютера.",
    "cert_not_yet": "Сертификат {host} ещё не действует: проверьте дату на компьютере.",
    "cert_host": "Сертификат выдан для {names}, а подключаемся к {host}."
    " Укажите одно из этих имён.",
    "cert_self_signed": "Самоподписанный сертификат у {host}. Добавьте его в доверенные (CAfile)"
    " или установите сертификат УЦ.",
    "cert_unknown_ca": "Издатель сертификата {host} неизвестен: сервер не прислал цепочку"
    " или нужен корневой сертификат организации (CAfile).",
    "cert_revoked": "Сертификат {host} отозван. Соединение запрещено.",
    "cert_not_pinned": "Сертификат {host} не тот, что закреплён в CAfile. Соединение запрещено.",
    "cert_invalid": "Сертификат {host} не прошёл проверку: {text}.",
    "tls_old": "Сервер {host} умеет только устаревший TLS. Обновите сервер;"
    " временно: sslVersionMin для этого раздела.",
    "tls_client_cert": "Сервер {host} требует сертификат клиента (строки cert и key).",
    "tls_reset": "Соединение с {host} оборвано при установке TLS (антивирус или фильтр?).",
    "tls_timeout": "Сервер {host}:{port} не закончил установку TLS за {seconds} с.",
    "tls_failed": "Не удалось установить TLS с {host}: {text}.",
    "upstream_lost": "Сервер {host} оборвал соединение.",
    "client_lost": "Почтовая программа оборвала соединение.",
    "idle": "Соединение с {host} закрыто: долго не было данных.",
    "stopped": "Туннель остановлен.",
    "internal": "Внутренняя ошибка туннеля, подробности в журнале.",
}

ENHANCED_CODES = {
    "dns_not_found": "4.4.3",
    "dns_temporary": "4.4.3",
    "refused": "4.4.1",
    "timeout_tcp": "4.4.1",
    "unreachable": "4.4.1",
    "connect_failed": "4.4.1",
    "stopped": "4.3.2",
    "internal": "4.3.0",
}
BAD_CONNECTION = "4.4.2"
LONGEST_REPLY = 510  # RFC 5321 §4.5.3.1.5: 512 octets with the line end

CERTIFICATE_KEYS = {
    9: "cert_not_yet",
    10: "cert_expired",
    18: "cert_self_signed",
    19: "cert_self_signed",
    20: "cert_unknown_ca",
    21: "cert_unknown_ca",
    23: "cert_revoked",
    62: "cert_host",
    64: "cert_host",
}
TLS_REASONS = {
    "WRONG_VERSION_NUMBER": "tls_on_plain_port",
    "HTTP_REQUEST": "tls_on_plain_port",
    "UNKNOWN_PROTOCOL": "tls_on_plain_port",
    "PACKET_LENGTH_TOO_LONG": "tls_on_plain_port",
    "RECORD_LAYER_FAILURE": "tls_on_plain_port",
    "TLSV1_ALERT_PROTOCOL_VERSION": "tls_old",
    "UNSUPPORTED_PROTOCOL": "tls_old",
    "NO_PROTOCOLS_AVAILABLE": "tls_old",
    "VERSION_TOO_LOW": "tls_old",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "tls_client_cert",
    "UNEXPECTED_EOF_WHILE_READING": "tls_reset",
}


class TunnelFailure(Exception):
    """One named reason. `key` is stable and ASCII, `text` is the sentence for a person."""

    def __init__(self, key: str, **facts: object) -> None:
        self.key = key
        self.facts = facts
        self.text = SENTENCES[key].format_map(_Facts(facts))
        super().__init__(f"{key}: {self.text}")

    def at(self, host: str, port: int) -> TunnelFailure:
        """The same reason, telling the server's name where it was not known."""
        return TunnelFailure(self.key, **{"host": host, "port": port, **self.facts})


class _Facts(dict[str, object]):
    """A fact nobody knows is shown as a dash; a sentence never fails to print."""

    def __missing__(self, key: str) -> str:
        return "—"


def of_connect(error: OSError, *, host: str, port: int) -> TunnelFailure:
    """Name a failed name look-up or TCP connect."""
    if isinstance(error, socket.gaierror):
        known = error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", -5)}
        return TunnelFailure("dns_not_found" if known else "dns_temporary", host=host)
    keys = {
        errno.ECONNREFUSED: "refused",
        errno.ETIMEDOUT: "timeout_tcp",
        errno.ENETUNREACH: "unreachable",
        errno.EHOSTUNREACH: "unreachable",
    }
    key = keys.get(error.errno or 0, "connect_failed")
    text = error.strerror or str(error)
    return TunnelFailure(key, host=host, port=port, text=text, seconds="отведённые системой")


def of_tls(error: OSError, *, host: str, port: int) -> TunnelFailure:
    """Name a failed TLS handshake (or the first read after it)."""
    if isinstance(error, ssl.SSLCertVerificationError):
        key = CERTIFICATE_KEYS.get(error.verify_code, "cert_invalid")
        return TunnelFailure(key, host=host, port=port, text=error.verify_message)
    lost = isinstance(error, ssl.SSLEOFError | ConnectionError) or error.errno == errno.ENOTCONN
    if lost:
        return TunnelFailure("tls_reset", host=host, port=port)
    reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
    key = TLS_REASONS.get(str(reason), "tls_failed")
    return TunnelFailure(key, host=host, port=port, text=reason)


def answer(failure: TunnelFailure, speech: Speech) -> bytes:
    """The failure as one line the local mail program shows: code, key, sentence in UTF-8."""
    code = ENHANCED_CODES.get(failure.key, BAD_CONNECTION)
    prefix = {"smtp": f"421 {code} ", "pop3": "-ERR ", "imap": "* BYE "}[speech]
    line = f"{prefix}{failure.key}: {printable(failure.text)}".encode()[:LONGEST_REPLY]
    return line.decode(errors="ignore").encode() + b"\r\n"


def printable(text: str) -> str:
    """One line without control characters: a server's words never forge our log or answer."""
    return "".join(char if char.isprintable() else " " for char in text)
