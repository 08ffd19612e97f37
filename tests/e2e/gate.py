"""An address in front of a receiver that people can be shut out of, in the ways that networks do it.

Owns the invariant that what gets through gets there as it was, with or without TLS on the way in.
"""

import select
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress

QUEUE_FILLERS = 3  # connections; more than an accept queue of no length takes


class Gate:
    """A context manager. Refuses connections from the start; see the methods for what else it does.

    `target`: URL of what lies behind. `tls`: how it shows who it is, if it speaks https. `listener`: a bound
    socket, if not one on loopback; `host`: the name that it goes by.
    """

    def __init__(
        self,
        target: str,
        *,
        tls: ssl.SSLContext | None = None,
        listener: socket.socket | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._target = ("127.0.0.1", int(target.rpartition(":")[2]))
        self._tls = tls
        self._kept: list[socket.socket] = []
        self._acceptor: threading.Thread | None = None
        self._socket = listener or _bound()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # it is bound more than once
        self._address = self._socket.getsockname()
        self.url = f"{'https' if tls else 'http'}://{host}:{self._address[1]}"

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Let everybody through, from now on."""
        self._serve(self._forward)

    def accept_only(self) -> None:
        """Take connections and say nothing on them: no answer, no TLS handshake."""
        self._serve(self._kept.append)

    def swallow(self) -> None:
        """Let the system drop each connection attempt: the queue is full. (A full queue answers no SYN, on Linux.)"""
        self.shut()
        self._socket.listen(0)
        for _ in range(QUEUE_FILLERS):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self._address[1]))
            self._kept.append(filler)

    def shut(self) -> None:
        """Refuse connections again."""
        if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            self._socket.shutdown(
                socket.SHUT_RDWR
            )  # of one that does not listen, it would end what comes later
            if self._acceptor is not None:
                self._acceptor.join()
                self._acceptor = None
            with suppress(OSError):  # it is bound still: which, is the system's choice
                self._socket.bind(self._address)
        for each in self._kept:
            each.close()
        self._kept = []

    def close(self) -> None:
        self.shut()
        self._socket.close()

    def _serve(self, take: Callable[[socket.socket], object]) -> None:
        self.shut()
        self._socket.listen(128)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _ = self._socket.accept()
                    threading.Thread(target=take, args=(near,), daemon=True).start()

        self._acceptor = threading.Thread(target=serve, daemon=True)
        self._acceptor.start()

    def _forward(self, near: socket.socket) -> None:
        with suppress(OSError), near:
            inner = self._tls.wrap_socket(near, server_side=True) if self._tls else near
            with inner, socket.create_connection(self._target) as far:
                _exchange(inner, far)


def _bound() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


def _exchange(near: socket.socket, far: socket.socket) -> None:
    """Copy both ways until one of them has ended. One thread: a TLS connection is not for two at a time."""
    other = {near: far, far: near}
    while True:
        for side in select.select([near, far], [], [])[0]:
            data = side.recv(65536)
            while isinstance(side, ssl.SSLSocket) and side.pending():
                data += side.recv(65536)
            if not data:
                return
            other[side].sendall(data)
