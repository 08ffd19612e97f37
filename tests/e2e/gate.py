"""An address in front of a receiver that people can be shut out of, in the ways that networks do it.

Owns the invariant that what gets through gets there as it was, with or without TLS on the way in.
"""

import select
import socket
import ssl
import threading
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
        self._fillers: list[socket.socket] = []
        self._held: list[socket.socket] = []
        self._opened = threading.Event()
        self._serving = False
        if listener is None:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
        self._socket = listener
        self.url = f"{'https' if tls else 'http'}://{host}:{listener.getsockname()[1]}"

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Let everybody through, from now on."""
        self._opened.set()
        self._release()
        self._listen()

    def accept_only(self) -> None:
        """Take connections and say nothing on them: no answer, no TLS handshake."""
        self._opened.clear()
        self._listen()

    def swallow(self) -> None:
        """Let the system drop whoever knocks: the queue is full. (A full queue answers no SYN, on Linux.)"""
        self._socket.listen(0)
        for _ in range(QUEUE_FILLERS):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(self._socket.getsockname())
            self._fillers.append(filler)

    def close(self) -> None:
        self._release()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _release(self) -> None:
        for each in (*self._fillers, *self._held):
            each.close()
        self._fillers, self._held = [], []

    def _listen(self) -> None:
        self._socket.listen(128)
        if not self._serving:
            self._serving = True
            threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                if self._opened.is_set():
                    threading.Thread(target=self._forward, args=(near,), daemon=True).start()
                else:
                    self._held.append(near)

    def _forward(self, near: socket.socket) -> None:
        with suppress(OSError), near:
            inner = self._tls.wrap_socket(near, server_side=True) if self._tls else near
            with inner, socket.create_connection(self._target) as far:
                _exchange(inner, far)


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
