"""Several logins in one credentials.yaml: each command is of the account whose context it used."""

import json
from collections.abc import Callable
from contextlib import suppress

import pytest

import arcade_usage
from arcade_usage.adapters.process.launcher import DetachedLauncher
from arcade_usage.application.errors import LaunchError
from arcade_usage.demo.receiver import DOWN, WELL
from tests.e2e.deliveries import here
from tests.e2e.world import TOKEN, World

ALICE, BOB = "principal-alice", "principal-bob"


def fail_with_text() -> None:
    raise RuntimeError("no such toolkit")


def fail(_: DetachedLauncher, payload: str) -> None:
    raise LaunchError(payload)


class Contexts:
    """The contexts of a tool like the Arcade CLI: `home`, the active one, is alice's; `work` is bob's."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.chosen: object = None  # what the tool answers; a class of exceptions is raised
        contexts = {}
        for name, principal_id in (("home", ALICE), ("work", BOB)):
            world.receiver.principals[name] = principal_id
            contexts[name] = {"api": {"key": name}, "coordinator_url": world.receiver.url}
        world.folder.mkdir(exist_ok=True)
        document = {"cloud": {"active_context": "home", "contexts": contexts}}
        world.credentials.write_text(json.dumps(document), encoding="utf-8")

    def run(self, name: str, chosen: object, body: Callable[[], object] = lambda: None) -> None:
        """Run a command that chooses its context while it runs, to the end of its delivery."""
        tool = arcade_usage.Tool(
            distribution="arcade-usage",
            project_token=TOKEN,
            host=self._world.receiver.url,
            config_dir=self._world.folder,
            context=self._choose,
        )
        self.chosen = "another"
        with tool.command(name, is_logout=name == "logout"):
            self.chosen = chosen
            body()
        self._world.settle()

    def _choose(self) -> str | None:
        if isinstance(self.chosen, type):
            raise self.chosen
        return self.chosen  # type: ignore[return-value] # tools return anything


@pytest.fixture
def contexts(world: World) -> Contexts:
    return Contexts(world)


def test_a_command_is_of_the_account_of_its_context(world: World, contexts: Contexts) -> None:
    """With real delivery processes, which look up the credentials of that context."""
    contexts.run("first", "work")
    contexts.run("second", None)
    contexts.run("third", "work")
    assert world.whose == {"first": BOB, "second": ALICE, "third": BOB}


@here
def test_what_was_done_before_goes_to_the_account_of_the_first_context(world: World) -> None:
    """An anonymous command, then one in a context that is not the active one."""
    world.run("before")
    contexts = Contexts(world)
    contexts.run("first", "work")
    contexts.run("second", None)
    assert world.whose == {"before": BOB, "first": BOB, "second": ALICE}


@here
@pytest.mark.parametrize("chosen", ["nope", 5, "x" * 201, ValueError, SystemExit], ids=str)
@pytest.mark.parametrize("linked", [True, False])
def test_a_context_that_is_not_known_is_nobodys(
    world: World, contexts: Contexts, chosen: object, linked: bool
) -> None:
    """One that the file does not have, that is no name, or that the tool's function can't tell."""
    if linked:
        contexts.run("first", None)
    contexts.run("unknown", chosen)
    contexts.run("later", None)
    contexts.run("last", "work")
    whose = world.whose
    assert whose.pop("unknown") not in (ALICE, BOB)
    assert whose == {**({"first": ALICE} if linked else {}), "later": ALICE, "last": BOB}


@here
def test_the_tools_answer_prevails_over_the_variable(
    world: World, contexts: Contexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Arcade CLI ignores a variable that a project's env file sets after its start."""
    monkeypatch.setenv("ARCADE_CONTEXT", "work")
    contexts.run("first", None)
    contexts.run("second", "home")
    assert world.whose == {"first": ALICE, "second": ALICE}


@here
def test_without_a_function_the_variable_names_the_context(
    world: World, contexts: Contexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the Arcade CLI and its servers read it: once, when they start."""
    monkeypatch.setenv("ARCADE_CONTEXT", "work")
    tracker = world.tracker()
    monkeypatch.delenv("ARCADE_CONTEXT")
    tracker.track_command_execution("first", success=True)
    contexts.run("second", None)
    assert world.whose == {"first": BOB, "second": ALICE}


@here
def test_a_login_file_of_the_tools_own_has_no_contexts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arcade's variable does not make other credentials of it."""
    Contexts(world)
    monkeypatch.setenv("ARCADE_CONTEXT", "work")
    tool = arcade_usage.Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        host=world.receiver.url,
        config_dir=world.folder,
        credentials=world.credentials,
    )
    with tool.command("first"):
        pass
    assert world.whose == {"first": ALICE}


@here
def test_a_logout_is_of_the_account_of_its_context(world: World, contexts: Contexts) -> None:
    """The credentials are those from before the command, though the context is named when it has ended."""
    contexts.run("first", None)
    contexts.run("second", "work")
    contexts.run("logout", "work", world.credentials.unlink)
    contexts.run("after", None)
    whose = world.whose
    assert whose.pop("after") not in (ALICE, BOB)
    assert whose == {"first": ALICE, "second": BOB, "logout": BOB}


@here
@pytest.mark.parametrize(("used", "chosen"), [("work", None), (None, "work"), ("work", "work")], ids=str)
def test_a_logout_without_credentials_is_nobodys(
    world: World, contexts: Contexts, used: str | None, chosen: str | None
) -> None:
    """The ledger names the account of the last command, which nothing tells to be that of this context."""
    contexts.run("first", used)
    world.credentials.unlink()
    contexts.run("logout", chosen)
    assert world.whose["logout"] not in (ALICE, BOB)


@here
def test_an_event_that_waits_is_of_its_own_context(world: World, contexts: Contexts) -> None:
    """A command of another context asks for it, once the look-up of that context is due."""
    contexts.run("first", None)
    world.receiver.cloud = DOWN
    contexts.run("waiting", "work")
    world.receiver.cloud = WELL
    contexts.run("later", None)
    assert world.whose == {"first": ALICE, "later": ALICE}
    world.let_hours_pass(1)
    contexts.run("last", None)
    assert world.whose == {"first": ALICE, "later": ALICE, "last": ALICE, "waiting": BOB}
    assert b"work" not in b"".join(request.body for request in world.receiver.requests)


@here
def test_an_event_with_free_text_waits_in_its_own_context_too(world: World, contexts: Contexts) -> None:
    """Its record is the delivery's, not the early one."""
    contexts.run("first", None)
    world.receiver.cloud = DOWN
    with suppress(RuntimeError):
        contexts.run("waiting", "work", fail_with_text)
    world.settle()
    world.receiver.cloud = WELL
    world.let_hours_pass(1)
    contexts.run("last", None)
    assert world.whose == {"first": ALICE, "last": ALICE, "waiting": BOB}


@here
def test_a_tool_that_starts_no_process_names_its_context_too(
    world: World, contexts: Contexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event that the tool stores itself gets no verdict of another context."""
    contexts.run("first", "work")
    with monkeypatch.context() as patch:
        patch.setattr(DetachedLauncher, "launch", fail)
        contexts.run("stored", "work")
    contexts.run("later", "work")
    assert world.whose == dict.fromkeys(("first", "stored", "later"), BOB)
