"""An HTTP server on loopback that simulates PostHog and Arcade Cloud, and their failures.

It receives the requests of PostHog's SDK and merges persons by PostHog's rules, so that it knows the person
of each event. Only the demo and the tests use it.
"""

import gzip
import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from attrs import define, field, frozen

from arcade_usage.demo.capture import BATCH_PATH, PATHS, read_events, token_of
from arcade_usage.domain.persons import IngestedEvent, Persons, PersonStore

REQUEST_LIMIT = 20 * 1024 * 1024  # bytes; PostHog's limit


@frozen
class Behaviour:
    """The behaviour of one service.

    takes: whether a request has its effect.
    status, body, headers: the reply; with body None, that of the real service.
    hang_seconds: delay before the reply. seconds_a_byte: delay between its bytes.
    replies: if False, the connection closes without a reply.
    results: results by event name, where each event has one (version 1 of PostHog's protocol); else "ok".
    names: only requests with an event of one of these names are answered so; if empty, all.
    """

    takes: bool = True
    status: int = 200
    body: bytes | None = None
    headers: Mapping[str, str] = field(factory=dict)
    hang_seconds: float = 0.0
    replies: bool = True
    seconds_a_byte: float = 0.0
    results: Mapping[str, str] = field(factory=dict)
    names: frozenset[str] = frozenset()


WELL = Behaviour()
DOWN = Behaviour(takes=False, status=503, body=b"down")
HANGING = Behaviour(takes=False, hang_seconds=60.0)
LOSING_REPLIES = Behaviour(replies=False)
_REFUSAL = {"error": "invalid_batch", "error_description": "invalid batch: the receiver refuses it"}


@frozen
class Received:
    """One request. `body`: decompressed."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> Any:
        return json.loads(self.body)


@define
class Receiver:
    """The server, as a context manager; listens at `url` within the context.

    posthog, cloud: the behaviour of each service; may be set at any time.
    port: 0 means any free one.
    principals: principal id by token; other tokens get a 401.
    persons: the persons of each project, by project token.
    next_persons: the same in PostHog's next person store.
    clock: the server's clock (Unix seconds).
    """

    posthog: Behaviour = WELL
    cloud: Behaviour = WELL
    principals: dict[str, str] = field(factory=dict)
    persons: dict[str, Persons] = field(factory=dict)
    next_persons: dict[str, Persons] = field(factory=dict)
    port: int = 0
    requests: list[Received] = field(factory=list)
    clock: Callable[[], float] = time.time
    _changed: threading.Condition = field(factory=threading.Condition, init=False)
    _closing: threading.Event = field(factory=threading.Event, init=False)
    _server: ThreadingHTTPServer | None = field(default=None, init=False)

    def __enter__(self) -> "Receiver":
        receiver = self

        class Handler(_Handler):
            def do_POST(self) -> None:
                receiver._serve(self)

            def do_GET(self) -> None:
                receiver._serve(self)

        self._server = _Server(("127.0.0.1", self.port), Handler)
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
        """Wait until `condition` is true, checked after every request; returns False after `seconds`."""
        with self._changed:
            return self._changed.wait_for(condition, seconds)

    def events(self, project_token: str) -> tuple[IngestedEvent, ...]:
        """The events that a project accepted, in order of arrival, without aliases and repeats."""
        return self.persons.get(project_token, Persons()).events

    def person_of(self, project_token: str, event: IngestedEvent) -> str:
        """The person that an event is attributed to now."""
        return self.persons[project_token].person_of(event)

    def batches(self) -> list[Any]:
        """Every received batch, accepted or not, as PostHog's JSON."""
        return [request.content for request in self.requests if request.path in PATHS]

    def look_ups(self) -> list[Received]:
        """Every received look-up."""
        return [request for request in self.requests if "/auth/" in request.path]

    def _serve(self, handler: "_Handler") -> None:
        handler.close_connection = True
        received = handler.read()
        to_posthog = received.path in PATHS
        with self._changed:
            behaviour = self.posthog if to_posthog else self.cloud
            if behaviour.names and behaviour.names.isdisjoint(_event_names(received)):
                behaviour = WELL
            self.requests.append(received)
            status, answer = self._ingest(received, behaviour) if to_posthog else self._look_up(received)
            self._changed.notify_all()
        if behaviour.status != 200:
            status = behaviour.status
            answer = _REFUSAL if to_posthog else answer
        if behaviour.hang_seconds and self._closing.wait(behaviour.hang_seconds):
            return
        if behaviour.replies:
            body = behaviour.body if behaviour.body is not None else json.dumps(answer).encode()
            handler.answer(status, body, behaviour.headers, behaviour.seconds_a_byte, self._closing)

    def _ingest(self, received: Received, behaviour: Behaviour) -> tuple[int, object]:
        if not behaviour.takes:
            return 200, {"status": "Ok"}
        path, headers, content = received.path, received.headers, received.content
        now = datetime.fromtimestamp(self.clock(), timezone.utc)
        token, results = token_of(path, headers, content), {}
        persons = self.persons.get(token, Persons())
        next_persons = self.next_persons.get(token, Persons(PersonStore.NEXT))
        for event in read_events(path, headers, content, now):
            results[event.uuid] = {"result": behaviour.results.get(event.name, "ok")}
            if results[event.uuid]["result"] in ("ok", "warning"):
                persons, next_persons = persons.ingest(event), next_persons.ingest(event)
        self.persons[token], self.next_persons[token] = persons, next_persons
        return 200, {"status": "Ok"} if path == BATCH_PATH else {"results": results}

    def _look_up(self, received: Received) -> tuple[int, object]:
        token = received.headers.get("authorization", "").removeprefix("Bearer ")
        principal_id = self.principals.get(token)
        if principal_id is None:
            return 401, {"error": "unauthorized"}
        name = "account_id" if received.path == "/api/v1/auth/whoami" else "principal_id"
        return 200, {"data": {name: principal_id}}


def _event_names(received: Received) -> "set[str]":
    return {event["event"] for event in received.content["batch"]}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: the demo and the tests provoke closed connections."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

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
        """Print nothing."""
