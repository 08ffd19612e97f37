"""Logins and logouts of a tracked Typer app, through real processes: waited for, stitched, rotated."""

import pytest
import typer
from attrs import define
from typer.testing import CliRunner

from arcade_usage.adapters.frameworks.typer_app import track
from arcade_usage.demo.receiver import HANGING
from tests.e2e.deliveries import delivering_here, here
from tests.e2e.world import World

ALICE = "principal-alice"


@define
class ToolWithLogin:
    """A tool with a login, a logout, and a command of each name that a story needs."""

    world: World

    def run(self, line: str) -> int:
        """Start the tool anew and run a command; returns when the tool has ended, with its exit code."""
        app, auth = typer.Typer(), typer.Typer()
        auth.command("login")(self._log_in)
        auth.command("logout")(self._log_out)
        for name in ("before", "between", "after"):
            app.command(name)(lambda: None)
        app.add_typer(auth, name="auth")
        track(app, self.world.tracker(), login="auth.login", logout="auth.logout")
        return CliRunner().invoke(app, line.split()).exit_code

    def _log_in(self, failing: bool = False) -> None:
        if failing:
            raise typer.Exit(1)
        self.world.store_credentials(ALICE)

    def _log_out(self) -> None:
        self.world.credentials.unlink()


@pytest.fixture
def host(world: World) -> ToolWithLogin:
    return ToolWithLogin(world)


def test_a_life(world: World, host: ToolWithLogin) -> None:
    """What was done before the login is hers, and so is the logout; what comes then is anonymous."""
    with delivering_here(world):
        assert host.run("before") == 0
    anon_id = world.anon_id
    assert host.run("auth login") == 0
    world.settle()
    assert (world.anon_id, world.linked_to()) == (anon_id, ALICE)
    with delivering_here(world):
        assert host.run("between") == 0
    assert host.run("auth logout") == 0
    assert (world.anon_id != anon_id, world.linked_to()) == (True, None)
    world.settle()
    with delivering_here(world):
        assert host.run("after") == 0
    hers = ("before", "auth.login", "between", "auth.logout")
    assert world.whose == {**dict.fromkeys(hers, ALICE), "after": world.anon_id}
    assert world.aliases() == {(anon_id, ALICE)}


@here
def test_a_login_that_fails_links_nobody(world: World, host: ToolWithLogin) -> None:
    """Also where the credentials of an earlier one lie there."""
    assert host.run("auth login --failing") == 1
    world.settle()
    assert (world.linked_to(), world.aliases()) == (None, set())
    assert world.events["auth.login"].properties["outcome"] == "exit"


def test_a_logout_rotates_though_nothing_can_be_delivered(world: World, host: ToolWithLogin) -> None:
    """PostHog hangs, the tool does not; the next person inherits nothing."""
    with delivering_here(world):
        host.run("auth login")
    anon_id = world.anon_id
    world.receiver.posthog = HANGING
    assert host.run("auth logout") == 0
    assert (world.anon_id != anon_id, world.linked_to()) == (True, None)


@here
def test_the_options_of_a_command_arrive_by_name(world: World, host: ToolWithLogin) -> None:
    """What the command line had, without its value."""
    assert host.run("auth login --failing") == 1
    assert host.run("before") == 0
    world.settle()
    options = {name: event.properties.get("options") for name, event in world.events.items()}
    assert options == {"auth.login": ["failing"], "before": None}
