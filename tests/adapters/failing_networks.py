"""Networks on which requests fail: real servers on loopback, and a patched resolver."""

import errno
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path

import pytest
import trustme
from attrs import define, field
from pytest_mock import MockerFixture

from arcade_usage.demo.receiver import HANGING, Behaviour, Receiver
from tests.e2e.gate import Gate

AUTHORITY = trustme.CA()
LONG_AGO = datetime(2020, 1, 1, tzinfo=timezone.utc), datetime(2020, 2, 1, tzinfo=timezone.utc)
PASSWORD = "hunter2"


@contextmanager
def hanging_resolver(mocker: MockerFixture) -> Iterator[None]:
    """A resolver that hangs, and was asked."""
    asked, over = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> None:
        asked.set()
        over.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    mocker.patch("socket.getaddrinfo", hang)
    yield
    assert asked.wait(30)
    over.set()


@define
class FailingNetwork:
    """A network for one test. Each method breaks it in one way and returns the URL to request."""

    receiver: Receiver
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    _open: ExitStack = field(factory=ExitStack, init=False)
    _over: threading.Event = field(factory=threading.Event, init=False)

    def close(self) -> None:
        self._over.set()
        self._open.close()

    def gate(self, tls: ssl.SSLContext | None = None) -> Gate:
        return self._open.enter_context(Gate(self.receiver.url, tls=tls))

    def refused(self) -> str:
        return self.gate().url

    def swallowed(self) -> str:
        gate = self.gate()
        gate.swallow()
        return gate.url

    def silent(self) -> str:
        self.receiver.posthog = self.receiver.cloud = HANGING
        return self.receiver.url

    def silent_in_tls(self) -> str:
        server = self._open.enter_context(socket.create_server(("127.0.0.1", 0)))
        return f"https://127.0.0.1:{server.getsockname()[1]}"

    def hung_up(self) -> str:
        return self.answering(Behaviour(replies=False))

    def answering(self, behaviour: Behaviour) -> str:
        self.receiver.posthog = self.receiver.cloud = behaviour
        return self.receiver.url

    def resolving(self, code: int) -> str:
        def getaddrinfo(*_: object, **__: object) -> None:
            raise socket.gaierror(code, "as the test has it")

        self.monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return "http://service.example"

    def resolving_for_ever(self) -> str:
        def getaddrinfo(*_: object, **__: object) -> None:
            self._over.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "over")

        self.monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        return "http://service.example"

    def without_route(self) -> str:
        def connect(*_: object) -> None:
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))

        self.monkeypatch.setattr(socket.socket, "connect", connect)
        return "http://127.0.0.1:9"

    def certified(self, name: str, *, trusted: bool, dates: tuple[datetime, datetime] | None = None) -> str:
        """A server with a certificate of the test's own authority."""
        not_before, not_after = dates or (None, None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert(name, not_before=not_before, not_after=not_after).configure_cert(context)
        gate = self.gate(context)
        gate.open()
        if trusted:
            self.trust()
        return gate.url

    def trust(self) -> None:
        roots = self.folder / "roots.pem"
        AUTHORITY.cert_pem.write_to_path(str(roots))
        for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            self.monkeypatch.setenv(variable, str(roots))

    def plain_to_tls(self) -> str:
        return self.certified("127.0.0.1", trusted=True).replace("https:", "http:")

    def tls_to_plain(self) -> str:
        return self.receiver.url.replace("http:", "https:")

    def through(self, proxy: str, url: str = "http://service.example") -> str:
        """Set a proxy with a password for `url`."""
        host = proxy.rpartition("/")[2]
        self.monkeypatch.setenv(f"{url.partition(':')[0]}_proxy".upper(), f"http://me:{PASSWORD}@{host}")
        return url

    def answering_bytes(self, answer: bytes) -> str:
        """A server that answers each request with these bytes."""
        server = self._open.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near, _ = server.accept()
                    with near:
                        near.recv(65536)
                        near.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return url_of(server)


def url_of(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


Cause = Callable[[FailingNetwork], str]


def with_status(status: int, **more: object) -> Cause:
    return lambda network: network.answering(Behaviour(takes=False, status=status, **more))  # type: ignore[arg-type]
