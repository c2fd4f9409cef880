"""All services of one configuration: start, reload without cutting letters, stop with a drain."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Mapping

from smtp_tunnel.address import Address
from smtp_tunnel.config import TunnelConfig
from smtp_tunnel.connection import Connection, ServiceRuntime, prepare_local
from smtp_tunnel.listener import Listener
from smtp_tunnel.service import Service, describe
from smtp_tunnel.sockets import FarewellMaker

log = logging.getLogger("smtp_tunnel")
ListenerKey = tuple[Address, str]


class Tunnel:
    """Lives in one running event loop; `start` once, `stop` once."""

    def __init__(self, config: TunnelConfig) -> None:
        """:raises ConfigError: a certificate, key or cipher list of a service is unusable."""
        self._config = config
        self._runtimes = _runtimes(config)
        self._listeners: dict[ListenerKey, Listener] = {}
        self._open: dict[asyncio.Task[None], Connection] = {}
        self._hurry = asyncio.Event()
        self._farewells: FarewellMaker | None = None
        self._count = 0

    @property
    def addresses(self) -> Mapping[str, Address]:
        """Section name → the real address it listens on (port 0 is resolved)."""
        return {
            service.name: self._listeners[_key(service)].address
            for service in self._config.services
        }

    @property
    def connections(self) -> int:
        """How many local clients are being served."""
        return len(self._open)

    async def start(self) -> None:
        """
        Bind all services, then accept.

        :raises ListenError: nothing stays bound.
        """
        self._listen(self._config)
        self._farewells = FarewellMaker()
        self._tell(self._config)
        self._resume()

    async def reload(self, config: TunnelConfig) -> None:
        """
        Take a new configuration: new clients follow it, open connections end on the old one.

        Kept TLS sessions are forgotten with the old trust.

        :raises ConfigError: unusable TLS files; the old configuration stays.
        :raises ListenError: a new address cannot be bound; the old configuration stays.
        """
        runtimes = _runtimes(config)
        self._listen(config)
        for key in self._listeners.keys() - {_key(service) for service in config.services}:
            self._listeners.pop(key).close()
        self._config, self._runtimes = config, runtimes
        self._tell(config)
        self._resume()

    async def stop(self, *, drain: int | None = None) -> None:
        """
        Accept no more; let open connections finish for `drain` seconds, then reset them.

        `hurry` ends the waiting at once.
        """
        self._close_listeners()
        seconds = self._config.drain if drain is None else drain
        if self._open and seconds:
            log.info(
                "останавливаюсь: открытых соединений %d, жду до %d с", len(self._open), seconds
            )
            await self._drained(seconds)
        for task, connection in self._open.items():
            connection.stop()
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._farewells:
            self._farewells.close()

    def hurry(self) -> None:
        self._hurry.set()

    async def _drained(self, seconds: int) -> None:
        finished = asyncio.ensure_future(asyncio.wait(set(self._open)))
        hurried = asyncio.ensure_future(self._hurry.wait())
        waits: set[asyncio.Future[object]] = {finished, hurried}  # type: ignore[arg-type]  # only waited for
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            finished.cancel()
            hurried.cancel()
            await asyncio.gather(finished, hurried, return_exceptions=True)

    def _listen(self, config: TunnelConfig) -> None:
        """Bind what is not bound yet; all or nothing."""
        fresh: dict[ListenerKey, Listener] = {}
        try:
            for service in config.services:
                key = _key(service)
                if key not in self._listeners:
                    fresh[key] = self._listener(key, service)
        except BaseException:
            for listener in fresh.values():
                listener.close()
            raise
        self._listeners |= fresh

    def _listener(self, key: ListenerKey, service: Service) -> Listener:
        return Listener(service, lambda client: self._serve(key, client))

    def _serve(self, key: ListenerKey, client: socket.socket) -> None:
        assert self._farewells is not None
        runtime = self._runtimes[key]
        prepare_local(client, runtime.service.socket_options)
        self._count += 1
        connection = Connection(runtime, client, self._count, self._farewells)
        task = asyncio.create_task(connection.serve())
        self._open[task] = connection
        task.add_done_callback(self._served)
        if self._is_full:
            for listener in self._listeners.values():
                listener.pause()

    def _served(self, task: asyncio.Task[None]) -> None:
        self._open.pop(task).discard()
        self._resume()

    @property
    def _is_full(self) -> bool:
        limit = self._config.max_connections
        return limit > 0 and len(self._open) >= limit

    def _resume(self) -> None:
        if not self._is_full:
            for listener in self._listeners.values():
                listener.resume()

    def _close_listeners(self) -> None:
        for listener in self._listeners.values():
            listener.close()
        self._listeners.clear()

    def _tell(self, config: TunnelConfig) -> None:
        for service in config.services:
            for line in describe(service):
                log.info("%s", line)
        for warning in config.warnings:
            log.warning("%s", warning)


def _runtimes(config: TunnelConfig) -> dict[ListenerKey, ServiceRuntime]:
    return {_key(service): ServiceRuntime(service) for service in config.services}


def _key(service: Service) -> ListenerKey:
    """What makes a listener the same after a reload; port 0 belongs to its section."""
    chosen_by_system = service.accept.port == 0 and not service.accept.path
    return service.accept, service.name if chosen_by_system else ""
