"""Events as spans of OTLP/JSON, by OpenTelemetry's semantic conventions for command-line programs.

A command is one INTERNAL span in a trace of its own. Both ids are parts of the event's uuid, so that a repeat
is recognised. Properties that no convention names have the prefix `arcade_usage.`. Neither a distinct id nor
anything else about the person is part of a span.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta

from arcade_usage.domain.event import Event
from arcade_usage.domain.properties import ERROR_TEXT, FAILED, SUCCEEDED

PREFIX = "arcade_usage."

_INTERNAL = 1  # SPAN_KIND_INTERNAL
_ERROR = 2  # STATUS_CODE_ERROR
_INTEGER_LIMIT = 2**63
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "i386": "x86", "i686": "x86", "armv7l": "arm32"}
# Properties that describe the program and the machine, and the resource's names for them.
_OF_THE_RESOURCE = {
    "tool": "service.name",
    "cli_version": "service.version",
    "server_version": "service.version",
    "runtime_language": "process.runtime.name",
    "runtime_version": "process.runtime.version",
    "os_type": "os.type",
    "os_release": "os.version",
    "arch": "host.arch",
}
# Properties with a place of their own in a span.
_OF_THE_SPAN = (ERROR_TEXT, "error_type", "exit_code")


def make_request(events: Iterable[Event]) -> dict[str, object]:
    """An ExportTraceServiceRequest in the JSON of OTLP. Pure."""
    resources: list[dict[str, object]] = []
    spans: list[list[dict[str, object]]] = []
    for event in events:
        resource = _resource(event.properties)
        if resource not in resources:
            resources.append(resource)
            spans.append([])
        spans[resources.index(resource)].append(_span(event))
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource)},
                "scopeSpans": [{"scope": {"name": "arcade_usage"}, "spans": of_resource}],
            }
            for resource, of_resource in zip(resources, spans, strict=True)
        ]
    }


def _resource(properties: Mapping[str, object]) -> dict[str, object]:
    named = {name: properties[ours] for ours, name in _OF_THE_RESOURCE.items() if ours in properties}
    if "os.type" in named:
        named["os.type"] = str(named["os.type"]).lower()
    if "host.arch" in named:
        arch = str(named["host.arch"]).lower()
        named["host.arch"] = _ARCHITECTURES.get(arch, arch)
    return named


def _span(event: Event) -> dict[str, object]:
    properties, identifier = event.properties, event.uuid.replace("-", "")
    took = properties.get("duration_ms")
    seconds = took / 1000 if isinstance(took, int | float) and took >= 0 else 0.0
    start = event.timestamp - timedelta(seconds=seconds)
    attributes = {
        f"{PREFIX}{name}": value
        for name, value in properties.items()
        if name not in _OF_THE_RESOURCE and name not in _OF_THE_SPAN
    }
    span: dict[str, object] = {
        "traceId": identifier,
        "spanId": identifier[16:],
        "name": event.name,
        "kind": _INTERNAL,
        "startTimeUnixNano": _nanoseconds(start.timestamp()),
        "endTimeUnixNano": _nanoseconds(event.timestamp.timestamp()),
    }
    if event.name in (SUCCEEDED, FAILED):
        program = str(properties.get("tool") or "")
        span["name"] = f"{program} {properties.get('command_name') or ''}".strip()
        attributes = {"process.executable.name": program, **_result(event), **attributes}
        if event.name == FAILED:
            text = properties.get(ERROR_TEXT)
            span["status"] = {"code": _ERROR, **({"message": text} if text else {})}
    return {**span, "attributes": _attributes(attributes)}


def _result(event: Event) -> dict[str, object]:
    """The exit code, if it is known, and the class of the error."""
    if event.name == SUCCEEDED:
        return {"process.exit.code": 0}
    kind = event.properties.get("error_type") or event.properties.get("outcome") or "_OTHER"
    return {"process.exit.code": event.properties.get("exit_code"), "error.type": kind}


def _nanoseconds(seconds: float) -> str:
    """64-bit integers are texts in this JSON."""
    return str(max(0, round(seconds * 1_000_000)) * 1000)


def _attributes(values: Mapping[str, object]) -> list[dict[str, object]]:
    return [{"key": name, "value": _value(value)} for name, value in values.items() if value is not None]


def _value(value: object) -> dict[str, object]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int) and abs(value) < _INTEGER_LIMIT:
        return {"intValue": str(value)}
    if isinstance(value, float) and math.isfinite(value):
        return {"doubleValue": value}
    if isinstance(value, list | tuple):
        return {"arrayValue": {"values": [_value(each) for each in value]}}
    if isinstance(value, Mapping):
        return {"kvlistValue": {"values": _attributes({str(name): each for name, each in value.items()})}}
    return {"stringValue": "" if value is None else str(value)}
