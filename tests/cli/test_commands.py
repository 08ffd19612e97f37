"""The commands as a person runs them, on real files and real deliveries: what they print, and their exit codes."""

import json
import os
from pathlib import Path

import pytest

from arcade_usage.demo.receiver import DOWN, WELL
from tests.cli.running import Shell
from tests.e2e.world import TOKEN, World

# Typer 0.16 imports what newer Clicks deprecate.
pytestmark = pytest.mark.filterwarnings("ignore:'click.:DeprecationWarning")

SECRET = "sk-abcdef0123456789abcdef0123456789"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


# status


def test_status_before_the_first_command(shell: Shell, world: World) -> None:
    """On, none yet; and looking makes no folder."""
    ran = shell("status", "--config-dir", world.folder)
    assert (ran.code, ran.err) == (0, "")
    assert "Usage tracking is on." in ran.out
    assert "none yet" in ran.out
    assert not world.folder.exists()


def test_status_tells_who_and_how_delivery_goes(shell: Shell, world: World) -> None:
    """Linked, with shortened ids; the last delivery, the last failure, what waits and when it is tried again."""
    world.log_in("principal-1-of-somebody")
    world.settle()
    world.receiver.posthog = DOWN
    world.run("waits")
    status = shell("status", "--config-dir", world.folder, "--json").content
    assert status["identity"] == {
        "state": "linked",
        "anon_id": f"{world.anon_id[:8]}...",
        "principal_id": "principa...",
        "links_to_send": 0,
    }
    (sink,) = status["sinks"]
    assert (sink["host"], sink["waiting"], sink["undecided"]) == (world.receiver.url, 1, 0)
    assert sink["last_delivery"]["events"] == 1
    assert "503" in sink["last_failure"]["reason"]
    assert (sink["failures_in_a_row"], sink["next_attempt"] is not None) == (1, True)
    assert list(status["troubles"]) == ["unreachable"]
    text = shell("status", "--config-dir", world.folder).out
    assert "1 event, the oldest from" in text
    assert world.anon_id not in text


def test_status_gives_every_reason_for_off(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also the file of a choice; the exit code is 3."""
    shell("off", "--config-dir", world.folder)
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    ran = shell("status", "--config-dir", world.folder)
    assert ran.code == 3
    assert "Usage tracking is off:" in ran.out
    assert "DO_NOT_TRACK is set" in ran.out
    assert f"you turned it off ({world.folder / 'usage' / 'off'})" in ran.out


@pytest.mark.parametrize("spoilt", ["usage.json", "usage/ledger.json"])
def test_status_tells_of_malformed_files(shell: Shell, world: World, spoilt: str) -> None:
    """By their names; the file stays as it is."""
    world.run("earlier")
    (world.folder / spoilt).write_text("{", encoding="utf-8")
    ran = shell("status", "--config-dir", world.folder)
    assert f"! {spoilt} does not say what it should" in ran.out
    assert (world.folder / spoilt).read_text(encoding="utf-8") == "{"


def test_status_of_a_debugging_shell_says_so(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On, but nothing is sent."""
    monkeypatch.setenv("ARCADE_USAGE_DEBUG", "1")
    assert "shown on stderr, and not sent" in shell("status", "--config-dir", world.folder).out


# off and on


def test_off_drops_what_waits_and_on_takes_it_back(shell: Shell, world: World) -> None:
    """Nothing but the choice's file is written; what was sent stays to be seen."""
    world.run("sent")
    world.receiver.posthog = DOWN
    world.run("waits")
    before = tree(world.folder)
    ran = shell("off", "--config-dir", world.folder)
    assert (ran.code, world.waiting) == (0, [])
    assert "1 event that waited was dropped." in ran.out
    after = tree(world.folder)
    assert set(after) - set(before) == {str(world.folder / "usage" / "off")}
    assert {path: after[path] for path in before if path in after} == {
        path: before[path] for path in before if path in after
    }
    assert len(shell("log", "--config-dir", world.folder, "--json").content) == 1
    world.receiver.posthog = WELL
    world.run("while off")
    assert shell("on", "--config-dir", world.folder).out == "Usage tracking is on.\n"
    world.run("on again")
    assert shell("flush", "--config-dir", world.folder).code == 0
    assert set(world.events) == {"sent", "on again"}


def test_off_drops_what_waits_for_every_sink(shell: Shell, world: World) -> None:
    """Also for one that nothing is known about any more."""
    world.receiver.posthog = DOWN
    for token in (TOKEN, "phc_other"):
        world.tracker_of(token).track_command_execution("waits", success=True)
    world.settle()
    assert len(world.waiting) == 2
    next(world.folder.glob("usage/outbox/*/sink.json")).unlink()
    assert shell("off", "--config-dir", world.folder, "--json").content["dropped"] == 2
    assert world.waiting == []


@pytest.mark.parametrize(
    "variable", ["DO_NOT_TRACK is set", "ARCADE_USAGE_TRACKING says so", "you turned it off"]
)
def test_on_says_what_still_says_off(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    """An environment variable, or the choice in ~/.arcade; exit code 3, but the choice here is taken back."""
    shell("off", "--config-dir", world.folder)
    if variable.startswith("you"):
        shell("off")
    else:
        monkeypatch.setenv(variable.split()[0], "1" if "DO_NOT" in variable else "0")
    ran = shell("on", "--config-dir", world.folder)
    assert (ran.code, (world.folder / "usage" / "off").exists()) == (3, False)
    assert "still off:" in ran.out
    assert variable in ran.out
    if variable.startswith("you"):
        assert f"on --config-dir {tmp_path / 'home' / '.arcade'}" in ran.out
        assert shell("on").code == 0
    assert shell("on", "--config-dir", world.folder, "--json").content["taken_back"] is False


# show


def test_show_is_what_the_next_command_sends(shell: Shell, world: World) -> None:
    """But for its id and its times: the same event, properties, and distinct id arrive; showing writes nothing."""
    world.run("earlier")
    before = tree(world.folder)
    requests = len(world.receiver.requests)
    shown = shell(
        "show", "toolkit.run", "--error", f"bad key {SECRET}", "--config-dir", world.folder, "--json"
    )
    assert (tree(world.folder), len(world.receiver.requests), shown.code) == (before, requests, 0)
    world.run("toolkit.run", success=False, error_message=f"bad key {SECRET}", duration_ms=1.5,
              monotonic_start=1.0, monotonic_end=2.0)  # fmt: skip
    (sent,) = world.receiver.batches()[-1]["batch"]
    event = shown.content["event"]
    assert (event["event"], event["distinct_id"]) == (sent["event"], sent["distinct_id"])
    own = {"duration_ms", "device_start_timestamp", "device_end_timestamp"}
    assert event["properties"].keys() == sent["properties"].keys()
    assert {name: event["properties"][name] for name in event["properties"] if name not in own} == {
        name: sent["properties"][name] for name in sent["properties"] if name not in own
    }
    assert SECRET not in shown.out


def test_show_gives_each_property_with_its_reason(shell: Shell, world: World) -> None:
    """As a table for people, with as whom."""
    world.log_in("principal-1")
    world.settle()
    ran = shell("show", "--config-dir", world.folder)
    assert "as the account that is logged in. Nothing was sent." in ran.out
    assert "principal-1" in ran.out
    (line,) = [line for line in ran.out.splitlines() if line.startswith("os_type")]
    assert line.endswith("which systems have to be supported")


def test_show_in_an_unused_folder_makes_none(shell: Shell, world: World) -> None:
    """As a new id, to a tool that is not known."""
    ran = shell("show", "--config-dir", world.folder)
    assert (ran.code, world.folder.exists()) == (0, False)
    assert "a new random id" in ran.out


def test_show_while_off_says_that_nothing_would_be_sent(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it would be otherwise; exit code 3."""
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    ran = shell("show", "--config-dir", world.folder)
    assert ran.code == 3
    assert ran.out.startswith("Nothing would be sent: tracking is off.\n  DO_NOT_TRACK is set\n")
    assert shell("show", "--config-dir", world.folder, "--json").content["would_send"] is False


# log


def test_log_shows_what_was_sent_the_newest_last(shell: Shell, world: World) -> None:
    """Events and links, as whom; with --json each exactly as it was on the wire."""
    world.run("first")
    world.log_in("principal-1")
    world.settle()
    world.run("last", success=False, error_message="no such toolkit")
    ran = shell("log", "--config-dir", world.folder)
    lines = ran.out.splitlines()
    assert [line.split()[2] for line in lines[1:]] == ["first", "the", "login", "last"]
    assert lines[2].endswith("is principa...")
    assert lines[4].endswith("error: no such toolkit")
    told = shell("log", "--config-dir", world.folder, "--json").content
    on_the_wire = [message for batch in world.receiver.batches() for message in batch["batch"]]
    assert [each["message"] for each in told] == on_the_wire
    assert {each["to"] for each in told} == {world.receiver.url}


def test_log_shows_the_last_ones(shell: Shell, world: World) -> None:
    """As many as asked for, and says how many there are."""
    for name in ("one", "two", "three"):
        world.run(name)
    ran = shell("log", "-n", 2, "--config-dir", world.folder)
    assert [line.split()[2] for line in ran.out.splitlines()[1:3]] == ["two", "three"]
    assert "The last 2 of 3" in ran.out
    assert len(shell("log", "-n", 1, "--json", "--config-dir", world.folder).content) == 1


def test_log_of_what_never_arrived_is_empty(shell: Shell, world: World) -> None:
    """A copy is kept only of what PostHog accepted."""
    world.receiver.posthog = DOWN
    world.run("waits")
    assert shell("log", "--config-dir", world.folder, "--json").content == []
    assert "Nothing was sent" in shell("log", "--config-dir", world.folder).out


# flush


def test_flush_delivers_and_says_so(shell: Shell, world: World) -> None:
    """What a failure had put off goes now; exit code 3 while something waits, 0 when nothing does."""
    world.receiver.posthog = DOWN
    world.run("one")
    world.run("two")
    ran = shell("flush", "--config-dir", world.folder)
    assert (ran.code, ran.err) == (3, "")
    assert "2 events still waiting: what answered with 503 did not say that PostHog took it" in ran.out
    world.receiver.posthog = WELL
    ran = shell("flush", "--config-dir", world.folder)
    assert ran.code == 0
    assert "2 events delivered" in ran.out
    assert set(world.events) == {"one", "two"}
    assert shell("flush", "--config-dir", world.folder).out == "Nothing waits to be sent.\n"


def test_flush_tells_what_was_dropped_and_what_cannot_be_decided(shell: Shell, world: World) -> None:
    """A refused event is gone; one that Arcade Cloud has to be asked about waits."""
    world.run("earlier")
    world.receiver.posthog = DOWN
    world.run("bad")
    world.receiver.posthog = WELL.__class__(takes=False, status=400, body=b"{}")
    told = shell("flush", "--config-dir", world.folder, "--json").content
    assert (told["waiting"], told["sinks"][0]["dropped"]) == (0, {"PostHog refused it": 1})
    assert told["sinks"][0]["delivered"] == 0


@pytest.mark.parametrize("variable", ["DO_NOT_TRACK", "ARCADE_USAGE_DEBUG"])
def test_flush_sends_nothing_where_nothing_may_be_sent(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """It says why, and what waits stays."""
    world.receiver.posthog = DOWN
    world.run("waits")
    world.receiver.posthog = WELL
    requests, before = len(world.receiver.requests), tree(world.folder)
    monkeypatch.setenv(variable, "1")
    ran = shell("flush", "--config-dir", world.folder)
    assert (ran.code, len(world.receiver.requests), tree(world.folder)) == (3, requests, before)
    assert variable in ran.out
    assert "1 event waiting." in ran.out


# forget


def test_forget_erases_everything_and_names_the_ids(shell: Shell, world: World) -> None:
    """No file but the host's names an id any more; what PostHog may hold is told, each id."""
    world.run("first")
    anon_id = world.anon_id
    world.log_in("principal-1")
    world.settle()
    (world.folder / "usage" / "malformed").mkdir()
    (world.folder / "usage" / "malformed" / "usage.json").write_text(anon_id, encoding="utf-8")
    (world.folder / "usage" / ".tmp-1-0123456789abcdef").write_text(anon_id, encoding="utf-8")
    (world.folder / ".tmp-of-the-host").write_text("kept", encoding="utf-8")
    world.receiver.posthog = DOWN
    world.run("waits")
    credentials = world.credentials.read_bytes()
    told = shell("forget", "--yes", "--json", "--config-dir", world.folder).content
    assert (told["principal_ids"], told["anonymous_ids"]) == (["principal-1"], [anon_id])
    assert told["erased"] == {"events_waiting": 1, "copies": 3}
    assert not (world.folder / "usage.json").exists()
    for path, content in tree(world.folder).items():
        assert anon_id.encode() not in content, path
        assert b"principal-1" not in content or path == str(world.credentials), path
    assert world.credentials.read_bytes() == credentials
    assert (world.folder / ".tmp-of-the-host").exists()
    assert "none yet" in shell("status", "--config-dir", world.folder).out


def test_forget_leaves_what_others_keep_in_usage_json(shell: Shell, world: World) -> None:
    """Unknown keys stay; the next command makes a new id beside them."""
    world.run("first")
    anon_id = world.anon_id
    path = world.folder / "usage.json"
    path.write_text(json.dumps({**world.usage, "of_others": [1]}), encoding="utf-8")
    shell("forget", "--yes", "--config-dir", world.folder)
    assert json.loads(path.read_text(encoding="utf-8")) == {"of_others": [1]}
    status = shell("status", "--config-dir", world.folder, "--json").content
    assert (status["identity"]["state"], status["troubles"]) == ("none", {})
    world.run("afterwards")
    assert world.usage["of_others"] == [1]
    assert world.anon_id != anon_id


def test_forget_asks_first_and_refuses_where_nobody_answers(shell: Shell, world: World) -> None:
    """In a pipe, without --yes, nothing is erased."""
    world.run("first")
    before = tree(world.folder)
    ran = shell("forget", "--config-dir", world.folder)
    assert (ran.code, tree(world.folder)) == (2, before)
    assert "--yes" in ran.err


def test_forget_where_there_is_nothing_makes_nothing(shell: Shell, world: World) -> None:
    """Not even the folder."""
    ran = shell("forget", "--yes", "--config-dir", world.folder)
    assert (ran.code, world.folder.exists()) == (0, False)
    assert "PostHog holds nothing" in ran.out


# all of them


def test_host_and_token_name_a_sink(shell: Shell, world: World) -> None:
    """Of two that have an outbox here; what is no URL is a wrong command line."""
    world.receiver.posthog = DOWN
    for token in (TOKEN, "phc_other"):
        world.tracker_of(token).track_command_execution("waits", success=True)
    world.settle()
    world.receiver.posthog = WELL
    folder = ("--config-dir", world.folder)
    assert len(shell("status", "--json", *folder).content["sinks"]) == 2
    assert len(shell("status", "--json", "--token", "phc_other", *folder).content["sinks"]) == 1
    assert shell("flush", "--token", "phc_other", *folder).code == 0
    assert len(world.waiting) == 1
    assert shell("flush", "--host", "https://nowhere.example", *folder).out == "Nothing waits to be sent.\n"
    assert shell("status", "--host", "nowhere", "--token", "x", *folder).code == 2


COMMANDS = (("status",), ("off",), ("on",), ("show",), ("log",), ("flush",), ("forget", "--yes"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
@pytest.mark.parametrize("below", [False, True], ids=["is a file", "in a file"])
def test_a_config_folder_that_is_none_is_told(
    shell: Shell, tmp_path: Path, command: tuple[str, ...], below: bool
) -> None:
    """One clear message, exit code 1, no traceback."""
    taken = tmp_path / "taken"
    taken.write_text("not a folder", encoding="utf-8")
    folder = taken / "config" if below else taken
    ran = shell(*command, "--config-dir", folder)
    assert ran.code == 1
    told = f"{ran.out}{ran.err}"
    assert "can't be" in told
    assert str(folder) in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "command",
    [each for each in COMMANDS if each[0] not in ("off", "on")],
    ids=lambda command: str(command[0]),
)
def test_while_off_no_command_writes(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    """Off means off: nothing is made in an unused folder, and nothing is sent."""
    monkeypatch.setenv("ARCADE_USAGE_TRACKING", "0")
    shell(*command, "--config-dir", world.folder)
    assert not world.folder.exists()
    assert world.receiver.requests == []


@pytest.mark.parametrize("command", ["status", "off", "on", "show", "log", "flush", "forget"])
def test_help_teaches(shell: Shell, command: str) -> None:
    """Each command says what it does, and what its exit codes mean."""
    ran = shell(command, "--help")
    assert ran.code == 0
    assert "Exits with 0" in " ".join(ran.out.replace("│", " ").split())
    assert "--config-dir" in ran.out


@pytest.mark.parametrize("command", COMMANDS[:-1], ids=lambda command: str(command[0]))
def test_a_pipe_gets_plain_lines(shell: Shell, world: World, command: tuple[str, ...]) -> None:
    """No control sequence, no blank at a line's end, and paths unbroken."""
    world.run("first", success=False, error_message="x" * 200)
    ran = shell(*command, "--config-dir", world.folder)
    assert not {"\x1b", "\r"} & set(ran.out)
    assert [line for line in ran.out.splitlines() if line != line.rstrip()] == []


def test_the_default_folder_is_the_arcade_clis(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """$ARCADE_WORK_DIR, else ~/.arcade."""
    assert shell("status", "--json").content["config_dir"] == os.path.join(str(tmp_path), "home", ".arcade")
    monkeypatch.setenv("ARCADE_WORK_DIR", str(tmp_path / "work"))
    assert shell("status", "--json").content["config_dir"] == str(tmp_path / "work")
