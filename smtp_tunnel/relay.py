"""
Carries bytes between the local client and the verified TLS connection.

One chunk of at most 64 KB is held per direction; a side that does not read stops the other side
from being read, so memory stays bounded whatever the letter's size. Each side may close first.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import re
import socket
import ssl
from collections.abc import Callable

from smtp_tunnel.failure import TunnelFailure, of_tls
from smtp_tunnel.service import Timeouts
from smtp_tunnel.sockets import FarewellMaker, send_raw

CHUNK = 65536
ROUNDS = 16  # chunks per wake-up, then the other connections have their turn
TAIL = 32
GOODBYE = re.compile(rb"\n(?:quit|\S{1,16} logout)[ \t]*\r?\n$", re.IGNORECASE)
LOCAL_READ, LOCAL_WRITE, REMOTE_READ, REMOTE_WRITE = 1, 2, 4, 8


@dataclasses.dataclass(frozen=True, slots=True)
class Ending:
    """`failure` is None after a clean end; otherwise both sides must be reset."""

    failure: TunnelFailure | None = None


class Relay:
    """Call `run` once; the sockets stay open for the caller to close."""

    def __init__(
        self,
        local: socket.socket,
        remote: ssl.SSLSocket,
        timeouts: Timeouts,
        farewells: FarewellMaker,
        on_first_data: Callable[[], None],
    ) -> None:
        """`on_first_data` is called when the server has said something inside TLS."""
        self.bytes_up = 0
        self.bytes_down = 0
        self._loop = asyncio.get_running_loop()
        self._local, self._remote = local, remote
        self._timeouts = timeouts
        self._farewells = farewells
        self._on_first_data: Callable[[], None] | None = on_first_data
        self._ended: asyncio.Future[Ending] = self._loop.create_future()
        self._up = memoryview(b"")  # read from the client, not yet taken by TLS
        self._down = memoryview(b"")  # read from the server, not yet taken by the client
        self._farewell = b""  # close_notify not yet on the wire
        self._said_goodbye = False  # close_notify was made
        self._tail = b"\n"  # last bytes of the client: was it QUIT?
        self._local_eof = self._remote_eof = self._told_local = False
        self._remote_drained = False
        self._read_needs_write = self._write_needs_read = False
        self._watched = 0
        self._active_at = self._loop.time()
        self._timer: asyncio.Handle | None = None

    async def run(self, greeting: bytes = b"") -> Ending:
        """Carry until both sides have closed or one of them broke."""
        self._down = memoryview(greeting)
        try:
            self._watch_time()
            self._pump()
            return await self._ended
        finally:
            if self._timer:
                self._timer.cancel()
            self._watch(0)

    def _end(self, failure: TunnelFailure | None) -> None:
        if not self._ended.done():
            self._watch(0)
            self._ended.set_result(Ending(failure))

    def _pump(self) -> None:
        if self._ended.done():
            return
        for _ in range(ROUNDS):
            try:
                moved = self._move_up() | self._move_down()
            except TunnelFailure as failure:
                self._end(failure)
                return
            if not moved:
                break
            self._active_at = self._loop.time()
        else:
            self._loop.call_soon(self._pump)
        self._close_finished_directions()
        if self._is_over:
            self._end(None)
        else:
            self._watch(self._wanted())

    @property
    def _is_over(self) -> bool:
        up = self._local_eof and not self._up and self._said_goodbye and not self._farewell
        return up and self._remote_eof and not self._down

    # Client → server

    def _move_up(self) -> bool:
        moved = False
        if not self._up and not self._local_eof:
            moved = self._read_local()
        if self._up:
            moved |= self._write_remote()
        if self._farewell:
            self._farewell = self._farewell[self._send_farewell() :]
        return moved

    def _read_local(self) -> bool:
        try:
            data = self._local.recv(CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            raise TunnelFailure("client_lost") from None
        self._local_eof = not data
        self._up = memoryview(data)
        self._tail = (self._tail + data[-TAIL:])[-TAIL:]
        return True

    def _write_remote(self) -> bool:
        if self._said_goodbye:  # the server broke off after the client's QUIT: nobody listens
            self._up = memoryview(b"")
            return True
        self._write_needs_read = False
        try:
            sent = self._remote.send(self._up)
        except ssl.SSLWantWriteError:
            return False
        except ssl.SSLWantReadError:
            self._write_needs_read = True
            return False
        except OSError as error:
            return self._broken(error)
        self.bytes_up += sent
        self._up = self._up[sent:]
        return True

    def _send_farewell(self) -> int:
        try:
            return send_raw(self._remote, self._farewell)
        except OSError:
            return len(self._farewell)  # the server is gone, and nothing was left to say

    # Server → client

    def _move_down(self) -> bool:
        moved = False
        if not self._down and not self._remote_eof:
            moved = self._read_remote()
        if self._down:
            moved |= self._write_local()
        return moved

    def _read_remote(self) -> bool:
        self._read_needs_write = self._remote_drained = False
        try:
            data = self._remote.recv(CHUNK)
        except ssl.SSLWantReadError:
            self._remote_drained = True
            return False
        except ssl.SSLWantWriteError:
            self._read_needs_write = True
            return False
        except ssl.SSLZeroReturnError:
            data = b""
        except OSError as error:
            return self._broken(error)
        self._remote_eof = not data
        self._down = memoryview(data)
        if data and self._on_first_data:
            self._on_first_data()
            self._on_first_data = None
        return True

    def _write_local(self) -> bool:
        try:
            sent = self._local.send(self._down)
        except BlockingIOError:
            return False
        except OSError:
            raise TunnelFailure("client_lost") from None
        self.bytes_down += sent
        self._down = self._down[sent:]
        return True

    def _broken(self, error: OSError) -> bool:
        """
        The server closed without close_notify, or worse.

        After QUIT (or a half-closed client) that is the usual rude end; before it, a letter may
        be cut, and the client must not take this for a clean end of data.
        """
        if not (self._local_eof or self._remote_eof or GOODBYE.search(self._tail)):
            named = of_tls(error, host="", port=0)
            lost = self.bytes_down > 0 or named.key == "tls_reset"
            raise TunnelFailure("upstream_lost" if lost else named.key, **_text(named))
        self._remote_eof = self._said_goodbye = True
        self._up, self._farewell = memoryview(b""), b""
        return True

    # Closing, waiting, time

    def _close_finished_directions(self) -> None:
        if self._remote_eof and not self._down and not self._told_local:
            self._told_local = True
            with contextlib.suppress(OSError):
                self._local.shutdown(socket.SHUT_WR)
        sent_all = self._local_eof and not self._up and not self._said_goodbye
        if sent_all and (self._remote_eof or (self._remote_drained and not self._down)):
            self._said_goodbye = True
            self._farewell = self._farewells.close_notify(self._remote)
            if self._remote.version() is None:  # both directions of TLS are closed now
                self._remote_eof = True
            self._farewell = self._farewell[self._send_farewell() :]

    def _wanted(self) -> int:
        """Which readiness to wait for, as bits."""
        hungry = not self._down and not self._remote_eof and not self._read_needs_write
        full = bool(self._up) and not self._write_needs_read
        wanted = 0
        if not self._up and not self._local_eof:
            wanted |= LOCAL_READ
        if self._down:
            wanted |= LOCAL_WRITE
        if hungry or self._write_needs_read:
            wanted |= REMOTE_READ
        if full or self._read_needs_write or self._farewell:
            wanted |= REMOTE_WRITE
        return wanted

    def _watch(self, wanted: int) -> None:
        changed = self._watched ^ wanted
        self._watched = wanted
        for bit, sock in ((LOCAL_READ, self._local), (REMOTE_READ, self._remote)):
            if changed & wanted & bit:
                self._loop.add_reader(sock, self._pump)
            elif changed & bit:
                self._loop.remove_reader(sock)
        for bit, sock in ((LOCAL_WRITE, self._local), (REMOTE_WRITE, self._remote)):
            if changed & wanted & bit:
                self._loop.add_writer(sock, self._pump)
            elif changed & bit:
                self._loop.remove_writer(sock)

    def _watch_time(self) -> None:
        """Idle for too long: reset. One side closed and the other silent: the shorter time."""
        closing = (self._local_eof or self._remote_eof) and not self._up and not self._down
        limit = self._timeouts.close if closing else self._timeouts.idle
        left = self._active_at + limit - self._loop.time()
        if left > 0:
            wait = min(left, self._timeouts.close or 1)
            self._timer = self._loop.call_later(wait, self._watch_time)
        elif closing:
            self._end(None)
        else:
            self._end(TunnelFailure("idle"))


def _text(named: TunnelFailure) -> dict[str, object]:
    return {"text": named.facts.get("text", "—")}
