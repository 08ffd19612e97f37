"""`doctor`: each step from the switch to a delivered event.

Runs in this process, except where the process is what is checked; `test_where_all_is_well_every_step_says_so`
runs all of it in a tool as a process of its own.
"""

import json
import os
import pty
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.demo.receiver import Behaviour
from arcade_usage.domain.checkup import TEST_EVENT
from arcade_usage.domain.notice import Notice
from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS
from tests.adapters.failing_networks import FailingNetwork
from tests.e2e.cli.running import Ran, Shell, tree
from tests.e2e.cli.tools import RealTool, Steps, steps_of, tool
from tests.e2e.deliveries import here, run_here
from tests.e2e.world import PATIENCE_SECONDS, World

LOCAL = ("switch", "configuration", "version", "config_folder", "delivery_process")
NETWORK = ("account", "posthog", "test_event", "link")


Doctor = Callable[..., Steps]


@pytest.fixture
def doctor(usage: Callable[..., Ran]) -> Doctor:
    """Runs `doctor` of a tool in this process. Named arguments replace values of a right configuration."""
    return lambda *options, **configuration: steps_of(
        usage("doctor", "--json", *(options or ("--yes",)), **configuration)
    )


@pytest.fixture
def startable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The delivery process starts and shows its event: for tests of the other steps."""
    monkeypatch.setattr(DetachedLauncher, "launch_and_read", lambda *_: "shown")


# The same in a tool as a process of its own.
STARTABLE = (
    "from arcade_usage.adapters.process.launcher import DetachedLauncher\n"
    "DetachedLauncher.launch_and_read = lambda *_: 'shown'"
)


def files(world: World) -> dict[str, bytes]:
    """What identities consist of."""
    return {
        path: content
        for path, content in tree(world.folder).items()
        if path.endswith(("usage.json", "ledger.json"))
    }


def sent(world: World) -> list[dict[str, object]]:
    return [message for batch in world.receiver.batches() for message in batch["batch"]]


def test_where_all_is_well_every_step_says_so(world: World) -> None:
    """One event was delivered, under an id of its own and without a person."""
    run_here(world, "earlier")
    before = files(world)
    code, steps = tool(world).doctor()
    assert (code, {step: result for step, (result, _) in steps.items()}) == (
        0,
        {**dict.fromkeys((*LOCAL, *NETWORK), "ok"), "link": "skipped"},
    )
    assert files(world) == before
    event = world.persons.events[-1]
    assert (event.name, event.properties[PERSONLESS]) == (TEST_EVENT, False)
    assert event.distinct_id != world.anon_id
    assert len(world.persons.events) == 2
    assert "no credentials are stored" in steps["account"][1]


@pytest.mark.usefixtures("startable")
def test_log_shows_the_event_of_a_first_checkup(shell: Shell, world: World, doctor: Doctor) -> None:
    """No command has run, so nothing else is in the folder; `arcade-usage log` finds it without the tool."""
    code, _ = doctor()
    (copy,) = shell("log", "--config-dir", world.folder, "--json").content
    assert (code, copy["message"]["event"], copy["to"]) == (0, TEST_EVENT, world.receiver.url)


@here
@pytest.mark.usefixtures("startable")
def test_a_link_is_repeated_for_the_account_that_has_it(world: World, doctor: Doctor) -> None:
    """The same alias as before, which changes nothing for PostHog and nothing on disk."""
    world.run("earlier")
    world.log_in("principal-1")
    world.settle()
    before, persons, aliases = files(world), world.persons.person_of_id, world.aliases()
    code, steps = doctor()
    assert (code, steps["link"][0]) == (0, "ok")
    assert [message["event"] for message in sent(world)[-2:]] == [TEST_EVENT, ALIAS_EVENT]
    assert world.aliases() == aliases
    assert files(world) == before
    assert world.persons.person_of_id.items() >= persons.items()


@here
@pytest.mark.usefixtures("startable")
@pytest.mark.parametrize("how", ["not linked yet", "another account"])
def test_no_link_is_made(world: World, doctor: Doctor, how: str) -> None:
    """To an account that this installation is not linked to: that is a command's to decide."""
    world.run("earlier")
    if how == "another account":
        world.log_in("principal-1")
        world.settle()
    world.store_credentials("principal-2")
    before, aliases = files(world), world.aliases()
    code, steps = doctor()
    assert (code, steps["account"][0], steps["link"][0]) == (0, "ok", "skipped")
    assert world.aliases() == aliases
    assert files(world) == before


def test_offline_sends_and_writes_nothing(world: World, doctor: Doctor) -> None:
    """The steps on this machine are checked."""
    code, steps = doctor("--offline")
    assert (code, {result for result, _ in steps.values()}) == (0, {"ok", "skipped"})
    assert steps["test_event"] == ("skipped", "not tried: --offline")
    assert world.receiver.requests == []
    assert not world.folder.exists()


@pytest.mark.parametrize(
    ("variables", "process"),
    [({"DO_NOT_TRACK": "1"}, "skipped"), ({"ARCADE_USAGE_DEBUG": "1"}, "ok")],
    ids=["off", "debug"],
)
def test_off_means_off(
    world: World, doctor: Doctor, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], process: str
) -> None:
    """Nothing is sent or written, although --yes agrees to it; only debug starts a process, as it always does."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    code, steps = doctor()
    assert (code, steps["switch"][0], steps["delivery_process"][0]) == (1, "failed", process)
    assert f"{next(iter(variables))} is set" in steps["switch"][1]
    assert {steps[step][0] for step in NETWORK} == {"skipped"}
    assert world.receiver.requests == []
    assert not world.folder.exists()


@here
@pytest.mark.usefixtures("startable")
def test_a_wrong_configuration_is_the_failed_step(world: World, doctor: Doctor) -> None:
    """With what to change; nothing is sent, not to another project either."""
    world.run("earlier")
    requests = len(world.receiver.requests)
    code, steps = doctor(host="us.i.posthog.com", distribution="no-such-package")
    assert code == 1
    assert (steps["switch"][0], steps["configuration"][0], steps["version"][0]) == ("ok", "failed", "failed")
    assert "begin with https://" in steps["configuration"][1]
    assert "Tool(version=...)" in steps["version"][1]
    assert len(world.receiver.requests) == requests


@pytest.mark.usefixtures("startable")
def test_an_unknown_version_does_not_keep_the_test_event_back(doctor: Doctor, world: World) -> None:
    """It is a failed step, and the event arrives all the same: a tool is tried before it is installed."""
    code, steps = doctor(distribution="no-such-package")
    assert (code, steps["version"][0], steps["test_event"][0]) == (1, "failed", "ok")
    assert [event["event"] for event in sent(world)] == [TEST_EVENT]


@pytest.mark.usefixtures("startable")
def test_a_named_version_is_one(doctor: Doctor) -> None:
    """Of a program whose package can't be found."""
    assert doctor("--offline", distribution="no-such-package", version="1.0")[0] == 0


@pytest.mark.usefixtures("startable")
def test_adapters_that_cannot_be_made_are_the_failed_step(doctor: Doctor) -> None:
    """By the factory's name and its error."""
    code, steps = doctor(adapters="no_such_module:adapters")
    assert (code, steps["configuration"][0], steps["delivery_process"][0]) == (1, "failed", "skipped")
    assert "no_such_module:adapters" in steps["configuration"][1]


@pytest.mark.usefixtures("startable")
def test_a_folder_that_is_a_file_is_the_failed_step(world: World, doctor: Doctor) -> None:
    """With its path."""
    world.folder.write_text("not a folder", encoding="utf-8")
    code, steps = doctor()
    assert (code, steps["config_folder"][0]) == (1, "failed")
    assert str(world.folder) in steps["config_folder"][1]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="needs root to give a folder away")
def test_a_folder_of_another_user_is_the_only_failed_step(world: World, doctor: Doctor) -> None:
    """What follows from it is not called a failure of its own: the delivery process would do nothing there."""
    world.folder.mkdir()
    os.chown(world.folder, 12345, 12345)
    code, steps = doctor(notice=Notice("a text", "a link"))
    assert (code, [step for step, (result, _) in steps.items() if result == "failed"]) == (
        1,
        ["config_folder"],
    )
    assert "not to root" in steps["config_folder"][1]
    assert steps["delivery_process"] == ("skipped", "not started: tracking is off, or a step above failed")


def test_a_program_that_is_no_python_is_the_failed_step(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen tool: its events wait for `flush`."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    code, steps = doctor()
    assert (code, steps["delivery_process"][0]) == (1, "failed")
    assert "`flush`" in steps["delivery_process"][1]


def test_a_delivery_process_that_does_nothing_is_the_failed_step(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpreter is a Python by its name, and ends at once."""
    stand_in = tmp_path / "python"
    stand_in.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    stand_in.chmod(0o700)
    monkeypatch.setattr(sys, "executable", os.fspath(stand_in))
    code, steps = doctor()
    assert (code, steps["delivery_process"][0]) == (1, "failed")
    assert "python -m arcade_usage" in steps["delivery_process"][1]


def test_a_notice_that_was_not_shown_is_the_failed_step(world: World) -> None:
    """Nothing is reported before; without a terminal it can't be shown."""
    script = (
        RealTool(world, {}, STARTABLE)
        .script()
        .replace(
            "tool = arcade_usage.Tool(",
            "tool = arcade_usage.Tool(notice=arcade_usage.Notice('text', 'link'), ",
        )
    )
    assert world.forks is not None
    done = world.forks.run(["-c", script, "usage", "doctor", "--yes", "--json"])
    steps = {step["step"]: step for step in json.loads(done.stdout)["steps"]}
    assert (done.returncode, steps["notice"]["result"]) == (1, "failed")
    assert world.receiver.requests == []


ANSWERS = {
    401: "does not accept the project token (401)",
    413: "the request is too large (413)",
    429: "gets too many requests (429)",
    503: "overloaded or down for a moment (503)",
}


@pytest.mark.usefixtures("startable")
@pytest.mark.parametrize(("status", "says"), ANSWERS.items(), ids=map(str, ANSWERS))
def test_an_answer_of_posthog_has_its_own_words(world: World, doctor: Doctor, status: int, says: str) -> None:
    """PostHog answers, and does not accept the event."""
    world.receiver.posthog = Behaviour(takes=False, status=status)
    code, steps = doctor()
    assert (code, steps["posthog"][0], steps["test_event"][0]) == (1, "ok", "failed")
    assert says in steps["test_event"][1]


@pytest.mark.usefixtures("startable")
@pytest.mark.parametrize("how", ["refused", "not found", "not trusted", "not TLS"])
def test_a_network_that_fails_has_its_own_words(
    world: World, doctor: Doctor, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostHog is not reached; each cause says what to check."""
    network = FailingNetwork(world.receiver, world.scratch, monkeypatch)
    if how == "refused":
        world.posthog_url, says = network.refused(), "refused the connection: check the address"
    elif how == "not found":
        world.posthog_url, says = "http://posthog.invalid", "was not found: check the address posthog.invalid"
        network.resolving(socket.EAI_NONAME)
    elif how == "not trusted":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        gate = network.gate(context)
        gate.open()
        world.posthog_url, says = (
            gate.url,
            "is not trusted: if your network inspects TLS, set REQUESTS_CA_BUNDLE",
        )
    else:
        world.posthog_url, says = network.tls_to_plain(), "does not speak TLS: check the port"
    try:
        code, steps = doctor()
    finally:
        network.close()
    assert (code, steps["posthog"][0], steps["test_event"][0]) == (1, "failed", "skipped")
    assert says in steps["posthog"][1]


@pytest.mark.usefixtures("startable")
def test_a_login_that_is_not_accepted_is_said(world: World, doctor: Doctor) -> None:
    """401 of Arcade Cloud; PostHog is well."""
    world.store_credentials("principal-1")
    world.receiver.principals.clear()
    code, steps = doctor()
    assert (code, steps["account"][0], steps["test_event"][0]) == (1, "failed", "ok")
    assert "log in again" in steps["account"][1]


def test_without_a_terminal_nothing_is_sent_unasked(world: World) -> None:
    """Exit code 2, and how to agree."""
    ran = RealTool(world, {}, STARTABLE)("usage", "doctor")
    assert ran.code == 2
    assert "--offline" in ran.err
    assert world.receiver.requests == []


@pytest.mark.parametrize(("answer", "events", "columns"), [("y", 1, 80), ("n", 0, 40)])
def test_it_says_what_it_sends_and_asks(world: World, answer: str, events: int, columns: int) -> None:
    """On a terminal, before anything is sent; on a narrow one the address is folded, and not cut."""
    near, far = pty.openpty()
    assert world.forks is not None
    command = ["-c", RealTool(world, {}, STARTABLE).script(), "usage", "doctor"]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    process = world.forks.start(command, far, far, far, environment=environment)
    os.close(far)
    shown = ""
    while "Send this?" not in shown:
        shown += os.read(near, 65536).decode()
    assert world.receiver.requests == []
    assert "…" not in shown
    says = " ".join(shown.split())
    assert columns == 40 or (TEST_EVENT in says and world.receiver.url in says)
    os.write(near, f"{answer}\n".encode())
    with suppress(OSError):  # the other end is closed
        while os.read(near, 65536):
            pass
    os.close(near)
    assert process.wait(PATIENCE_SECONDS) == 0
    assert len(world.persons.events) == events


@here
@pytest.mark.usefixtures("startable")
def test_the_console_script_checks_the_projects_of_a_folder(world: World, shell: Shell) -> None:
    """Those that events were reported to; a project can be named too. It knows no tool."""
    folder = ("--config-dir", str(world.folder))
    assert shell("doctor", "--yes", *folder).code == 0
    assert world.receiver.requests == []
    world.run("earlier")
    ran = shell("doctor", "--yes", "--json", *folder)
    steps = {step["step"]: step for step in ran.content["steps"]}
    assert (ran.code, steps["configuration"]["result"]) == (0, "skipped")
    assert steps["test_event"]["host"] == world.receiver.url
    assert world.persons.events[-1].name == TEST_EVENT
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = f"http://127.0.0.1:{server.getsockname()[1]}"
    ran = shell("doctor", "--yes", "--json", "--host", free, "--token", "phc_other", *folder)
    assert ran.code == 1
    assert [step["result"] for step in ran.content["steps"] if step["step"] == "posthog"] == ["failed"]
