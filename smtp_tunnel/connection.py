"""One local client from accept to close: reach the server, verify it, carry, explain, log."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import socket
import ssl
import time

from smtp_tunnel import failure
from smtp_tunnel.address import Address
from smtp_tunnel.failure import TunnelFailure
from smtp_tunnel.relay import Relay
from smtp_tunnel.resolve import Resolver, Target
from smtp_tunnel.service import Service, SocketOption
from smtp_tunnel.sockets import FarewellMaker, close, say_and_close, shake_hands
from smtp_tunnel.starttls import start_tls
from smtp_tunnel.tlsctx import TlsClient

log = logging.getLogger("smtp_tunnel")


class ServiceRuntime:
    """A service with what its connections share: TLS context, kept sessions, known addresses."""

    def __init__(self, service: Service) -> None:
        """:raises ConfigError: the TLS files of the service are unusable."""
        self.service = service
        self.tls = TlsClient(service)
        self.resolver = Resolver()
        self._turn = 0

    def upstreams(self) -> list[Address]:
        """`connect` lines in the order to try them (failover = prio | rr)."""
        connect = list(self.service.connect)
        if self.service.round_robin:
            first = self._turn % len(connect)
            self._turn += 1
            connect = connect[first:] + connect[:first]
        return connect


@dataclasses.dataclass(slots=True)
class Record:
    """What the log line of a connection tells."""

    number: int
    service: str
    peer: str
    upstream: str = "-"
    tls: str = "-"
    resumed: bool = False
    up: int = 0
    down: int = 0
    reason: str = "ok"


class Connection:
    def __init__(
        self, runtime: ServiceRuntime, local: socket.socket, number: int, farewells: FarewellMaker
    ) -> None:
        self._farewells = farewells
        self._runtime, self._service = runtime, runtime.service
        self._local = local
        self._relay: Relay | None = None
        self._stopped = False
        self.record = Record(number, self._service.name, _peer(local))

    async def serve(self) -> None:
        """Never raises but for cancellation; the local socket is closed at the end."""
        started = time.monotonic()
        text = ""
        try:
            await self._carry()
        except TunnelFailure as reason:
            self.record.reason, text = reason.key, reason.text
            await self._explain(reason)
        except asyncio.CancelledError:
            self.record.reason = "stopped"
            raise
        except Exception:  # outermost loop: one connection never stops the others
            self.record.reason = "internal"
            log.exception("conn=%d service=%s", self.record.number, self._service.name)
        finally:
            close(self._local, abort=self._service.reset and self.record.reason != "ok")
            self._log(time.monotonic() - started, text)

    def stop(self) -> None:
        """Both sides are to be reset; the caller then cancels the task of `serve`."""
        self._stopped = True

    def discard(self) -> None:
        """For a task cancelled before its first step: `serve` never ran."""
        self._local.close()

    async def _carry(self) -> None:
        sock, target = await self._reach()
        remote = sock
        try:
            _apply(sock, "r", self._service.socket_options)
            greeting = await self._start_tls(sock, target)
            remote = await self._secure(sock, target)
            await self._relay_bytes(remote, target, greeting)
        finally:
            broken = self._stopped or (self._relay is not None and self.record.reason != "ok")
            close(remote, abort=self._service.reset and broken)

    async def _reach(self) -> tuple[socket.socket, Target]:
        """The first address that accepts, in the order of the file; lately dead ones last."""
        resolver = self._runtime.resolver
        postponed: list[Target] = []
        last = TunnelFailure("dns_not_found")
        for address in self._runtime.upstreams():
            try:
                targets = await resolver.targets(address)
            except TunnelFailure as reason:
                last = reason
                continue
            postponed += [target for target in targets if resolver.is_cooling(target)]
            fresh = [target for target in targets if not resolver.is_cooling(target)]
            reached = await self._first_that_accepts(fresh)
            if not isinstance(reached, TunnelFailure):
                return reached
            last = reached if fresh else last
        reached = await self._first_that_accepts(postponed)
        if not isinstance(reached, TunnelFailure):
            return reached
        raise reached if postponed else last

    async def _first_that_accepts(
        self, targets: list[Target]
    ) -> tuple[socket.socket, Target] | TunnelFailure:
        last = TunnelFailure("dns_not_found")
        for target in targets:
            try:
                return await self._connect(target), target
            except TunnelFailure as reason:
                self._runtime.resolver.cool_down(target)
                last = reason
        return last

    async def _connect(self, target: Target) -> socket.socket:
        seconds = self._service.timeouts.connect
        where = {"host": target.host, "port": target.port}
        try:
            sock = socket.socket(target.family, socket.SOCK_STREAM)
        except OSError as error:  # out of descriptors
            raise failure.of_connect(error, host=target.host, port=target.port) from None
        try:
            sock.settimeout(0)
            if self._service.local:
                sock.bind((self._service.local, 0))
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(sock, target.sockaddr)
        except BaseException as error:
            sock.close()
            if isinstance(error, TimeoutError) and error.errno is None:
                raise TunnelFailure("timeout_tcp", seconds=seconds, **where) from None
            if isinstance(error, OSError):
                raise failure.of_connect(error, host=target.host, port=target.port) from None
            raise
        self.record.upstream = f"{target.host}({target})" if target.port else target.host
        return sock

    async def _start_tls(self, sock: socket.socket, target: Target) -> bytes:
        service = self._service
        if service.protocol is None:
            return b""
        try:
            async with asyncio.timeout(service.timeouts.busy):
                return await start_tls(sock, service.protocol, service.ehlo)
        except TimeoutError:
            raise TunnelFailure("plain_on_tls_port", host=target.host, port=target.port) from None
        except OSError:
            raise TunnelFailure("upstream_lost", host=target.host) from None
        except TunnelFailure as reason:
            raise reason.at(target.host, target.port) from None

    async def _secure(self, sock: socket.socket, target: Target) -> ssl.SSLSocket:
        try:
            sock.getpeername()  # a connection lost already: Python would leave it to the collector
            tls = self._runtime.tls.wrap(sock, target.host, now=time.time())
        except OSError as error:
            raise failure.of_tls(error, host=target.host, port=target.port) from None
        try:
            await self._verify(tls, target)
        except BaseException:
            self._runtime.tls.forget_session(target.host)
            tls.close()
            raise
        self.record.tls = tls.version() or "-"
        self.record.resumed = bool(tls.session_reused)
        return tls

    async def _verify(self, tls: ssl.SSLSocket, target: Target) -> None:
        seconds = self._service.timeouts.busy
        where = {"host": target.host, "port": target.port}
        try:
            async with asyncio.timeout(seconds):
                await shake_hands(tls)
        except TimeoutError:
            raise TunnelFailure("tls_timeout", seconds=seconds, **where) from None
        except OSError as error:
            reason = failure.of_tls(error, host=target.host, port=target.port)
            if self._service.protocol and reason.key == "tls_on_plain_port":
                reason = TunnelFailure("starttls_injected", **where)
            raise reason from None
        self._runtime.tls.verify(tls, target.host)

    async def _relay_bytes(self, remote: ssl.SSLSocket, target: Target, greeting: bytes) -> None:
        def keep() -> None:
            self._runtime.tls.keep_session(remote, target.host)

        relay = Relay(self._local, remote, self._service.timeouts, self._farewells, keep)
        self._relay = relay
        try:
            ending = await relay.run(greeting)
        finally:
            self.record.up, self.record.down = relay.bytes_up, relay.bytes_down
        if ending.failure:
            self.record.reason = ending.failure.key
            raise ending.failure.at(target.host, target.port)

    async def _explain(self, reason: TunnelFailure) -> None:
        """Tell the local client why, if nothing of the server's words has reached it yet."""
        speech = self._service.speech
        silent = not self._service.explain or speech is None or reason.key == "client_lost"
        if silent or self.record.down or self._stopped:
            return
        assert speech is not None
        await say_and_close(self._local, failure.answer(reason, speech))

    def _log(self, seconds: float, text: str) -> None:
        r = self.record
        line = (
            f"conn={r.number} service={r.service} peer={r.peer} upstream={r.upstream} tls={r.tls}"
            f" resumed={'yes' if r.resumed else 'no'} up={r.up} down={r.down}"
            f" seconds={seconds:.3f} reason={r.reason}"
        )
        level = logging.INFO if r.reason == "ok" else logging.WARNING
        log.log(level, "%s%s", line, f" — {failure.printable(text)}" if text else "")


def _apply(sock: socket.socket, kind: str, options: tuple[SocketOption, ...]) -> None:
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for wanted, level, name, value in options:
        if wanted == kind:
            with contextlib.suppress(OSError):
                sock.setsockopt(level, name, value)


def prepare_local(sock: socket.socket, options: tuple[SocketOption, ...]) -> None:
    """A freshly accepted client socket."""
    sock.settimeout(0)
    if sock.family != socket.AF_UNIX:
        _apply(sock, "l", options)


def _peer(sock: socket.socket) -> str:
    try:
        name = sock.getpeername()
    except OSError:
        return "-"
    return f"{name[0]}:{name[1]}" if isinstance(name, tuple) else "unix"
