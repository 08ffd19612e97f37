"""What the user allows: recorded here and not sent, and sent without the texts of errors."""

import json
import re
from typing import Any

import pytest

import arcade_usage
from arcade_usage.adapters.storage import config_folder
from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import delivering_here, here, run_here
from tests.e2e.world import TOKEN, World, until

SECRET = "the project of Ada is not there"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capsys)


def choose(shell: Shell, world: World, *choice: str) -> Any:
    ran = shell(*choice, "--config-dir", world.folder, "--json")
    assert (ran.code, ran.err) == (0, "")
    return ran.content


def log(shell: Shell, world: World) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = shell("log", "--config-dir", world.folder, "--json").content
    return content


def on_disk(world: World) -> bytes:
    return b"".join(path.read_bytes() for path in world.folder.rglob("*") if path.is_file())


def test_local_events_are_recorded_and_never_sent(shell: Shell, world: World) -> None:
    """Nothing leaves, not even a question whose the login is; and nothing of it leaves when it is on again."""
    assert choose(shell, world, "local")["tracking"] == "local"
    world.run("fails", success=False, error_message=SECRET)
    with delivering_here(world):
        world.log_in("principal-1")
        world.log_out()
    assert (world.receiver.requests, world.waiting) == ([], [])
    copies = log(shell, world)
    assert {copy["message"]["properties"]["command_name"] for copy in copies} == {"fails", "login", "logout"}
    (failed,) = [copy for copy in copies if copy["message"]["event"] == "CLI execution failed"]
    assert (failed["sent_at"], failed["message"]["properties"]["error_message"]) == (None, SECRET)
    assert failed["recorded_at"] is not None
    assert choose(shell, world, "on") == {"tracking": "on", "taken_back": True, "error_texts": True,
                                         "reasons": [], "reasons_text": []}  # fmt: skip
    run_here(world, "on again")
    assert shell("flush", "--config-dir", world.folder).code == 0
    assert set(world.events) == {"on again"}
    assert [copy["sent_at"] is None for copy in log(shell, world)] == [True, True, True, False]


@here
def test_local_drops_what_waits(shell: Shell, world: World) -> None:
    """As off does; it was meant to be sent, and is not."""
    world.receiver.posthog = DOWN
    world.run("waits")
    assert choose(shell, world, "local")["dropped"] == 1
    world.receiver.posthog = WELL
    world.run("local")
    choose(shell, world, "on")
    assert shell("flush", "--config-dir", world.folder).code == 0
    assert world.events == {}


@pytest.mark.parametrize("level", ["off", "local"])
def test_what_was_done_before_is_nobody_elses_afterwards(shell: Shell, world: World, level: str) -> None:
    """Another account came and went meanwhile, which no event tells: the fresh id alone is attached."""
    world.run("before")
    before = world.anon_id
    choose(shell, world, level)
    world.store_credentials("principal-1")
    world.run("unseen")
    world.store_credentials("principal-2")
    choose(shell, world, "on")
    world.run("after")
    world.settle()
    assert world.anon_id != before
    assert world.aliases() == {(world.anon_id, "principal-2")}
    assert world.whose["after"] == "principal-2" != world.whose["before"]


@pytest.mark.parametrize("variable", ["DO_NOT_TRACK", "ARCADE_USAGE_TRACKING"])
@here
def test_on_beside_a_variable_changes_no_id(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """It is on for every command without the variable, and their ledger records which credentials are used."""
    world.run("before")
    before = world.anon_id
    monkeypatch.setenv(variable, "1" if variable == "DO_NOT_TRACK" else "0")
    assert shell("on", "--config-dir", world.folder).code == 3
    assert world.anon_id == before


@here
def test_local_says_so(shell: Shell, world: World) -> None:
    """In status, show, log, flush and on; exit code 3, since nothing is sent."""
    choose(shell, world, "local")
    world.run("local")
    path = world.folder / "usage" / "off"
    status = shell("status", "--config-dir", world.folder)
    assert status.code == 3
    assert "Usage tracking is local: events are recorded here and not sent." in status.out
    assert f"you keep events on this machine ({path})" in status.out
    assert re.search(r"choice +local, .* ago \(", status.out)
    content = shell("status", "--config-dir", world.folder, "--json").content
    assert (content["tracking"], content["reasons"]) == ("local", ["local"])
    assert [(each["level"], each["path"]) for each in content["choices"]] == [("local", str(path))]
    assert content["choices"][0]["at"] is not None
    assert "not sent" in shell("log", "--config-dir", world.folder).out
    shown = shell("show", "--config-dir", world.folder)
    assert (shown.code, "Nothing would be sent: tracking is local." in shown.out) == (3, True)
    flushed = shell("flush", "--config-dir", world.folder)
    assert (flushed.code, "Nothing was sent: tracking is local." in flushed.out) == (3, True)


@here
def test_forget_erases_local_copies_and_requests_nothing_for_them(shell: Shell, world: World) -> None:
    """The one-off ids of events that were never sent are not PostHog's to erase."""
    choose(shell, world, "local")
    world.run("local")
    (copy,) = log(shell, world)
    erased = shell("forget", "--config-dir", world.folder, "--yes", "--json").content
    assert erased["erased"]["copies"] == 1
    assert copy["message"]["distinct_id"] in erased["anonymous_ids"]  # that of usage.json
    assert log(shell, world) == []


def test_a_running_server_follows_the_choice(shell: Shell, world: World) -> None:
    """Each event by the choice at its time; what was recorded is not sent afterwards."""
    tool = arcade_usage.Tool(
        distribution="arcade-usage", project_token=TOKEN, host=world.receiver.url, config_dir=world.folder
    )
    choose(shell, world, "local")
    with tool.server() as server:
        server.capture("local")
        assert until(lambda: len(log(shell, world)) == 1)
        assert world.receiver.requests == []
        choose(shell, world, "on")
        server.capture("sent")
        assert until(lambda: len(world.persons.events) == 1)
        choose(shell, world, "off")
        server.capture("off")
    assert [event.name for event in world.persons.events] == ["sent"]
    names = [(copy["message"]["event"], copy["sent_at"] is None) for copy in log(shell, world)]
    assert names == [("local", True), ("sent", False)]
    assert world.waiting == []


@here
def test_without_errors_no_text_is_stored_or_sent(shell: Shell, world: World) -> None:
    """The rest of the event is as before; `show` shows it so, and `on` sends the texts again."""
    assert choose(shell, world, "on", "--without-errors")["error_texts"] is False
    world.receiver.posthog = DOWN
    world.run("fails", success=False, error_message=SECRET)
    assert len(world.waiting) == 1
    assert SECRET.encode() not in on_disk(world)
    world.receiver.posthog = WELL
    assert shell("flush", "--config-dir", world.folder).code == 0
    assert "error_message" not in world.events["fails"].properties
    assert world.events["fails"].properties["outcome"] == "error"
    shown = shell("show", "--config-dir", world.folder, "--error", SECRET, "--json").content
    assert "error_message" not in shown["event"]["properties"]
    status = shell("status", "--config-dir", world.folder)
    assert (status.code, "you withhold the texts of errors" in status.out) == (0, True)
    choose(shell, world, "on")
    world.run("fails again", success=False, error_message=SECRET)
    assert world.events["fails again"].properties["error_message"] == SECRET


@here
def test_without_errors_the_texts_that_wait_are_not_sent_either(shell: Shell, world: World) -> None:
    """They were stored before the choice; their events are sent without them."""
    world.receiver.posthog = DOWN
    world.run("fails", success=False, error_message=SECRET)
    choose(shell, world, "on", "--without-errors")
    world.receiver.posthog = WELL
    assert shell("flush", "--config-dir", world.folder).code == 0
    assert "error_message" not in world.events["fails"].properties
    assert SECRET not in json.dumps(log(shell, world))


def test_an_administrator_turns_it_off_for_every_user(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a user chooses, `status` and `on` name the file."""
    path = world.scratch / "usage-off"
    path.touch()
    monkeypatch.setattr(config_folder, "MACHINE_OFF_FILE", str(path))
    world.run("off")
    assert not world.folder.exists()
    ran = shell("on", "--config-dir", world.folder)
    assert (ran.code, f"an administrator turned it off for this machine ({path})" in ran.out) == (3, True)
    assert shell("status", "--config-dir", world.folder, "--json").content["reasons"] == ["machine"]
