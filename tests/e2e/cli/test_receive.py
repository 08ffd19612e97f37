"""`receive`: an author sees each event arrive, and PostHog's failures on request."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from attrs import frozen

from tests.e2e.deliveries import here
from tests.e2e.forks import Forks
from tests.e2e.world import PATIENCE_SECONDS, World

pytestmark = here  # `receive` is a process; the deliveries to it need not be


@frozen
class Receiving:
    """`receive` as a process. `host`, `token`: those that it printed."""

    process: "subprocess.Popen[str]"
    host: str
    token: str

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def interrupt(self) -> tuple[int, str]:
        """Ctrl+C: the exit code and stderr."""
        self.process.send_signal(signal.SIGINT)
        _, stderr = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, stderr


@contextmanager
def run_receive(forks: Forks, stderr: Path, *options: str) -> Iterator[Receiving]:
    command = ["-m", "arcade_usage.cli", "receive", "--port", "0", *options]
    with forks.converse(command, stderr) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            if "--json" in options:
                head = json.loads(first)
                yield Receiving(process, head["host"], head["project_token"])
            else:
                host = first.split(";")[0].split()[-1]
                configuration = process.stdout.readline().strip()
                assert configuration == f'project_token="phc_local", host="{host}"'
                yield Receiving(process, host, "phc_local")
        finally:
            process.kill()


Start = Callable[..., AbstractContextManager[Receiving]]


@pytest.fixture
def receiving(forks: Forks, tmp_path: Path) -> Start:
    """Starts it, with options."""
    return partial(run_receive, forks, tmp_path / "stderr")


def test_each_event_is_one_line(world: World, receiving: Start) -> None:
    """Of a success, and of a failure with its message; Ctrl+C ends it cleanly."""
    with receiving() as receive:
        world.posthog_url = receive.host
        tracker = world.tracker_of(receive.token)
        tracker.track_command_execution("toolkit.run", success=True, duration_ms=1250.4)
        succeeded = receive.line()
        tracker.track_command_execution("build", success=False, error_message="no such file")
        failed = receive.line()
        world.settle()
        assert receive.interrupt() == (0, "")
    sender = f"as {world.anon_id[:8]}... (anonymous)"
    assert succeeded[8:] == f"  CLI execution succeeded  toolkit.run  1,250 ms  {sender}"
    assert failed[8:] == f"  CLI execution failed  build  error: no such file  {sender}"


def test_json_has_the_whole_message(world: World, receiving: Start) -> None:
    """One document in each line, as PostHog gets it; a login is shown as what it links."""
    with receiving("--json") as receive:
        world.posthog_url = receive.host
        world.run("build")
        (built,) = (json.loads(receive.line())["message"],)
        world.log_in("principal-1")
        linked = json.loads(receive.line())
        world.settle()
        receive.interrupt()
    assert built["properties"]["command_name"] == "build"
    assert built["distinct_id"] == world.anon_id
    assert (linked["answer"], linked["message"]["event"]) == (200, "$create_alias")


def test_a_link_is_one_line(world: World, receiving: Start) -> None:
    """Of both ids, then the login under the account."""
    world.run("earlier")
    with receiving() as receive:
        world.posthog_url = receive.host
        world.log_in("principal-1")
        lines = receive.line(), receive.line()
        world.settle()
    assert lines[0][8:].startswith("  linked: ")
    assert {f"{world.anon_id[:8]}...", "principa..."} <= set(lines[0].split())
    assert lines[1].endswith("as principa... (account)")


@pytest.mark.parametrize("status", ["400", "503"])
def test_a_fault_on_request(world: World, status: str, receiving: Start) -> None:
    """The event is shown as not accepted, and the tool's own `status` says what PostHog answered."""
    with receiving("--fail", status) as receive:
        world.posthog_url = receive.host
        world.start("build")
        line = receive.line()
        world.settle()
    assert line[8:].startswith(f"  not accepted ({status}): CLI execution succeeded  build")
    assert len(world.waiting) == (0 if status == "400" else 1)
    (logbook,) = world.folder.glob("usage/outbox/*/logbook.json")
    assert f"({status})" in logbook.read_text(encoding="utf-8")


def test_a_slow_answer_on_request(world: World, receiving: Start) -> None:
    """Slower than a delivery waits: the event is shown, and still waits in the tool."""
    with receiving("--slow", "30") as receive:
        world.posthog_url = receive.host
        world.start("build")
        assert receive.line().endswith("(anonymous)")
        world.settle()
    assert len(world.waiting) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 without setup")
def test_no_other_machine_can_connect(receiving: Start) -> None:
    """It listens at 127.0.0.1 alone; another address of this machine is refused."""
    with receiving() as receive:
        port = urlsplit(receive.host).port
        assert urlsplit(receive.host).hostname == "127.0.0.1"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), 5)


def test_the_requests_of_other_programs_are_no_events(world: World, receiving: Start) -> None:
    """A browser, a port scanner, a batch that is none: no line, and it goes on."""
    with receiving() as receive:
        address = ("127.0.0.1", urlsplit(receive.host).port)
        body = b'{"batch": [5, {"event": "x"}]}'
        requests = (
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x16\x03\x01\r\n\r\n",
            b"POST /batch/ HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body),
            b"POST /batch/ HTTP/1.1\r\nContent-Length: 2\r\n\r\n{]",
        )
        for request in requests:
            with socket.create_connection(address, 5) as connection:
                connection.sendall(request)
                connection.recv(65536)
        world.posthog_url = receive.host
        world.run("build")
        assert "  build  " in receive.line()
        assert receive.interrupt() == (0, "")


def post(host: str, message: str) -> None:
    body = b'{"batch": [%s]}' % message.encode()
    with socket.create_connection(("127.0.0.1", urlsplit(host).port), 5) as connection:
        connection.sendall(b"POST /batch/ HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        connection.recv(65536)


def test_an_event_that_stdout_cannot_say_is_shown(tmp_path: Path) -> None:
    """A name outside its encoding, and a number that is no duration; it goes on."""
    narrow = Forks(variables={"PYTHONIOENCODING": "cp1252"})  # read when Python starts
    with narrow as forks, run_receive(forks, tmp_path / "stderr") as receive:
        for facts in ('"event": "日本 x"', f'"event": "big", "properties": {{"duration_ms": 1{"0" * 400}}}'):
            post(receive.host, f'{{"distinct_id": "d", "properties": {{}}, {facts}}}')
        assert receive.line()[8:].startswith("  ?? x  as d")
        assert receive.line()[8:].startswith("  big  as d")
        assert receive.interrupt() == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is another error there")
def test_it_ends_quietly_when_its_reader_does(receiving: Start) -> None:
    """As `receive | head -2`; the port is not blamed."""
    with receiving() as receive:
        assert receive.process.stdout is not None
        receive.process.stdout.close()
        post(receive.host, '{"event": "x", "distinct_id": "d", "properties": {}}')
        assert receive.process.wait(PATIENCE_SECONDS) == 1
        assert receive.process.stderr is not None
        assert receive.process.stderr.read() == ""


def test_a_port_in_use_is_said(forks: Forks) -> None:
    """With the option that names another; no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = forks.run(["-m", "arcade_usage.cli", "receive", "--port", port])
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Port {port} can't be used (Address already in use)")
    assert "--port" in done.stderr
