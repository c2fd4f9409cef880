"""Non-blocking sockets under asyncio: waiting, connecting, closing with or without a reset."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import struct

ABORT = struct.pack("ii", 1, 0)  # SO_LINGER: on, zero seconds: close() sends RST
LAST_WORDS_SECONDS = 5
CHUNK = 65536


async def readable(sock: socket.socket) -> None:
    await _ready(sock, reading=True)


async def writable(sock: socket.socket) -> None:
    await _ready(sock, reading=False)


async def _ready(sock: socket.socket, *, reading: bool) -> None:
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)

    number = sock.fileno()
    (loop.add_reader if reading else loop.add_writer)(number, wake)
    try:
        await woken
    finally:
        (loop.remove_reader if reading else loop.remove_writer)(number)


async def shake_hands(tls: ssl.SSLSocket) -> None:
    """:raises OSError: ssl.SSLError and connection errors of the handshake."""
    while True:
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            await readable(tls)
        except ssl.SSLWantWriteError:
            await writable(tls)
        else:
            return


class FarewellMaker:
    """
    Makes the TLS close_notify alert as bytes for the wire.

    `SSLSocket.unwrap` also reads from the peer at once, and a letter that arrives at that moment
    breaks the connection ("application data after close notify"). So for the time of the call
    the descriptor points at an empty socket pair: nothing can be read, the alert is caught here.
    The three descriptors are taken once, so a process out of descriptors can still part cleanly.
    """

    def __init__(self) -> None:
        self._stand_in, self._caught = socket.socketpair()
        self._stand_in.settimeout(0)
        self._caught.settimeout(0)
        self._spare = os.dup(self._stand_in.fileno())

    def close_notify(self, tls: ssl.SSLSocket) -> bytes:
        """Our direction of `tls` is closed after it; the bytes are still to be sent."""
        number = tls.fileno()
        os.dup2(number, self._spare, inheritable=False)
        try:
            os.dup2(self._stand_in.fileno(), number, inheritable=False)
            with contextlib.suppress(OSError):  # SSLWantReadError: the peer has not closed yet
                tls.unwrap()
        finally:
            os.dup2(self._spare, number, inheritable=False)
            os.dup2(self._stand_in.fileno(), self._spare, inheritable=False)
        with contextlib.suppress(BlockingIOError):
            return self._caught.recv(CHUNK)
        return b""

    def close(self) -> None:
        self._stand_in.close()
        self._caught.close()
        os.close(self._spare)


def send_raw(tls: socket.socket, data: bytes) -> int:
    """Send ciphertext past the TLS layer; returns how many bytes went, 0 when it must wait."""
    try:
        return socket.socket.send(tls, data)
    except BlockingIOError:
        return 0


def close(sock: socket.socket, *, abort: bool) -> None:
    """Close; with `abort` the peer sees a reset and cannot take the end for a clean one."""
    if abort and sock.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    sock.close()


async def say_and_close(sock: socket.socket, words: bytes) -> None:
    """
    Send the last words and close so that they arrive.

    Input is read away until the peer closes: closing with unread input would send a reset,
    and a reset can overtake the words.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LAST_WORDS_SECONDS):
            await loop.sock_sendall(sock, words)
            sock.shutdown(socket.SHUT_WR)
            while await loop.sock_recv(sock, CHUNK):
                pass
    except (OSError, TimeoutError):
        pass
    finally:
        sock.close()
