"""The delivery process: what it starts with, what it refuses, what it writes before it sends."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from arcade_usage.application.command.payload import PAYLOAD_LIMIT
from arcade_usage.demo.receiver import DOWN, WELL, Behaviour
from tests.e2e.deliveries import delivering_here, run_here
from tests.e2e.world import World, until

# In place of the SDK, so that it runs in the middle of a delivery: tells what the process is, and fails.
REPORTING = """
import json, os, subprocess, sys, time
child = [sys.executable, "-c", "import os; print(*os.environ)"]
names = subprocess.run(child, capture_output=True, text=True).stdout.split()
streams = [os.path.samestat(os.fstat(n), os.stat(os.devnull)) for n in (0, 1, 2)]
others = [n for n in range(3, 256) if os.path.exists(f"/proc/self/fd/{{n}}")]
open_files = [os.readlink(f"/proc/self/fd/{{n}}") for n in others]
while not os.path.exists({release!r}): time.sleep(0.01)
report = dict(pid=os.getpid(), session=os.getsid(0), folder=os.getcwd(), streams=streams, files=open_files,
    own_names=[*os.environ], childs_names=names, exists=os.path.isdir(os.getcwd()), path=sys.path)
with open({report!r} + ".new", "w") as file: json.dump(report, file)
os.rename({report!r} + ".new", {report!r})
raise ImportError("this was not the SDK")
"""


def deliver(world: World, payload: str | None, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the delivery process by hand, with what it prints."""
    data = {} if payload is None else {"ARCADE_USAGE_EVENT_DATA": payload}
    return subprocess.run(
        [sys.executable, "-m", "arcade_usage"],
        env={**os.environ, **data, **variables},
        cwd=world.scratch,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def instead_of_posthog(world: World, source: str) -> str:
    """A folder for PYTHONPATH where `posthog` is something else."""
    folder = world.scratch / "instead"
    folder.mkdir()
    (folder / "posthog.py").write_text(source, encoding="utf-8")
    return str(folder)


@contextmanager
def standing_in_for_streams(descriptor: int) -> Iterator[None]:
    """A file is stdin, stdout and stderr of this process, which a child would inherit."""
    kept = [os.dup(stream) for stream in (0, 1, 2)]
    for stream in (0, 1, 2):
        os.dup2(descriptor, stream)
    yield
    for stream, original in enumerate(kept):
        os.dup2(original, stream)
        os.close(original)


@pytest.mark.parametrize("command", ["toolkit.run", "login"])
def test_it_holds_nothing_of_the_users(world: World, command: str) -> None:
    """A session of its own, no terminal, no stream, no open file and no folder of the tool's."""
    report, release = world.scratch / "report.json", world.scratch / "release"
    source = REPORTING.format(report=str(report), release=str(release))
    world.monkeypatch.setenv("PYTHONPATH", instead_of_posthog(world, source))
    users = world.scratch / "users"
    users.mkdir()
    world.monkeypatch.chdir(users)
    kept_open = os.open(users / "open", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(kept_open, True)
    if command == "login":
        release.touch()
    with standing_in_for_streams(kept_open):
        world.start(command, is_login=command == "login")
    os.close(kept_open)
    (users / "open").unlink()
    world.monkeypatch.chdir(world.scratch)
    users.rmdir()
    release.touch()
    world.settle()
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["session"] == said["pid"] == world.processes[0].pid
    assert said["folder"] not in (str(users), str(world.scratch), str(world.folder))
    assert said["exists"]
    assert not [path for path in said["files"] if path.startswith(str(users))]
    assert str(users) not in said["path"]
    assert "" not in said["path"]
    assert said["streams"] == [True, True, True]


def test_what_it_starts_does_not_see_the_payload(world: World) -> None:
    """The payload leaves the environment at once: a child of the process could not track, nor read it."""
    report, release = world.scratch / "report.json", world.scratch / "release"
    release.touch()
    source = REPORTING.format(report=str(report), release=str(release))
    world.monkeypatch.setenv("PYTHONPATH", instead_of_posthog(world, source))
    world.run("toolkit.run")
    said = json.loads(report.read_text(encoding="utf-8"))
    for names in (said["own_names"], said["childs_names"]):
        assert "HOME" in names
        assert [name for name in names if name.startswith("ARCADE_")] == []


def test_without_a_payload_it_says_what_it_is_for(world: World) -> None:
    """Started by hand it points to the command line, exits with 2, and touches nothing."""
    done = deliver(world, None)
    assert (done.returncode, done.stdout) == (2, "")
    assert "arcade-usage --help" in done.stderr
    assert not (world.scratch / "home" / ".arcade").exists()


def forged(payload: str, **changes: Any) -> str:
    return json.dumps({**json.loads(payload), **changes})


def in_command(payload: str, **changes: Any) -> str:
    return forged(payload, command={**json.loads(payload)["command"], **changes})


MALFORMED: Mapping[str, Any] = {
    "empty": lambda _: "",
    "no JSON": lambda payload: payload[:-1],
    "null": lambda _: "null",
    "a list": lambda payload: f"[{payload}]",
    "deep": lambda _: "[" * 20_000,
    "too large": lambda payload: in_command(payload, error_message="x" * PAYLOAD_LIMIT),
    "of another version": lambda payload: forged(payload, version=1000),
    "version of another type": lambda payload: forged(payload, version=True),
    "without a folder": lambda payload: forged(payload, config_dir=""),
    "folder of another type": lambda payload: forged(payload, config_dir=["x"]),
    "a relative folder": lambda payload: forged(payload, config_dir="somewhere"),
    "folder with NUL": lambda payload: forged(payload, config_dir="/tmp/a\0b"),
    "without a sink": lambda payload: forged(payload, sink=None),
    "a sink that is a file": lambda payload: forged(
        payload, sink={"host": "file:///etc/passwd", "project_token": "phc_x"}
    ),
    "a sink without a token": lambda payload: forged(
        payload, sink={"host": "http://127.0.0.1:9", "project_token": " "}
    ),
    "without a snapshot": lambda payload: forged(payload, snapshot=None),
    "a snapshot of numbers": lambda payload: forged(payload, snapshot={"usage": 5, "ledger": 5}),
    "a stamp of text": lambda payload: forged(
        payload, snapshot={"usage": None, "ledger": None, "stamp": ["a"] * 5}
    ),
    "without a command": lambda payload: forged(payload, command=None),
    "name of another type": lambda payload: in_command(payload, name=5),
    "outcome that is none": lambda payload: in_command(payload, outcome="splendid"),
    "ended at no time": lambda payload: in_command(payload, ended_at=1e300),
    "ended at NaN": lambda payload: in_command(payload, ended_at=float("nan")),
    "ended at true": lambda payload: in_command(payload, ended_at=True),
    "login of another type": lambda payload: in_command(payload, is_login="yes"),
    "distribution of another type": lambda payload: forged(payload, distribution=None),
}


@pytest.mark.parametrize("forge", MALFORMED.values(), ids=MALFORMED)
def test_a_payload_that_is_none_is_nothing(world: World, forge: Any) -> None:
    """Exit code 0, not a word, nothing written, nothing sent."""
    payload = forge(world.payload("toolkit.run"))
    before = sorted(world.scratch.rglob("*"))
    done = deliver(world, payload)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(world.scratch.rglob("*")) == before
    assert world.receiver.requests == []


OFF_BY_NOW: Mapping[str, dict[str, str]] = {
    "stored": {},
    "tracking": {"ARCADE_USAGE_TRACKING": "no"},
    "do not track": {"DO_NOT_TRACK": "1"},
}


@pytest.mark.parametrize("variables", OFF_BY_NOW.values(), ids=OFF_BY_NOW)
def test_the_switch_is_read_again(world: World, variables: dict[str, str]) -> None:
    """What was launched while tracking was on is not written, and not sent, once it is off."""
    payload = world.payload("toolkit.run")
    if not variables:
        (world.folder / "usage" / "off").touch()
    before = sorted(world.folder.rglob("*"))
    done = deliver(world, payload, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(world.folder.rglob("*")) == before
    assert world.receiver.requests == []


def test_a_payload_by_hand_arrives(world: World) -> None:
    """What the tests above deliver in a damaged form arrives when it is whole, with nothing printed."""
    done = deliver(world, world.payload("toolkit.run"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert world.whose == {"toolkit.run": world.anon_id}


def test_the_record_is_there_before_the_network(world: World) -> None:
    """While PostHog is down the event waits with its verdict; later it arrives as it was written."""
    world.receiver.posthog = DOWN
    world.run("offline")
    (record,) = world.waiting
    assert record["attribution"] == {"distinct_id": world.anon_id, "personless": True}
    attempts = [event for batch in world.receiver.batches() for event in batch["batch"]]
    world.receiver.posthog = WELL
    world.let_hours_pass(2)
    run_here(world, "online")
    assert world.waiting == []
    assert world.whose == dict.fromkeys(("offline", "online"), world.anon_id)
    sent = [event for batch in world.receiver.batches() for event in batch["batch"]]
    repeats = [event for event in sent if event["properties"]["command_name"] == "offline"]
    assert len(attempts) == 1
    assert len(repeats) == 2
    for event in repeats:
        assert (event["uuid"], event["timestamp"]) == (attempts[0]["uuid"], attempts[0]["timestamp"])
        assert event["distinct_id"] == attempts[0]["distinct_id"]
    assert attempts[0]["uuid"] == record["event"]["uuid"]


def test_a_record_is_there_before_the_sdk_is(world: World) -> None:
    """The event is on disk, whole, while the SDK is still being imported."""
    release, held = world.scratch / "release", world.scratch / "held"
    source = (
        f"import os, time\nopen({str(held)!r}, 'w').close()\n"
        f"while not os.path.exists({str(release)!r}): time.sleep(0.01)\nraise ImportError"
    )
    world.monkeypatch.setenv("PYTHONPATH", instead_of_posthog(world, source))
    world.start("held up")
    assert until(held.exists)
    waiting = [record["event"]["properties"]["command_name"] for record in world.waiting]
    release.touch()
    assert waiting == ["held up"]


def test_what_is_turned_off_while_it_is_on_its_way_is_not_sent(world: World) -> None:
    """Off while the cloud is being asked: neither the alias nor the event goes out, and nobody is linked."""
    world.receiver.cloud = Behaviour(hang_seconds=0.5)
    world.store_credentials("principal-1")
    world.start("toolkit.run")
    assert world.receiver.wait_until(lambda: bool(world.receiver.look_ups()), 20)
    (world.folder / "usage" / "off").touch()
    world.settle()
    assert world.receiver.batches() == []
    assert world.linked_to() is None


def test_while_posthog_is_given_a_rest_nothing_is_tried(world: World) -> None:
    """A command soon after a failure costs neither an attempt nor an import of the SDK; a login makes up for it."""
    world.receiver.posthog = DOWN
    run_here(world, "first")
    attempts = len(world.receiver.requests)
    imported = world.scratch / "imported"
    source = f"open({str(imported)!r}, 'w').close()\nraise ImportError"
    with world.monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", instead_of_posthog(world, source))
        world.run("second")
    assert not imported.exists()
    assert len(world.receiver.requests) == attempts == 1
    world.receiver.posthog = WELL
    with delivering_here(world):
        world.log_in("principal-1")
    assert world.whose == dict.fromkeys(("first", "second", "login"), "principal-1")
    assert world.waiting == []
