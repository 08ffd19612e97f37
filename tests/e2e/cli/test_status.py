"""`status`: whether tracking is on, why not, the identity, and delivery health."""

import json

import pytest

import arcade_usage
from arcade_usage.demo.receiver import DOWN
from arcade_usage.domain.project import Project
from tests.e2e.cli.running import Shell
from tests.e2e.deliveries import here
from tests.e2e.world import TOKEN, World


@here
def test_status_before_the_first_command(shell: Shell, world: World) -> None:
    """On, none yet; and looking makes no folder."""
    ran = shell("status", "--config-dir", world.folder)
    assert (ran.code, ran.err) == (0, "")
    assert "Usage tracking is on." in ran.out
    assert "none yet" in ran.out
    assert not world.folder.exists()


@here
def test_status_tells_who_and_how_delivery_goes(shell: Shell, world: World) -> None:
    """Linked; the last delivery, the last failure, what waits and when it is tried again.

    Ids are shortened for people and whole with --json.
    """
    world.log_in("principal-1-of-a-user")
    world.settle()
    world.receiver.posthog = DOWN
    world.run("waits")
    status = shell("status", "--config-dir", world.folder, "--json").content
    assert status["identity"] == {
        "state": "linked",
        "anon_id": world.anon_id,
        "principal_id": "principal-1-of-a-user",
        "links_to_send": 0,
    }
    (sink,) = status["sinks"]
    assert (sink["host"], sink["waiting"], sink["undecided"]) == (world.receiver.url, 1, 0)
    assert (sink["project_token"], sink["tools"]) == (TOKEN, ["arcade-usage"])
    assert sink["last_delivery"]["events"] == 1
    assert "503" in sink["last_failure"]["reason"]
    assert (sink["failures_in_a_row"], sink["next_attempt"] is not None) == (1, True)
    assert list(status["troubles"]) == ["unreachable"]
    text = shell("status", "--config-dir", world.folder).out
    assert "1 event, the oldest from" in text
    assert world.anon_id not in text


@here
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
    because = f"you turned it off ({world.folder / 'usage' / 'off'})"
    assert because in ran.out
    content = shell("status", "--config-dir", world.folder, "--json").content
    assert (content["reasons"], content["reasons_text"]) == (
        ["do_not_track", "stored_choice"],
        ["DO_NOT_TRACK is set", because],
    )


@here
def test_status_tells_of_a_lock_that_cannot_be_used(shell: Shell, world: World) -> None:
    """Its path, why not, and the cure; `off` is stored all the same, and `forget` erases."""
    world.receiver.posthog = DOWN
    world.run("waits")
    (lock,) = world.folder.glob("usage/outbox/*/sender.lock")
    lock.unlink()
    lock.symlink_to(world.scratch)
    assert shell("status", "--config-dir", world.folder, "--json").content["unusable_locks"] == [
        f"{lock}: it is a link. Remove it"
    ]
    ran = shell("status", "--config-dir", world.folder)
    assert (ran.code, "a lock can't be used" in ran.out) == (0, True)
    assert "it is a link. Remove it" in " ".join(ran.out.split())
    assert shell("off", "--config-dir", world.folder, "--json").content["dropped"] == 1
    assert shell("forget", "--yes", "--config-dir", world.folder).code == 0


@here
@pytest.mark.parametrize("spoilt", ["usage.json", "usage/ledger.json"])
def test_status_tells_of_malformed_files(shell: Shell, world: World, spoilt: str) -> None:
    """By their names; the file stays as it is."""
    world.run("earlier")
    (world.folder / spoilt).write_text("{", encoding="utf-8")
    ran = shell("status", "--config-dir", world.folder)
    assert f"! {spoilt} does not say what it should" in ran.out
    assert (world.folder / spoilt).read_text(encoding="utf-8") == "{"


@here
def test_status_of_a_debugging_shell_says_so(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On, but nothing is sent."""
    monkeypatch.setenv("ARCADE_USAGE_DEBUG", "1")
    assert "shown on stderr and not sent" in shell("status", "--config-dir", world.folder).out


def test_a_password_in_a_stored_url_is_not_shown(shell: Shell, world: World) -> None:
    """An earlier version stored the URL of a project as it was given."""
    project = Project("http://alice:secret@127.0.0.1:9", TOKEN)
    outbox = world.folder / "usage" / "outbox" / project.key
    outbox.mkdir(parents=True)
    stored = {"version": 1, "host": project.host, "project_token": TOKEN}
    (outbox / "sink.json").write_text(json.dumps(stored), encoding="utf-8")
    for command in (
        ("status",),
        ("status", "--json"),
        ("show",),
        ("show", "--json"),
        ("doctor", "--offline"),
    ):
        ran = shell(*command, "--config-dir", world.folder)
        assert "secret" not in ran.out + ran.err, command
        assert "alice" not in ran.out + ran.err, command
    assert shell("status", "--json", "--config-dir", world.folder).content["sinks"][0]["host"] == (
        "http://127.0.0.1:9"
    )


@here
def test_it_names_the_tools_of_the_folder(shell: Shell, world: World) -> None:
    """Of events that wait and of events that were sent."""
    world.run("sent")
    world.receiver.posthog = DOWN
    arcade_usage.command_tracker(
        distribution="other-tool", project_token=TOKEN, host=world.receiver.url, config_dir=world.folder
    ).track_command_execution("waits", success=True)
    status = shell("status", "--config-dir", world.folder, "--json").content
    assert [sink["tools"] for sink in status["sinks"]] == [["arcade-usage", "other-tool"]]
    assert "arcade-usage, other-tool" in shell("status", "--config-dir", world.folder).out


def test_without_a_home_it_says_so(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's environment is wrong, not the command line."""
    monkeypatch.setenv("HOME", "")
    ran = shell("status")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Usage tracking is off: there is no config folder: HOME")
    assert shell("status", "--config-dir", "relative").code == 2
