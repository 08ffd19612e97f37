"""What today's tracking does wrong, measured, and this one must not: one test or more for a row of that table.

Rows that have a file of their own: the current folder (test_hostile_folder), switches that are not heard
(test_command_path), folders that can't be used (test_hosts_in_trouble), malformed files
(test_malformed_files), races (test_races), switched accounts and logouts (test_lifecycle).
"""

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from arcade_usage.demo.receiver import DOWN, HANGING, WELL, Behaviour
from tests.e2e.deliveries import here, run_here
from tests.e2e.gate import Gate
from tests.e2e.world import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # an older Typer uses what a newer Click is about to drop
    import typer

ALICE = "principal-alice"


@pytest.fixture
def gate(world: World) -> Iterator[Gate]:
    with Gate(world.receiver.url) as gate:
        yield gate
        world.settle()


ALIAS_TROUBLES = {
    "500": Behaviour(takes=False, status=500),
    "401": Behaviour(takes=False, status=401),
    "a proxy's page": Behaviour(takes=False, body=b"<html>log in to the Wi-Fi</html>"),
    "a redirect": Behaviour(takes=False, status=302, headers={"Location": "/login"}),
    "cut off": Behaviour(takes=False, replies=False),
    "dead": HANGING,
    "refused": WELL,
}


@here
@pytest.mark.parametrize("trouble", ALIAS_TROUBLES)
def test_an_alias_that_fails_at_login_is_made_up_for(world: World, gate: Gate, trouble: str) -> None:
    """Row "alias fails at login": no link is stored, and once PostHog is well the whole history is hers."""
    world.posthog_url = gate.url
    if trouble != "refused":
        gate.open()
    world.run("before")
    world.receiver.posthog = ALIAS_TROUBLES[trouble]
    world.log_in(ALICE)
    world.settle()
    assert world.linked_to() is None
    world.receiver.posthog = WELL
    if trouble == "refused":
        gate.open()
    world.let_hours_pass(2)
    world.run("after")
    assert world.linked_to() == ALICE
    assert world.whose == dict.fromkeys(("before", "login", "after"), ALICE)


def test_an_unreachable_cloud_costs_a_command_nothing(world: World) -> None:
    """Figure "cloud API unreachable: 6.1 s at every command": the tool never asks, and is let go at once."""
    world.receiver.cloud = HANGING
    world.store_credentials(ALICE)
    for name in ("first", "second"):
        world.start(name)
        assert world.processes[-1].poll() is None  # it asks, and the tool goes on
    world.settle()
    assert world.whose == dict.fromkeys(("first", "second"), world.anon_id)


@here
def test_what_was_done_offline_arrives(world: World) -> None:
    """Row "5 commands offline, then 2 online: 2 of 7 arrive": all seven do, oldest first, each once."""
    world.receiver.posthog = DOWN
    names = [f"offline {number}" for number in range(5)]
    for name in names:
        world.run(name)
    assert len(world.waiting) == 5
    world.receiver.posthog = WELL
    world.let_hours_pass(2)
    for name in ("online 5", "online 6"):
        world.run(name)
    assert list(world.events) == [*names, "online 5", "online 6"]
    assert set(world.whose.values()) == {world.anon_id}
    assert world.waiting == []


ENDINGS: dict[str, tuple[BaseException | None, str | None]] = {
    "typer.Exit(0)": (typer.Exit(0), None),
    "typer.Exit(2)": (typer.Exit(2), "exit"),
    "sys.exit(0)": (SystemExit(0), None),
    "sys.exit(1)": (SystemExit(1), "exit"),
    "sys.exit(text)": (SystemExit("no such toolkit"), "exit"),
    "Ctrl-C": (KeyboardInterrupt(), "interrupted"),
    "abort": (typer.Abort(), "interrupted"),
    "usage error": (typer.BadParameter("no such option"), "usage"),
    "error": (ValueError("no such toolkit"), "error"),
    "nothing": (None, None),
}


@here
def test_every_way_to_end_is_told_apart(world: World) -> None:
    """Row "typer.Exit(0)": a success; exits, Ctrl-C and usage errors are failures of their own kinds."""
    for name, (error, _) in ENDINGS.items():
        with suppress(BaseException), world.tracker().command(name):
            if error is not None:
                raise error
    world.settle()
    outcomes = {name: event.properties.get("outcome") for name, event in world.events.items()}
    assert outcomes == {name: outcome for name, (_, outcome) in ENDINGS.items()}
    failed = {name for name, event in world.events.items() if event.name == "CLI execution failed"}
    assert failed == {name for name, (_, outcome) in ENDINGS.items() if outcome}


SECRETS = ("arc_" + "o1Xy7Zq2Lm4Tv8Bw3Nc6", "jane.doe@example.org", "hunter2-horse", "/home/jane")
MESSAGE = (
    f"401 for key {SECRETS[0]} of {SECRETS[1]} at https://jane:{SECRETS[2]}@example.org/x?token={SECRETS[2]}"
    f" while reading {SECRETS[3]}/project/file.py"
)


@here
def test_no_secret_is_written_or_sent(world: World) -> None:
    """Row "token, home path, e-mail in an error message": neither on disk while offline, nor on the wire."""
    world.receiver.posthog = DOWN
    world.run("failing", success=False, error_message=MESSAGE, properties={"note": MESSAGE, "url": MESSAGE})
    (record,) = world.waiting
    assert record["event"]["properties"]["error_message"].startswith("401 for key <redacted> of <email>")
    written = b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())
    sent = b"".join(request.body for request in world.receiver.requests)
    assert b"failing" in written
    assert b"failing" in sent
    for secret in SECRETS:
        assert secret.encode() not in written
        assert secret.encode() not in sent


def test_the_token_of_the_credentials_stays_in_its_file(world: World) -> None:
    """It is in no payload, in no file but its own, and in no request but the look-up's header."""
    world.store_credentials(ALICE)
    (token,) = world.receiver.principals
    assert token not in world.payload("kept back")
    world.log_in(ALICE)
    world.settle()
    run_here(world, "after")
    (look_up,) = world.receiver.look_ups()
    assert look_up.headers["authorization"] == f"Bearer {token}"
    assert token not in look_up.path
    for request in world.receiver.requests:
        if request is not look_up:
            assert token not in f"{request.headers}{request.path}"
            assert token.encode() not in request.body
    holders = {path for path in world.folder.rglob("*") if path.is_file() and token in read(path)}
    assert holders == {world.credentials}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def test_the_timestamp_is_when_the_command_ended(world: World) -> None:
    """Row "time stamp: the sender's": two hours late on its way, an event still says when it happened."""
    before = time.time()
    payload = world.payload("toolkit.run")
    after = time.time()
    world.let_hours_pass(2)
    command = [sys.executable, "-m", "arcade_usage"]
    environment = {**os.environ, "ARCADE_USAGE_EVENT_DATA": payload}
    assert (
        subprocess.run(command, env=environment, cwd=world.scratch, timeout=60, check=False).returncode == 0
    )
    ((event,),) = [batch["batch"] for batch in world.receiver.batches()]
    assert before <= datetime.fromisoformat(event["timestamp"]).timestamp() <= after


def test_a_killed_sender_loses_nothing(world: World) -> None:
    """Figure "sender with a dead server: killed, event lost": killed in the middle of it, the event arrives later."""
    world.receiver.posthog = HANGING
    world.start("killed")
    assert world.receiver.wait_until(lambda: bool(world.receiver.requests), 20)
    world.processes[-1].send_signal(signal.SIGKILL)
    world.settle()
    (record,) = world.waiting
    world.receiver.posthog = WELL
    world.let_hours_pass(2)
    run_here(world, "next")
    assert world.events["killed"].uuid == record["event"]["uuid"]
    assert world.waiting == []
