"""`off` and `on`: the stored choice, and what becomes of what waits."""

from pathlib import Path

import pytest

import arcade_usage
from arcade_usage.demo.receiver import DOWN, WELL, Behaviour
from tests.e2e.cli.running import Shell, tree
from tests.e2e.deliveries import here
from tests.e2e.world import TOKEN, World


@here
def test_off_drops_what_waits_and_on_takes_it_back(shell: Shell, world: World) -> None:
    """Nothing but the choice's file is written; what was sent stays to be seen."""
    world.run("sent")
    world.receiver.posthog = DOWN
    world.run("waits")
    before = tree(world.folder)
    ran = shell("off", "--config-dir", world.folder)
    assert (ran.code, world.waiting) == (0, [])
    assert "1 waiting event was dropped." in ran.out
    assert f"It is off for every tool that uses {world.folder}: arcade-usage." in ran.out
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


@here
def test_off_drops_what_waits_for_every_sink(shell: Shell, world: World) -> None:
    """Also for one that nothing is known about any more."""
    world.receiver.posthog = DOWN
    for token in (TOKEN, "phc_other"):
        world.tracker_of(token).track_command_execution("waits", success=True)
    world.settle()
    assert len(world.waiting) == 2
    next(world.folder.glob("usage/outbox/*/sink.json")).unlink()
    turned_off = shell("off", "--config-dir", world.folder, "--json").content
    assert (turned_off["dropped"], turned_off["tools"]) == (2, ["arcade-usage"])
    assert world.waiting == []


@here
@pytest.mark.parametrize("service", [DOWN, WELL], ids=["it waits", "it was sent"])
def test_an_event_of_a_server_names_no_tool(shell: Shell, world: World, service: Behaviour) -> None:
    """Its property `tool` is the author's own, of any type: nothing is made of it, and nothing fails."""
    world.receiver.posthog = service
    with arcade_usage.server_tracker(
        distribution="arcade-usage", project_token=TOKEN, host=world.receiver.url, config_dir=world.folder
    ) as server:
        server.capture("called", {"tool": ["a", {"b": 1}], "command_name": "x"})
        server.capture("called", {"tool": "GitHub.Star", "command_name": "x"})
    for command in ("status", "view --json", "stats", "log"):
        assert shell(*command.split(), "--config-dir", world.folder).err == ""
    turned_off = shell("off", "--config-dir", world.folder, "--json").content
    assert (turned_off["tracking"], turned_off["tools"]) == ("off", [])
    assert shell("forget", "--yes", "--config-dir", world.folder).code == 0


@here
@pytest.mark.parametrize(
    "variable", ["DO_NOT_TRACK is set", "ARCADE_USAGE_TRACKING turns it off", "you turned it off"]
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
