"""The tunnel as a process: signals, readiness, exit codes. And as a thread, for a parent program."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping

from smtp_tunnel.address import Address
from smtp_tunnel.conf import ConfigError
from smtp_tunnel.config import TunnelConfig, read_config
from smtp_tunnel.listener import ListenError
from smtp_tunnel.tunnel import Tunnel

log = logging.getLogger("smtp_tunnel")
Announce = Callable[[str], None]
Addresses = Mapping[str, Address]


def run(config: TunnelConfig, *, announce: Announce) -> None:
    """
    Serve until SIGTERM or SIGINT (drain; the second one ends at once). SIGHUP reads the file
    again, SIGUSR2 logs the number of connections. `announce` gets «слушаю адрес [раздел]» lines.

    :raises ConfigError: unusable TLS files.
    :raises ListenError: an address cannot be listened on.
    """
    asyncio.run(_run(config, announce))


@contextlib.contextmanager
def running(config: TunnelConfig) -> Iterator[Addresses]:
    """
    The tunnel in a thread of this process for the time of the block: section → real address.

    At the end open connections are reset at once; let the mail program finish first.

    :raises ConfigError: unusable TLS files.
    :raises ListenError: an address cannot be listened on.
    """
    thread = _TunnelThread(config)
    thread.start()
    try:
        yield thread.wait_until_ready()
    finally:
        thread.stop()


async def _run(config: TunnelConfig, announce: Announce) -> None:
    tunnel = Tunnel(config)
    await tunnel.start()
    asked_to_stop = asyncio.Event()
    _on_signals(tunnel, asked_to_stop, config)
    for name, address in tunnel.addresses.items():
        announce(f"слушаю {address} [{name}]")
    _notify_systemd("READY=1")
    await asked_to_stop.wait()
    _notify_systemd("STOPPING=1")
    await tunnel.stop()
    log.info("остановлен")


def _on_signals(tunnel: Tunnel, asked_to_stop: asyncio.Event, config: TunnelConfig) -> None:
    loop = asyncio.get_running_loop()
    reloads: set[asyncio.Task[None]] = set()

    def stop() -> None:
        if asked_to_stop.is_set():
            tunnel.hurry()
        asked_to_stop.set()

    def reread() -> None:
        task = loop.create_task(_reload(tunnel, config))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGTERM, stop)
    loop.add_signal_handler(signal.SIGINT, stop)
    loop.add_signal_handler(signal.SIGHUP, reread)
    # The log file is reopened by itself after a rename, so SIGUSR1 only must not kill us.
    loop.add_signal_handler(signal.SIGUSR1, log.info, "журнал открыт заново")
    loop.add_signal_handler(
        signal.SIGUSR2, lambda: log.info("открытых соединений: %d", tunnel.connections)
    )


async def _reload(tunnel: Tunnel, config: TunnelConfig) -> None:
    """A broken new file leaves everything as it was."""
    try:
        await tunnel.reload(read_config(config.path))
    except (ConfigError, ListenError) as error:
        log.error("настройки не перечитаны, действуют прежние:\n%s", error)  # noqa: TRY400  # the sentence is enough
    else:
        log.info("настройки перечитаны: %s", config.path)


def _notify_systemd(state: str) -> None:
    """Type=notify: systemd waits for READY=1."""
    target = os.environ.get("NOTIFY_SOCKET", "")
    if not target:
        return
    if target.startswith("@"):
        target = "\0" + target[1:]
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify,
    ):
        notify.sendto(state.encode(), target)


class _TunnelThread(threading.Thread):
    def __init__(self, config: TunnelConfig) -> None:
        super().__init__(name="smtp_tunnel", daemon=True)
        self._config = config
        self._ready = threading.Event()
        self._addresses: Addresses = {}
        self._error: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked_to_stop: asyncio.Event | None = None

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except (ConfigError, ListenError) as error:
            self._error = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asked_to_stop = asyncio.Event()
        tunnel = Tunnel(self._config)
        await tunnel.start()
        self._addresses = dict(tunnel.addresses)
        self._ready.set()
        await self._asked_to_stop.wait()
        await tunnel.stop(drain=0)

    def wait_until_ready(self) -> Addresses:
        self._ready.wait()
        if self._error:
            raise self._error
        return self._addresses

    def stop(self) -> None:
        if self._loop and self._asked_to_stop:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._asked_to_stop.set)
        self.join()
