"""`log`: what was sent."""

import json
import time
from datetime import datetime

import pytest

from arcade_usage.demo.receiver import DOWN
from tests.e2e.cli.copies import keep
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import here
from tests.e2e.world import World


@here
def test_log_shows_what_was_sent_the_newest_last(shell: Shell, world: World) -> None:
    """Events and links, as whom; with --json each exactly as it was on the wire."""
    world.run("first")
    world.log_in("principal-1")
    world.settle()
    world.run("last", success=False, error_message="no such toolkit")
    ran = shell("log", "--config-dir", world.folder)
    lines = ran.out.splitlines()
    assert [line.split()[2] for line in lines[1:]] == ["first", "random", "login", "last"]
    assert lines[2].split()[-4:] == ["principa...", f"{world.anon_id[:8]}...", "to", "principa..."]
    assert lines[4].endswith("error: no such toolkit")
    printed = shell("log", "--config-dir", world.folder, "--json").content
    on_the_wire = [message for batch in world.receiver.batches() for message in batch["batch"]]
    assert [each["message"] for each in printed] == on_the_wire
    assert {each["to"] for each in printed} == {world.receiver.url}


@here
def test_log_shows_the_last_ones(shell: Shell, world: World) -> None:
    """As many as asked for, and says how many there are."""
    for name in ("one", "two", "three"):
        world.run(name)
    ran = shell("log", "-n", 2, "--config-dir", world.folder)
    assert [line.split()[2] for line in ran.out.splitlines()[1:3]] == ["two", "three"]
    assert "The last 2 of 3" in ran.out
    assert len(shell("log", "-n", 1, "--json", "--config-dir", world.folder).content) == 1


@here
def test_log_filters(shell: Shell, world: World) -> None:
    """Failures, one command or the commands of a group, and what was sent since a time; several at once."""
    world.run("toolkit.run")
    world.run("toolkit.run", success=False, error_message="no such toolkit")
    world.run("toolkits", success=False, error_message="none")

    def names(*filters: str) -> list[tuple[str, str]]:
        shown = shell("log", *filters, "--json", "--config-dir", world.folder).content
        return [
            (each["message"]["event"][14:], each["message"]["properties"]["command_name"]) for each in shown
        ]

    run, failed, other = ("succeeded", "toolkit.run"), ("failed", "toolkit.run"), ("failed", "toolkits")
    assert names("--failed") == [failed, other]
    assert names("--command", "toolkit.run") == names("--command", "toolkit") == [run, failed]
    assert names("--failed", "--command", "toolkit") == [failed]
    assert names("--failed", "-n", "1") == [other]
    (copies,) = world.folder.glob("usage/outbox/*/sent.jsonl")
    first, *later = copies.read_text(encoding="utf-8").splitlines()
    copies.write_text(
        "\n".join([json.dumps({**json.loads(first), "at": 1_700_000_000.0}), *later]), encoding="utf-8"
    )
    assert (
        names("--since", "2h") == names("--since", "3d") == names("--since", "2023-11-16") == [failed, other]
    )
    assert names("--since", "2023-11-13") == [run, failed, other]
    ran = shell("log", "--since", "2h", "--command", "no.such", "--config-dir", world.folder)
    assert (ran.code, ran.out) == (0, "No sent event matches.\n")
    assert shell("log", "--since", "yesterday", "--config-dir", world.folder).code == 2


@here
def test_log_names_the_tool_and_the_second(shell: Shell, world: World) -> None:
    """An event of an earlier version names no tool."""
    world.run("first")
    (copies,) = world.folder.glob("usage/outbox/*/sent.jsonl")
    copy = json.loads(copies.read_text(encoding="utf-8"))
    head, line = shell("log", "--config-dir", world.folder).out.splitlines()
    assert head.split() == ["sent", "event", "duration", "sent", "as", "tool", "result"]
    assert (
        line.split()[1:]
        == [
            datetime.fromtimestamp(copy["at"]).strftime("%H:%M:%S"),  # noqa: DTZ006 - the user's own time
            *("first", f"{world.anon_id[:8]}...", "arcade-usage", "ok"),
        ]
    )
    del copy["message"]["properties"]["tool"]
    copies.write_text(json.dumps(copy), encoding="utf-8")
    assert "tool" not in shell("log", "--config-dir", world.folder).out


def test_log_says_with_which_code_a_command_exited(shell: Shell, world: World) -> None:
    """A usage error's code is always 2, and that of an interruption says nothing more."""
    keep(world.folder, "build", 1_700_000_000.0, failed=True, outcome="exit", exit_code=3)
    keep(world.folder, "typo", 1_700_000_001.0, failed=True, outcome="usage", exit_code=2)
    lines = shell("log", "--config-dir", world.folder).out.splitlines()
    assert [line.split("an-id")[1].strip() for line in lines[1:]] == ["exit 3", "usage"]


@here
def test_log_of_what_never_arrived_is_empty(shell: Shell, world: World) -> None:
    """A copy is kept only of what PostHog accepted."""
    world.receiver.posthog = DOWN
    world.run("waits")
    assert shell("log", "--config-dir", world.folder, "--json").content == []
    assert "There are no copies of sent events" in shell("log", "--config-dir", world.folder).out


def test_log_and_forget_read_an_alias_of_an_earlier_version(shell: Shell, world: World) -> None:
    """Its distinct id is the random id; both show which id is which, as for an alias of now."""
    world.run("first")
    anon_id = world.anon_id
    (copies,) = world.folder.glob("usage/outbox/*/sent.jsonl")
    earlier = (
        f'{{"version": 1, "at": 1700000000.5, "message": {{"properties": {{"distinct_id": "{anon_id}", '
        f'"alias": "principal-1", "$lib": "posthog-python", "$lib_version": "7.91.1"}}, "timestamp": '
        f'"2023-11-14T22:13:20.500000+00:00", "distinct_id": "{anon_id}", "event": "$create_alias", '
        f'"uuid": "0191f7a5-0000-7000-8000-000000000001"}}}}\n'
    )
    copies.write_bytes(earlier.encode() + copies.read_bytes())
    line = shell("log", "--config-dir", world.folder).out.splitlines()[1]
    shown = f"{anon_id[:8]}..."
    assert line.split()[-7:] == ["random", "id", "linked", shown, shown, "to", "principa..."]
    printed = shell("forget", "--yes", "--json", "--config-dir", world.folder).content
    assert (printed["principal_ids"], printed["anonymous_ids"]) == (["principal-1"], [anon_id])
    assert (printed["ids_with_person"], printed["ids_without_person"]) == (["principal-1", anon_id], [])


@pytest.mark.parametrize(
    "duration", [10**400, float("inf"), "long", True, [1]], ids=lambda each: type(each).__name__
)
def test_a_duration_that_is_none_is_not_shown(shell: Shell, world: World, duration: object) -> None:
    """In a copy that something else wrote."""
    keep(world.folder, "build", time.time(), duration_ms=duration)
    for line in ("log", "stats", "view --json"):
        ran = shell(*line.split(), "--config-dir", world.folder)
        assert (ran.code, ran.err) == (0, "")
        assert "build" in ran.out
