"""From a name to addresses, at every connection: a provider may move at any time."""

from __future__ import annotations

import asyncio
import dataclasses
import socket
import threading

from smtp_tunnel import failure
from smtp_tunnel.address import Address, as_ip

FRESH_SECONDS = 5
COOL_DOWN_SECONDS = 30
LOOKUPS_AT_ONCE = 8
RememberedNames = dict[Address, tuple[float, list["Target"]]]


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """One socket address to try. `host` is the name the certificate must carry."""

    host: str
    port: int
    family: int
    sockaddr: tuple[str | int, ...] | str

    def __str__(self) -> str:
        if isinstance(self.sockaddr, str):
            return self.sockaddr
        return str(Address(str(self.sockaddr[0]), int(self.sockaddr[1])))


class Resolver:
    """
    Looks names up in daemon threads, so that a silent DNS never delays the end of the process.

    Equal questions asked at once share one look-up; answers live for FRESH_SECONDS.
    """

    def __init__(self) -> None:
        self._answers: RememberedNames = {}
        self._asked: dict[Address, asyncio.Task[list[Target]]] = {}
        self._slots = asyncio.Semaphore(LOOKUPS_AT_ONCE)
        self._bad_until: dict[Target, float] = {}

    async def targets(self, address: Address) -> list[Target]:
        """
        Addresses to try, in the order of the system's resolver.

        :raises TunnelFailure: dns_not_found or dns_temporary.
        """
        return _literal(address) or await self._remembered(address)

    def cool_down(self, target: Target) -> None:
        now = asyncio.get_running_loop().time()
        self._bad_until = {t: until for t, until in self._bad_until.items() if until > now}
        self._bad_until[target] = now + COOL_DOWN_SECONDS

    def is_cooling(self, target: Target) -> bool:
        """True for a while after `cool_down`: try the others first."""
        return self._bad_until.get(target, 0) > asyncio.get_running_loop().time()

    async def _remembered(self, address: Address) -> list[Target]:
        known = self._answers.get(address)
        if known and known[0] > asyncio.get_running_loop().time():
            return known[1]
        task = self._asked.get(address)
        if task is None:
            task = asyncio.create_task(self._ask(address))
            self._asked[address] = task
            task.add_done_callback(lambda done: self._answered(address, done))
        return await asyncio.shield(task)

    async def _ask(self, address: Address) -> list[Target]:
        async with self._slots:
            try:
                found = await _look_up(address.host, address.port)
            except OSError as error:
                raise failure.of_connect(error, host=address.host, port=address.port) from None
        return [Target(address.host, address.port, info[0], info[4]) for info in found]

    def _answered(self, address: Address, task: asyncio.Task[list[Target]]) -> None:
        del self._asked[address]
        if not task.cancelled() and task.exception() is None:
            now = asyncio.get_running_loop().time()
            self._answers[address] = (now + FRESH_SECONDS, task.result())


def _literal(address: Address) -> list[Target]:
    """Addresses that need no look-up."""
    if address.path:
        return [Target(address.path, 0, socket.AF_UNIX, address.path)]
    ip = as_ip(address.host)
    if ip is None or "%" in address.host:
        return []
    if ip.version == 4:
        return [Target(address.host, address.port, socket.AF_INET, (address.host, address.port))]
    sockaddr = (address.host, address.port, 0, 0)
    return [Target(address.host, address.port, socket.AF_INET6, sockaddr)]


Found = list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[str | int, ...]]]


async def _look_up(host: str, port: int) -> Found:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Found] = loop.create_future()

    def settle(found: Found, error: OSError | None) -> None:
        if answer.done():
            return
        if error:
            answer.set_exception(error)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: Found = []
        trouble: OSError | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[assignment]  # narrower than typeshed's union
        except UnicodeError:  # a label longer than DNS allows
            trouble = socket.gaierror(socket.EAI_NONAME, host)
        except OSError as error:
            trouble = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, found, trouble)

    threading.Thread(target=ask, name=f"dns {host}", daemon=True).start()
    return await answer
