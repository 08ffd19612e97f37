"""PostHog's SDK among what surrounds it: hanging networks, the user's environment, terminals and threads."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.posthog import sink as posthog_sink
from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.application.errors import NotAcceptedError, UnreachableError
from arcade_usage.application.time_limits import ALIAS_SECONDS, BATCH_SECONDS
from arcade_usage.demo.receiver import DOWN, HANGING, WELL, Behaviour, Receiver
from arcade_usage.domain.project import Project
from tests.adapters.failing_networks import hanging_resolver, url_of
from tests.samples import ALICE, ANON, anonymous, make_event, of

TOKEN = "phc_surroundings"
SLACK_SECONDS = 5.0  # for a machine that is busy: far below any time-out of the libraries

CALLS: dict[str, Callable[[PostHogSink], None]] = {
    "an alias": lambda sink: sink.alias(ANON, ALICE),
    "a batch": lambda sink: sink.capture([anonymous(1), of(ALICE, 2)]),
}


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Callable[[PostHogSink], None]:
    return CALLS[request.param]


@pytest.fixture
def soon(mocker: MockerFixture) -> None:
    mocker.patch.object(posthog_sink, "ALIAS_SECONDS", 0.2)
    mocker.patch.object(posthog_sink, "BATCH_SECONDS", 0.2)


def open_sink(url: str) -> PostHogSink:
    return PostHogSink(Project(url, TOKEN))


@pytest.mark.usefixtures("soon")
class TestNoAnswer:
    """Whatever it is that hangs, a call ends in time with one error."""

    @staticmethod
    def fails_in_time(sink: PostHogSink, call: Callable[[PostHogSink], None]) -> None:
        start = time.monotonic()
        with pytest.raises(NotAcceptedError) as caught:
            call(sink)
        assert time.monotonic() - start < SLACK_SECONDS
        assert type(caught.value) is UnreachableError

    def test_a_hanging_server(self, receiver: Receiver, call: Callable[[PostHogSink], None]) -> None:
        """A server that takes a request and does not answer."""
        receiver.posthog = HANGING
        self.fails_in_time(open_sink(receiver.url), call)

    def test_an_answer_by_the_byte(self, receiver: Receiver, call: Callable[[PostHogSink], None]) -> None:
        """A trickle that restarts every time-out of a read."""
        receiver.posthog = Behaviour(body=b'{"status": 1}' + b" " * 1000, seconds_a_byte=0.05)
        self.fails_in_time(open_sink(receiver.url), call)

    def test_a_server_that_is_dead_after_accepting(
        self, silent_server: socket.socket, call: Callable[[PostHogSink], None]
    ) -> None:
        """A connection on which nothing ever happens."""
        self.fails_in_time(open_sink(url_of(silent_server)), call)

    def test_a_refused_connection(
        self, silent_server: socket.socket, call: Callable[[PostHogSink], None]
    ) -> None:
        """Nobody listens there."""
        url = url_of(silent_server)
        silent_server.close()
        self.fails_in_time(open_sink(url), call)

    def test_no_encryption_where_there_has_to_be(
        self, receiver: Receiver, call: Callable[[PostHogSink], None]
    ) -> None:
        """A server that does not speak TLS gets nothing in the clear."""
        self.fails_in_time(open_sink(receiver.url.replace("http://", "https://")), call)
        assert receiver.requests == []

    def test_a_name_that_is_not_known(
        self, mocker: MockerFixture, call: Callable[[PostHogSink], None]
    ) -> None:
        """A resolver that says no."""
        mocker.patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "Name or service not known"))
        self.fails_in_time(open_sink("https://posthog.example"), call)

    def test_a_resolver_that_hangs(self, mocker: MockerFixture, call: Callable[[PostHogSink], None]) -> None:
        """No time-out of the SDK bounds a resolver; the call ends all the same."""
        with hanging_resolver(mocker):
            self.fails_in_time(open_sink("https://posthog.example"), call)

    @pytest.mark.parametrize(
        "url", ["http:///batch", "http://[::1", "http://127.0.0.1:99999", "http://exa mple"]
    )
    def test_an_address_that_is_none(self, url: str, call: Callable[[PostHogSink], None]) -> None:
        """What only looks like a URL is out of reach."""
        self.fails_in_time(open_sink(url), call)

    def test_a_late_answer_does_not_count_for_the_next_call(self, receiver: Receiver) -> None:
        """After a call that ended without an answer, the next one sends its own events and nothing else."""
        sink = open_sink(receiver.url)
        receiver.posthog = HANGING
        self.fails_in_time(sink, CALLS["a batch"])
        receiver.posthog = WELL
        sink.capture([of(ALICE, 9)])
        last = receiver.batches()[-1]["batch"]
        assert [message["uuid"] for message in last] == [make_event(9).uuid]


def test_the_bounds_are_those_of_the_port() -> None:
    """Where nobody changes them, an alias takes 2 s at most and a batch 5 s."""
    assert (ALIAS_SECONDS, BATCH_SECONDS) == (2.0, 5.0)


class TestEnvironment:
    """What the user's environment says to PostHog's SDK is not said to us."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("POSTHOG_HOST", "http://127.0.0.1:9"),
            ("POSTHOG_API_HOST", "http://127.0.0.1:9"),
            ("POSTHOG_API_KEY", "phc_theirs"),
            ("POSTHOG_PROJECT_API_KEY", "phc_theirs"),
            ("POSTHOG_PERSONAL_API_KEY", "phx_theirs"),
            ("POSTHOG_DISABLED", "1"),
            ("POSTHOG_DEBUG", "1"),
            ("POSTHOG_SEND", "false"),
            ("POSTHOG_CAPTURE_MODE", "v1"),
            ("POSTHOG_CAPTURE_MODE", "analytics_v1"),
            ("POSTHOG_CAPTURE_MODE", "nonsense"),
            ("POSTHOG_CAPTURE_COMPRESSION", "none"),
            ("POSTHOG_CAPTURE_COMPRESSION", "nonsense"),
            ("POSTHOG_RELEASE_ID", "the name of something secret"),
        ],
    )
    def test_a_variable_of_the_sdk_s_changes_nothing(
        self, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        """The same messages go the same way, whatever is set."""
        self._send_some(open_sink(receiver.url))
        monkeypatch.setenv(name, value)
        self._send_some(open_sink(receiver.url))
        batches = receiver.batches()
        assert self._frozen(batches[2:]) == self._frozen(batches[:2])
        assert {(request.path, request.headers["content-encoding"]) for request in receiver.requests} == {
            ("/batch/", "gzip")
        }

    @staticmethod
    def _send_some(sink: PostHogSink) -> None:
        for call in CALLS.values():
            call(sink)

    @staticmethod
    def _frozen(batches: list[dict[str, list[dict[str, object]]]]) -> object:
        """What is the same whenever it is sent: an alias gets its uuid and its time when it is made."""
        return [
            {name: value for name, value in message.items() if index or name not in ("uuid", "timestamp")}
            for index, batch in enumerate(batches)
            for message in batch["batch"]
        ]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("HTTP_PROXY", "http://127.0.0.1:CLOSED"),
            ("ALL_PROXY", "socks5://127.0.0.1:CLOSED"),
            ("HTTP_PROXY", "ftp://proxy.example"),
            ("HTTP_PROXY", "http://[broken"),
            ("REQUESTS_CA_BUNDLE", "/nowhere/cert.pem"),
        ],
    )
    def test_what_is_wrong_with_it_is_one_error(
        self, receiver: Receiver, closed_port: int, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        """Proxies and certificates that are none, or none that requests could use, accept nothing."""
        monkeypatch.setenv(name, value.replace("CLOSED", str(closed_port)))
        url = receiver.url if "PROXY" in name else receiver.url.replace("http://", "https://")
        with pytest.raises(NotAcceptedError):
            open_sink(url).capture([of(ALICE)])
        assert receiver.requests == []

    def test_no_netrc_is_consulted(
        self, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A password that is kept for all hosts is not sent to PostHog."""
        netrc = tmp_path / "home" / ".netrc"
        netrc.write_text("default login someone password theirs\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        self._send_some(open_sink(receiver.url))
        assert [request.headers.get("authorization") for request in receiver.requests] == [None, None]


@pytest.mark.parametrize("behaviour", [WELL, DOWN, Behaviour(replies=False), Behaviour(body=b"<html>")])
def test_nothing_is_printed(
    receiver: Receiver, behaviour: Behaviour, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither a success nor a failure says a word."""
    receiver.posthog = behaviour
    for call in CALLS.values():
        with suppress(NotAcceptedError):
            call(open_sink(receiver.url))
    assert capfd.readouterr() == ("", "")


_FAIL = """
import sys
from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.application.errors import NotAcceptedError
from arcade_usage.domain.project import Project
from tests.samples import ALICE, ANON, anonymous, make_event, of
from attrs import evolve

nested = None
for _ in range(2000):
    nested = [nested]
sink = PostHogSink(Project(sys.argv[1], "phc_x"))
for call in (
    lambda: sink.alias(ANON, ALICE),
    lambda: sink.capture([of(ALICE)]),
    lambda: sink.capture([evolve(of(ALICE), event=make_event(nested=nested))]),
):
    try:
        call()
    except NotAcceptedError:
        continue
    raise AssertionError("accepted")
"""


def test_a_program_without_logging_sees_nothing(receiver: Receiver) -> None:
    """What the SDK logs about failures reaches no terminal where nobody configured logging."""
    receiver.posthog = DOWN
    folder = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", _FAIL, receiver.url],
        cwd=folder,
        env={
            **os.environ,
            "POSTHOG_CAPTURE_MODE": "nonsense",
            "POSTHOG_CAPTURE_COMPRESSION": "nonsense",
        },
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_no_thread_is_left(receiver: Receiver) -> None:
    """A call leaves no thread behind that would keep a process from ending, nor one that would send later."""
    before = set(threading.enumerate())
    sink = open_sink(receiver.url)
    for call in CALLS.values():
        call(sink)
    receiver.posthog = DOWN
    with pytest.raises(NotAcceptedError):
        sink.capture([of(ALICE)])
    left = [thread for thread in set(threading.enumerate()) - before if "process_request" not in thread.name]
    assert left == []
