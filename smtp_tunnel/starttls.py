"""
STARTTLS for SMTP, POP3 and IMAP before the TLS handshake.

Bytes are taken from the socket one line at a time, so nothing sent in clear after the server's
consent can slip into the protected session; such bytes are refused as an attack.
"""

from __future__ import annotations

import asyncio
import re
import socket

from smtp_tunnel.failure import Speech, TunnelFailure, printable
from smtp_tunnel.sockets import readable

LONGEST_LINE = 2048
MOST_LINES = 100
PEEK = 4096
SHOWN_TEXT = 120
SMTP_LINE = re.compile(rb"(\d{3})([ -]|$)")
IMAP_CAPABILITY = re.compile(rb"\[CAPABILITY [^\]\r\n]*\]\s*", re.IGNORECASE)


async def start_tls(sock: socket.socket, speech: Speech, ehlo: str) -> bytes:
    """
    Bring the server to the point where the handshake begins.

    Returns the greeting for the local client: it is held until TLS is verified.

    :raises TunnelFailure: no_starttls, starttls_injected, greeting_refused, protocol_error.
    :raises OSError: the connection broke.
    """
    talk = {"smtp": _smtp, "pop3": _pop3, "imap": _imap}[speech]
    greeting = await talk(sock, ehlo)
    _refuse_surplus(sock)
    return greeting


async def _smtp(sock: socket.socket, ehlo: str) -> bytes:
    greeting = await _smtp_reply(sock)
    if not greeting[0].startswith(b"220"):
        raise TunnelFailure("greeting_refused", text=_shown(greeting[0]))
    await _send(sock, f"EHLO {ehlo}\r\n")
    offered = await _smtp_reply(sock)
    words = {line[4:].strip().upper() for line in offered}
    if not offered[0].startswith(b"250") or b"STARTTLS" not in words:
        raise TunnelFailure("no_starttls")
    await _send(sock, "STARTTLS\r\n")
    consent = await _smtp_reply(sock)
    if not consent[0].startswith(b"220"):
        raise TunnelFailure("no_starttls")
    return b"".join(greeting)


async def _smtp_reply(sock: socket.socket) -> list[bytes]:
    lines: list[bytes] = []
    while len(lines) < MOST_LINES:
        line = await _line(sock)
        matched = SMTP_LINE.match(line.rstrip(b"\r\n"))
        if not matched or (lines and not line.startswith(lines[0][:3])):
            raise TunnelFailure("protocol_error", text=_shown(line))
        lines.append(line)
        if matched[2] != b"-":
            return lines
    raise TunnelFailure("protocol_error", text="слишком длинный ответ")


async def _pop3(sock: socket.socket, _ehlo: str) -> bytes:
    greeting = await _line(sock)
    if greeting.startswith(b"-ERR"):
        raise TunnelFailure("greeting_refused", text=_shown(greeting))
    if not greeting.startswith(b"+OK"):
        raise TunnelFailure("protocol_error", text=_shown(greeting))
    await _send(sock, "STLS\r\n")
    if not (await _line(sock)).startswith(b"+OK"):
        raise TunnelFailure("no_starttls")
    return greeting


async def _imap(sock: socket.socket, _ehlo: str) -> bytes:
    """Capabilities of the clear greeting are cut out: they name STARTTLS and forbid LOGIN."""
    greeting = await _line(sock)
    upper = greeting.upper()
    if upper.startswith(b"* BYE"):
        raise TunnelFailure("greeting_refused", text=_shown(greeting))
    if not upper.startswith(b"* OK"):  # after PREAUTH there is no STARTTLS
        raise TunnelFailure("no_starttls")
    await _send(sock, "tls STARTTLS\r\n")
    for _ in range(MOST_LINES):
        line = await _line(sock)
        if not line.startswith(b"* "):
            break
    if not line.upper().startswith(b"TLS OK"):
        raise TunnelFailure("no_starttls")
    return IMAP_CAPABILITY.sub(b"", greeting)


async def _line(sock: socket.socket) -> bytes:
    """One line with its end; never a byte more is taken from the socket."""
    line = b""
    while not line.endswith(b"\n"):
        await readable(sock)
        try:
            ahead = _peek(sock)
        except BlockingIOError:  # woken for nothing
            continue
        if not ahead:
            raise ConnectionResetError("the server closed the connection")
        line += sock.recv(ahead.find(b"\n") + 1 or len(ahead))
        if len(line) > LONGEST_LINE:
            raise TunnelFailure("protocol_error", text="слишком длинная строка")
    return line


def _peek(sock: socket.socket) -> bytes:
    return sock.recv(PEEK, socket.MSG_PEEK)


async def _send(sock: socket.socket, command: str) -> None:
    await asyncio.get_running_loop().sock_sendall(sock, command.encode("ascii", errors="replace"))


def _refuse_surplus(sock: socket.socket) -> None:
    try:
        surplus = _peek(sock)
    except BlockingIOError:
        return
    if surplus:
        raise TunnelFailure("starttls_injected")
    raise ConnectionResetError("the server closed the connection")


def _shown(line: bytes) -> str:
    return printable(line.decode(errors="replace").strip())[:SHOWN_TEXT]
