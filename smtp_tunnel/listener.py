"""A listening socket of one service: bind with a clear refusal, accept without spinning."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from smtp_tunnel.address import Address
from smtp_tunnel.service import Service

BACKLOG = 512
ACCEPTS_AT_ONCE = 64
PAUSE_SECONDS = 0.2
OUT_OF_SOCKETS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class ListenError(Exception):
    """The address cannot be listened on; `str(error)` is the Russian sentence."""


class Listener:
    """Hands every accepted socket to `on_client`; `pause` and `resume` bound their number."""

    def __init__(self, service: Service, on_client: Callable[[socket.socket], None]) -> None:
        """:raises ListenError: busy port, forbidden port, unknown address."""
        self._on_client = on_client
        self._socket = _bind(service)
        self._loop = asyncio.get_running_loop()
        self._paused = True
        self._timer: asyncio.TimerHandle | None = None
        self._path = service.accept.path

    @property
    def address(self) -> Address:
        """The real address: the port is known even if the file said 0."""
        if self._path:
            return Address(path=self._path)
        host, port = self._socket.getsockname()[:2]
        return Address(host, port)

    def resume(self) -> None:
        if self._paused and self._socket.fileno() >= 0:
            self._paused = False
            self._loop.add_reader(self._socket, self._accept)

    def pause(self) -> None:
        if not self._paused:
            self._paused = True
            self._loop.remove_reader(self._socket)

    def close(self) -> None:
        self.pause()
        if self._timer:
            self._timer.cancel()
        self._socket.close()
        if self._path:
            Path(self._path).unlink(missing_ok=True)

    def _accept(self) -> None:
        for _ in range(ACCEPTS_AT_ONCE):
            if self._paused:
                return
            try:
                client, _ = self._socket.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in OUT_OF_SOCKETS:
                    raise
                self.pause()  # the queue waits in the kernel until somebody has closed
                self._timer = self._loop.call_later(PAUSE_SECONDS, self.resume)
                return
            self._on_client(client)


def _bind(service: Service) -> socket.socket:
    address = service.accept
    if address.path:
        return _bind_path(service)
    try:
        family, _, _, _, sockaddr = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise ListenError(
            f"[{service.name}]: адрес {address} не найден на этом компьютере."
            " Напишите accept = 127.0.0.1:порт"
        ) from None
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for kind, level, name, value in service.socket_options:
            if kind == "a":
                sock.setsockopt(level, name, value)
        sock.bind(sockaddr)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise ListenError(f"[{service.name}]: {_why(address, error)}") from None
    sock.settimeout(0)
    return sock


def _bind_path(service: Service) -> socket.socket:
    """A stale socket file is replaced; a live one is not. Only the owner may connect."""
    path = Path(service.accept.path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode) and not _answers(path):
            path.unlink()
        sock.bind(str(path))
        path.chmod(0o600)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise ListenError(f"[{service.name}]: {_why(service.accept, error)}") from None
    sock.settimeout(0)
    return sock


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe, contextlib.suppress(OSError):
        probe.connect(str(path))
        return True
    return False


def _why(address: Address, error: OSError) -> str:
    where = f"порт {address.port} ({address})" if not address.path else f"сокет {address}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} занят другой программой. Остановите её или укажите другой accept"
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"нет права слушать {where}. Выберите порт от 1024, например accept = 127.0.0.1:2525"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"адреса {address} нет на этом компьютере. Напишите accept = 127.0.0.1:порт"
    return f"не удалось слушать {where}: {error.strerror or error}"
