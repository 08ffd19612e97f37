"""Tools that fork, and tools on an event loop: real ones, under load, on loopback."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.servers import PATIENT as PATIENT_END
from tests.e2e.servers import SERVER_SECONDS, serving
from tests.e2e.world import TOKEN, World, until

QUIET = ("-W", "error", "-W", "ignore::DeprecationWarning")  # newer Pythons warn of any fork beside threads

# A fork waits a second for imports, in the middle of which it would leave the child without them. A busy machine
# takes longer.
PATIENT = """
from arcade_usage.adapters.process import hooks
hooks.FORK_WAIT_SECONDS = 60.0
"""

FORKS = (
    PATIENT
    + """
server.capture("parent", {"number": -1})
for number in range(100): server.capture("parent", {"number": number})
children, (reading, writing) = [], os.pipe()
for child in range(4):
    pid = os.fork()
    if pid == 0:
        os.close(writing)
        assert server.dropped == 0
        for number in range(20): server.capture("child", {"number": number, "child": child})
        os.read(reading, 1)  # until the parent closes its end
        server.close()
        os._exit(0 if server.dropped == 0 else 1)
    children.append(pid)
server.capture("parent", {"number": 100})
go()
os.close(writing)
for pid in children: assert os.waitpid(pid, 0)[1] == 0, "a child failed"
server.close()
"""
)


def kinds(world: World) -> Counter[tuple[str, object, object]]:
    """The events that arrived or wait, by what they are; repeats are seen.

    A sender that ends before it hears that a batch arrived leaves it to be repeated: PostHog drops that.
    """
    events = {record["event"]["uuid"]: record["event"] for record in world.waiting}
    facts = {uuid: (event["name"], event["properties"]) for uuid, event in events.items()}
    facts |= {event.uuid: (event.name, dict(event.properties)) for event in world.persons.events}
    return Counter(
        (name, properties.get("child"), properties["number"]) for name, properties in facts.values()
    )


def test_forked_children_report_their_own_and_nothing_twice(world: World) -> None:
    """Forked in the first moment, while the parent's thread imports, locks and sends; none of them hangs."""
    with serving(world, FORKS, *QUIET) as server:
        expected: set[tuple[str, object, object]] = {("parent", None, n) for n in range(-1, 101)}
        expected |= {("child", child, number) for child in range(4) for number in range(20)}
        until(lambda: set(kinds(world)) == expected, SERVER_SECONDS)
        run = server.end()
    assert (run.returncode, run.stderr, run.dropped) == (0, "", 0)
    assert set(kinds(world)) == expected
    assert set(kinds(world).values()) == {1}


MULTIPROCESSING = f"""
{PATIENT_END}
import multiprocessing
context = multiprocessing.get_context("fork")
def capture(number, more):
    server.capture("child", {{"number": number, "child": number}})
    if more: run(number + 10, False)
def run(number, more):
    child = context.Process(target=capture, args=(number, more))
    child.start()
    child.join()
    assert child.exitcode == 0
for number in range(2): run(number, True)
server.capture("parent", {{"number": -1}})
"""


def test_a_process_of_multiprocessing_keeps_its_events(world: World) -> None:
    """It ends by os._exit, without exit handlers, and so does a child of its own."""
    with serving(world, MULTIPROCESSING, *QUIET) as server:
        run = server.end()
    assert (run.returncode, run.stderr) == (0, "")
    assert kinds(world) == Counter([("parent", None, -1), *(("child", n, n) for n in (0, 1, 10, 11))])


def test_a_child_that_is_killed_holds_up_nobody(world: World) -> None:
    """Not its parent, which goes on sending, whatever the child inherited."""
    lines = (
        PATIENT
        + """
server.capture("parent", {"number": 0})
pid = os.fork()
if pid == 0:
    server.capture("child", {"number": 0, "child": 0})
    os.kill(os.getpid(), 9)
os.waitpid(pid, 0)
server.capture("parent", {"number": 1})
go()
server.close()
"""
    )
    with serving(world, lines, *QUIET) as server:
        assert until(lambda: ("parent", None, 1) in kinds(world) and not world.waiting, SERVER_SECONDS)
        run = server.end()
    assert (run.returncode, run.stderr) == (0, "")
    assert set(kinds(world).values()) == {1}


ASYNCIO = """
import asyncio
async def answer(reader, writer):
    await reader.readline()
    server.capture("MCP tool called", {"number": int((await reader.readline()) or -1)})
    writer.write(b"done\\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
async def call(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"call\\n%d\\n" % number)
    await reader.readline()
    writer.close()
    await writer.wait_closed()
async def main():
    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        for first in range(0, 400, 20):
            await asyncio.gather(*(call(port, number) for number in range(first, first + 20)))
asyncio.run(main(), debug=False)  # its debug mode warns of what a busy machine makes slow
"""


def test_an_asyncio_server_under_load(world: World) -> None:
    """Every call is reported, once; nothing is left open, and no process started."""
    with serving(world, ASYNCIO + "go()\nserver.close()") as server:
        assert world.receiver.wait_until(lambda: len(world.persons.events) == 400, SERVER_SECONDS)
        run = server.end()
    assert (run.returncode, run.stderr, run.started, run.dropped) == (0, "", [], 0)
    assert sorted(kinds(world)) == sorted(("MCP tool called", None, number) for number in range(400))


APPLICATION = (
    PATIENT
    + """
import os
import arcade_usage
server = arcade_usage.server_tracker(
    distribution="arcade-usage", project_token={token!r}, host={host!r}, config_dir={folder!r}
)
server.capture("loaded", {{"number": os.getpid()}})
def wsgi(environment, start_response):
    server.capture("called", {{"number": int(environment["PATH_INFO"][1:]), "child": os.getpid()}})
    start_response("200 OK", [("Content-Length", "4")])
    return [b"done"]
async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":  # uvicorn ends by the signal that it was given: a kill, for who did not close
        await receive()
        await send({{"type": "lifespan.startup.complete"}})
        await receive()
        server.close()
        await send({{"type": "lifespan.shutdown.complete"}})
        return
    server.capture("called", {{"number": int(scope["path"][1:]), "child": os.getpid()}})
    await send({{"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}})
    await send({{"type": "http.response.body", "body": b"done"}})
"""
)

HOSTS = {
    "gunicorn, forked before the application is loaded": ["gunicorn", "--workers", "3", "application:wsgi"],
    "gunicorn, forked after": ["gunicorn", "--workers", "3", "--preload", "application:wsgi"],
    "gunicorn with threads": [
        "gunicorn",
        "--workers",
        "2",
        "--threads",
        "4",
        "--preload",
        "application:wsgi",
    ],
    "uvicorn": ["uvicorn", "--log-level", "warning", "application:asgi"],
}


@contextmanager
def hosting(world: World, arguments: list[str]) -> Iterator[int]:
    """A server of others', on a port; ended as an operator would."""
    application = world.scratch / "application.py"
    text = APPLICATION.format(token=TOKEN, host=world.receiver.url, folder=str(world.folder))
    application.write_text(text, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    where = ["--bind", f"127.0.0.1:{port}"] if arguments[0] == "gunicorn" else ["--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", *arguments[:1], *where, *arguments[1:]],
        cwd=world.scratch,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert until(lambda: answers(port), SERVER_SECONDS)
        yield port
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=SERVER_SECONDS)
        assert "Traceback" not in stderr, stderr
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


def call(port: int, number: int) -> None:
    """A call that counts when it was answered; a busy machine may take its time."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SERVER_SECONDS)
    connection.request("GET", f"/{number}")
    assert connection.getresponse().read() == b"done"
    connection.close()


@pytest.mark.parametrize("arguments", HOSTS.values(), ids=HOSTS)
def test_a_real_server_under_load(world: World, arguments: list[str]) -> None:
    """Each call that was answered is reported once, by the worker that answered; none is lost at the end."""

    def calls(first: int) -> None:
        for number in range(first, first + 50):
            call(port, number)

    with hosting(world, arguments) as port:
        clients = [threading.Thread(target=calls, args=(first,)) for first in range(0, 200, 50)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        until(lambda: sorted(called(world)) == list(range(200)), SERVER_SECONDS)
        start = time.monotonic()
    assert time.monotonic() - start < SERVER_SECONDS / 2
    assert sorted(called(world)) == list(range(200))


def called(world: World) -> list[int]:
    return [
        int(str(number))
        for (name, _, number), times in kinds(world).items()
        if name == "called"
        for _ in range(times)
    ]


IMPORTS = """
import json, os, sys, threading
from arcade_usage.adapters.process import hooks
held, ungated = [], []
enter, leave = hooks.ImportGate.__enter__, hooks.ImportGate.__exit__
def hold(gate): enter(gate); held.append(gate)
def let_go(gate, *error): held.pop(); leave(gate, *error)
hooks.ImportGate.__enter__, hooks.ImportGate.__exit__ = hold, let_go
def watch(event, arguments):
    if event == "import" and threading.current_thread().name == "arcade-usage" and not held:
        ungated.append(arguments[0])
import arcade_usage
server = arcade_usage.server_tracker(
    distribution="arcade-usage", project_token={token!r}, host={host!r}, config_dir={folder!r}
)
sys.addaudithook(watch)
server.capture("first", {{"number": 1, "text": "a text"}})
os.read(0, 1)
print(json.dumps(ungated))
"""


def test_the_worker_imports_nothing_that_a_fork_does_not_wait_for(world: World) -> None:
    """From its first event, which creates the identity, to the batch that PostHog has accepted."""
    script = IMPORTS.format(token=TOKEN, host=world.receiver.url, folder=str(world.folder))
    with subprocess.Popen(
        [sys.executable, "-c", PATIENT + script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert until(lambda: [event.name for event in world.persons.events] == ["first"])
        output, _ = process.communicate("\n")
    assert json.loads(output) == []
