"""A user's own collector: what it gets, and that it costs PostHog's events nothing."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

import arcade_usage
from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.demo.receiver import DOWN, WELL
from arcade_usage.domain.consent import LOCAL, OFF, WITHOUT_ERRORS
from arcade_usage.testing import recording
from tests.e2e.deliveries import here
from tests.e2e.world import TOKEN, World, until
from tests.otlp_receiver import OtlpReceiver, plain, receiving

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[OtlpReceiver]:
    with receiving() as receiver:
        monkeypatch.setenv(ENDPOINT, receiver.url)
        yield receiver


def tool(world: World, adapters: str | None = "arcade_usage.otlp:adapters") -> arcade_usage.Tool:
    return arcade_usage.Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        host=world.receiver.url,
        config_dir=world.folder,
        adapters=adapters,
        version="1.2.3",
    )


def run(world: World, name: str, error: BaseException | None = None, **properties: Any) -> None:
    try:
        with tool(world).command(name, properties=properties):
            if error is not None:
                raise error
    except type(error or Exception()):
        pass
    world.settle()


def choose(world: World, level: str) -> None:
    FolderSwitch(Layout(str(world.folder)), TOKEN).choose(level)


def test_a_command_is_a_span(world: World, collector: OtlpReceiver) -> None:
    """From a delivery process, by the conventions for command-line programs, in a trace of its own, beside PostHog's event."""
    run(world, "toolkit.run", runs=3, ratio=0.5, dry=True)
    ((resource, span),) = collector.spans
    event = world.events["toolkit.run"]
    assert (span.name, span.kind, span.status.code) == (
        "arcade-usage toolkit.run",
        Span.SPAN_KIND_INTERNAL,
        0,
    )
    assert span.trace_id.hex() == event.uuid.replace("-", "")
    took = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e6
    assert took == pytest.approx(event.properties["duration_ms"], abs=0.01)
    attributes = plain(span.attributes)
    assert attributes["process.executable.name"] == "arcade-usage"
    assert attributes["process.exit.code"] == 0
    assert "error.type" not in attributes
    mine = {name: attributes[f"arcade_usage.{name}"] for name in ("command_name", "runs", "ratio", "dry")}
    assert mine == {"command_name": "toolkit.run", "runs": 3, "ratio": 0.5, "dry": True}
    assert resource["service.name"] == "arcade-usage"
    assert resource["service.version"] == "1.2.3"
    assert resource["process.runtime.version"] == event.properties["runtime_version"]
    assert resource["os.type"] == str(event.properties["os_type"]).lower()
    assert (collector.paths, collector.headers[0]["content-type"]) == (["/v1/traces"], "application/json")


@here
def test_a_failure_has_its_class_its_exit_code_and_the_redacted_text(
    world: World, collector: OtlpReceiver
) -> None:
    """The same text as PostHog's; nothing that redaction took out, and no id of the person."""
    run(world, "fails", ValueError("no project at /home/ada/secret"))
    ((_, span),) = collector.spans
    attributes, event = plain(span.attributes), world.events["fails"]
    assert attributes["error.type"] == "ValueError"
    assert "process.exit.code" not in attributes  # nobody knows it: the tool may handle the exception
    assert (span.status.code, span.status.message) == (
        Status.STATUS_CODE_ERROR,
        event.properties["error_message"],
    )
    assert b"ada/secret" not in collector.content
    assert world.anon_id.encode() not in collector.content


@here
def test_an_exit_has_its_code(world: World, collector: OtlpReceiver) -> None:
    """Without a class of an error, its kind is that of the outcome."""
    run(world, "exits", SystemExit(3))
    ((_, span),) = collector.spans
    attributes = plain(span.attributes)
    assert (attributes["process.exit.code"], attributes["error.type"]) == (3, "exit")
    assert span.status.code == Status.STATUS_CODE_ERROR


def test_in_the_test_kit_nothing_is_sent(collector: OtlpReceiver) -> None:
    """A tool's test run, on a machine whose user has a collector."""
    with recording() as usage:
        own = arcade_usage.Tool(
            distribution="arcade-usage", project_token=TOKEN, adapters="arcade_usage.otlp:adapters"
        )
        with own.command("toolkit.run"):
            pass
        assert [event.command_name for event in usage.events] == ["toolkit.run"]
    assert collector.paths == []


def test_a_servers_event_is_a_span_too(world: World, collector: OtlpReceiver) -> None:
    """With the moment of the event at both ends."""
    with tool(world).server() as server:
        server.capture("tool called", {"size": 2})
        assert until(lambda: bool(collector.spans))
    ((_, span),) = collector.spans
    assert (span.name, plain(span.attributes)) == ("tool called", {"arcade_usage.size": 2})
    assert span.start_time_unix_nano == span.end_time_unix_nano


@here
@pytest.mark.parametrize("level", [OFF, LOCAL])
def test_off_and_local_send_nothing_there(world: World, collector: OtlpReceiver, level: str) -> None:
    """Whatever the variables say."""
    choose(world, level)
    run(world, "toolkit.run")
    assert (collector.paths, world.receiver.requests) == ([], [])


@here
def test_without_errors_no_text_goes_there(world: World, collector: OtlpReceiver) -> None:
    """As to PostHog."""
    choose(world, WITHOUT_ERRORS)
    run(world, "fails", ValueError("no such project"))
    ((_, span),) = collector.spans
    assert (span.status.code, span.status.message) == (Status.STATUS_CODE_ERROR, "")
    assert b"no such project" not in collector.content


@here
def test_without_the_authors_consent_the_variables_do_nothing(world: World, collector: OtlpReceiver) -> None:
    """The tool names no factory."""
    with tool(world, adapters=None).command("toolkit.run"):
        pass
    world.settle()
    assert (collector.paths, set(world.events)) == ([], {"toolkit.run"})


@here
@pytest.mark.parametrize("problem", ["down", "hangs", "fails", "redirects"])
def test_a_collector_that_fails_costs_no_event(
    world: World, collector: OtlpReceiver, closed_port: int, monkeypatch: pytest.MonkeyPatch, problem: str
) -> None:
    """PostHog has them, none waits, and there is one attempt, which follows no redirect."""
    if problem == "down":
        monkeypatch.setenv(ENDPOINT, f"http://127.0.0.1:{closed_port}")
    collector.hanging = Event() if problem == "hangs" else None
    collector.status = {"fails": 503, "redirects": 307}.get(problem, 200)
    for name in ("first", "second"):
        run(world, name)
    assert (set(world.events), world.waiting) == ({"first", "second"}, [])
    assert collector.paths == ([] if problem == "down" else ["/v1/traces"] * 2)


@here
def test_it_gets_what_posthog_accepted_once_it_did(world: World, collector: OtlpReceiver) -> None:
    """While PostHog is down, it gets nothing, since each attempt would repeat the events."""
    world.receiver.posthog = DOWN
    run(world, "waits")
    assert collector.paths == []
    world.receiver.posthog = WELL
    assert tool(world).usage_main(["flush"]) == 0
    ((_, span),) = collector.spans
    assert span.name == "arcade-usage waits"


@here
def test_its_headers_go_nowhere_else(
    world: World, collector: OtlpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of the user."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-api-key=the%20key, authorization=Bearer abc")
    run(world, "toolkit.run")
    (headers,) = collector.headers
    assert (headers["x-api-key"], headers["authorization"]) == ("the key", "Bearer abc")
    for request in world.receiver.requests:
        assert "x-api-key" not in {name.lower() for name in request.headers}
    assert all(b"the key" not in path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
