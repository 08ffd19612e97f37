"""A collector on loopback that reads requests with the published messages of OTLP, and accepts nothing else."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from attrs import define, field
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

_IDS = {"traceId": 16, "spanId": 8}  # bytes


def parse(content: bytes) -> ExportTraceServiceRequest:
    """Read a request. OTLP's JSON has ids in hexadecimal, protobuf's in base64; unknown fields are errors."""

    def convert(value: Any) -> Any:
        if isinstance(value, list):
            return [convert(each) for each in value]
        if not isinstance(value, dict):
            return value
        converted = {name: convert(each) for name, each in value.items()}
        for name, size in _IDS.items():
            if name in converted:
                identifier = bytes.fromhex(converted[name])
                assert len(identifier) == size
                assert any(identifier)
                converted[name] = base64.b64encode(identifier).decode()
        return converted

    return Parse(json.dumps(convert(json.loads(content))), ExportTraceServiceRequest())


def plain(attributes: Any) -> dict[str, Any]:
    """Attributes as a dictionary."""
    return {each.key: _plain_value(each.value) for each in attributes}


def _plain_value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain_value(each) for each in value.array_value.values]
    return plain(value.kvlist_value.values) if kind == "kvlist_value" else getattr(value, kind)


@define
class OtlpReceiver:
    """What it received. `hanging`: it does not answer before this is set."""

    url: str = ""
    status: int = 200
    hanging: Event | None = None
    paths: list[str] = field(factory=list)
    headers: list[dict[str, str]] = field(factory=list)
    requests: list[ExportTraceServiceRequest] = field(factory=list)
    content: bytes = b""

    @property
    def spans(self) -> list[tuple[dict[str, Any], Span]]:
        """Each span with its resource."""
        return [
            (plain(group.resource.attributes), span)
            for request in self.requests
            for group in request.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]


@contextmanager
def receiving() -> Iterator[OtlpReceiver]:
    receiver = OtlpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.content += content
            receiver.paths.append(self.path)
            receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            if receiver.hanging is not None:
                receiver.hanging.wait(60.0)
            status = receiver.status
            try:
                receiver.requests.append(parse(content))
            except Exception:
                status = 400
                raise
            finally:
                self.send_response(status)
                self.send_header("Location", f"{receiver.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        yield receiver
        if receiver.hanging is not None:
            receiver.hanging.set()
        server.shutdown()
