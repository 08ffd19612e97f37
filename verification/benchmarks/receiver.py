"""PostHog and Arcade Cloud on loopback: answers at once and records the time of each arrival.

Runs in the benchmark's process, so that no subject's CPU includes it.
"""

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import define, field, frozen

PRINCIPAL = "principal-of-the-benchmark"
BACKLOG = 256  # connections that are never accepted


@frozen
class Arrival:
    """One request with events: `at` in monotonic seconds, `events` by their names."""

    at: float
    events: tuple[str, ...]


@define
class Receiver:
    """The requests that have arrived at `url`."""

    url: str
    arrivals: list[Arrival] = field(factory=list)
    count: int = 0  # of events, without aliases
    last: float = 0.0  # when something arrived

    def add(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)
        self.count += sum(not name.startswith("$") for name in arrival.events)
        self.last = max(self.last, arrival.at)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}")
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        yield server.receiver
        server.shutdown()


@contextmanager
def dead_end() -> Iterator[str]:
    """The URL of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: clients are killed on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        now = time.monotonic()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer({"status": "Ok"})
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        content = json.loads(body)
        # The peer posts one event, without a name.
        names = tuple(str(event["event"]) for event in content.get("batch", [{"event": "event"}]))
        server = self.server
        assert isinstance(server, _Server)
        server.receiver.add(Arrival(now, names))

    def do_GET(self) -> None:
        self._answer({"data": {"account_id": PRINCIPAL, "principal_id": PRINCIPAL}})

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Print nothing."""
