"""A receiver on loopback that plays PostHog and Arcade Cloud, and can be made to fail.

It takes in what the real SDK sends and merges persons by PostHog's rules, so that it knows whom each
event ended up with. The demo and the tests look at it; nothing else of the library does.
"""

import gzip
import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from attrs import define, field, frozen

from arcade_usage.domain.persons import IngestedEvent, Persons

REQUEST_LIMIT = 20 * 1024 * 1024  # bytes, as PostHog has it


@frozen
class Mood:
    """How one service behaves.

    `takes`: whether a request has its effect. `status`, `body` and `headers` are the answer (`body` None:
    what the service would say). `hang_seconds`: before the answer. `replies` False: no answer at all, the
    connection closes. `seconds_a_byte`: the answer trickles.
    """

    takes: bool = True
    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(factory=dict)
    hang_seconds: float = 0.0
    replies: bool = True
    seconds_a_byte: float = 0.0


WELL = Mood()
DOWN = Mood(takes=False, status=503, body=b"down")
HANGING = Mood(takes=False, hang_seconds=60.0)
LOSING_REPLIES = Mood(replies=False)


@frozen
class Received:
    """One request as it came: `body` is unpacked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@define
class Receiver:
    """A context manager: serves while it lasts, at `url`.

    `posthog` and `cloud` are the moods, to be set at any time. `principals`: whom each token names; another
    token gets a 401. `persons`: what each project knows, by its token.
    """

    posthog: Mood = WELL
    cloud: Mood = WELL
    principals: dict[str, str] = field(factory=dict)
    persons: dict[str, Persons] = field(factory=dict)
    requests: list[Received] = field(factory=list)
    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _closing: threading.Event = field(factory=threading.Event, init=False)
    _server: ThreadingHTTPServer | None = field(default=None, init=False)

    def __enter__(self) -> "Receiver":
        receiver = self

        class Handler(_Handler):
            def handle_request(self) -> None:
                receiver._serve(self)

        self._server = _Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the receiver is not open")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def wait_until(self, condition: "Callable[[], bool]", seconds: float) -> bool:
        """Whether `condition` came true within `seconds`; looked at after every request."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def events(self, project_token: str) -> tuple[IngestedEvent, ...]:
        """The events that a project took in, aliases aside, repeats dropped, in order of arrival."""
        return self.persons.get(project_token, Persons()).events

    def person_of(self, project_token: str, event: IngestedEvent) -> str:
        """The person that an event ended up with, so far."""
        return self.persons[project_token].person_of(event)

    def batches(self) -> list[Any]:
        """Every batch that came, whether it was accepted or not, as PostHog's JSON."""
        return [request.content for request in self.requests if request.path == "/batch/"]

    def look_ups(self) -> list[Received]:
        return [request for request in self.requests if "/auth/" in request.path]

    def _serve(self, handler: "_Handler") -> None:
        handler.close_connection = True
        received = handler.read()
        to_posthog = received.path == "/batch/"
        with self._changed:
            mood = self.posthog if to_posthog else self.cloud
            self.requests.append(received)
            status, answer = self._take_in(received, mood) if to_posthog else self._name(received)
            self._changed.notify_all()
        if mood.status != 200:
            status = mood.status
        if mood.hang_seconds and self._closing.wait(mood.hang_seconds):
            return
        if mood.replies:
            body = mood.body if mood.body is not None else json.dumps(answer).encode()
            handler.answer(status, body, mood.headers, mood.seconds_a_byte, self._closing)

    def _take_in(self, received: Received, mood: Mood) -> tuple[int, object]:
        if not mood.takes:
            return 200, {"status": "Ok"}
        content = received.content
        token = content["api_key"]
        persons = self.persons.get(token, Persons())
        for event in content["batch"]:
            persons = persons.ingest(
                IngestedEvent(
                    event["event"],
                    event["distinct_id"],
                    event["uuid"],
                    event["timestamp"][:10],
                    event["properties"],
                )
            )
        self.persons[token] = persons
        return 200, {"status": "Ok"}

    def _name(self, received: Received) -> tuple[int, object]:
        token = received.headers.get("authorization", "").removeprefix("Bearer ")
        principal_id = self.principals.get(token)
        if principal_id is None:
            return 401, {"error": "unauthorized"}
        name = "account_id" if received.path == "/api/v1/auth/whoami" else "principal_id"
        return 200, {"data": {name: principal_id}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what the demo and the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def handle_request(self) -> None:
        raise NotImplementedError

    def do_POST(self) -> None:
        self.handle_request()

    def do_GET(self) -> None:
        self.handle_request()

    def read(self) -> Received:
        length = min(int(self.headers.get("Content-Length") or 0), REQUEST_LIMIT)
        body = self.rfile.read(length)
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Received(self.command, self.path, headers, body)

    def answer(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str],
        seconds_a_byte: float,
        closing: threading.Event,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        if not seconds_a_byte:
            self.wfile.write(body)
        for byte in body if seconds_a_byte else b"":
            self.wfile.write(bytes([byte]))
            if closing.wait(seconds_a_byte):
                break

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: the demo and the tests show what matters."""
