"""What `track` is told about an app: its logins, its properties; and that the app stays what it was."""

import json
from typing import Any

import pytest
import typer
from typer.main import get_command

from arcade_usage.adapters.frameworks.typer_app import track
from arcade_usage.application.command.tracker import SilentTracker
from tests.adapters.recorder import Recorder
from tests.adapters.typer_apps import make_app, nothing, run


def test_logins_and_logouts_are_told_as_such(recorder: Recorder) -> None:
    """A login is waited for, with the snapshot from its end; a logout rotates, with the one from before."""
    app = typer.Typer()
    recorder.snapshot_is("built")

    @app.command("login")
    def log_in() -> None:
        recorder.snapshot_is("logged in")

    @app.command("logout")
    def log_out() -> None:
        recorder.snapshot_is("logged out")

    track(app, recorder.tracker)
    recorder.snapshot_is("later")
    assert run(app, "login") == 0
    assert recorder.logins == ["login"]
    recorder.snapshot_is("before logout")
    assert run(app, "logout") == 0
    assert len(recorder.writer.logouts) == 1
    assert [usage_of(payload) for payload in recorder.launcher.payloads] == ["logged in", "before logout"]


def usage_of(payload: str) -> str:
    usage: str = json.loads(payload)["snapshot"]["usage"]
    return usage


def test_the_snapshot_is_from_when_the_command_began(recorder: Recorder) -> None:
    """Not from when the tracker was built, nor from when the command ended."""
    app = typer.Typer()

    @app.command("run")
    def edit_credentials() -> None:
        recorder.snapshot_is("after")

    track(app, recorder.tracker)
    recorder.snapshot_is("before")
    assert run(app, "") == 0
    assert [usage_of(payload) for payload in recorder.launcher.payloads] == ["before"]


@pytest.mark.parametrize("said", ["auth.login", ("auth.login", "connect")], ids=str)
def test_which_commands_log_in_is_the_hosts_to_say(recorder: Recorder, said: str | tuple[str, ...]) -> None:
    """By their dotted paths; `login` is then a command like another."""
    app, auth = typer.Typer(), typer.Typer()
    for name in ("login", "connect"):
        app.command(name)(nothing)
        auth.command(name)(nothing)
    app.add_typer(auth, name="auth")
    track(app, recorder.tracker, login=said, logout="auth.connect")
    for line in ("login", "auth login", "connect", "auth connect"):
        assert run(app, line) == 0
    assert recorder.logins == (["auth.login"] if isinstance(said, str) else ["auth.login", "connect"])
    assert len(recorder.writer.logouts) == 1


def test_a_group_that_logs_in_by_itself_is_no_login_when_it_runs_a_command(recorder: Recorder) -> None:
    """Its path is on the way then, and not the command that was meant."""
    app, auth = typer.Typer(), typer.Typer(invoke_without_command=True)
    auth.callback()(nothing)
    auth.command("status")(nothing)
    app.add_typer(auth, name="auth")
    track(app, recorder.tracker, login="auth")
    assert [run(app, line) for line in ("auth status", "auth")] == [0, 0]
    assert recorder.logins == ["auth"]


@pytest.mark.parametrize("line", ["login --help", "login --nope", "login x"])
def test_a_login_that_did_not_happen_is_none(recorder: Recorder, line: str) -> None:
    """Help is no login, and a wrong command line neither."""
    app = track(make_app(), recorder.tracker)
    run(app, line)
    assert recorder.logins == []


def test_the_hosts_properties_are_read_at_the_end(recorder: Recorder) -> None:
    """A command can add to them while it runs."""
    properties: dict[str, object] = {"edition": "cloud"}
    app = typer.Typer()

    @app.command("run")
    def count() -> None:
        properties["tools"] = 3

    track(app, recorder.tracker, properties=properties)
    run(app, "")
    assert [command["properties"] for command in recorder.commands] == [{"edition": "cloud", "tools": 3}]


def test_an_app_that_is_not_tracked_is_not_touched() -> None:
    """With tracking off `track` changes nothing at all."""
    app = make_app()
    before = {**vars(app)}
    assert track(app, SilentTracker()) is app
    assert vars(app) == before
    assert type(app) is typer.Typer


def test_an_app_can_be_tracked_again(recorder: Recorder) -> None:
    """The last call counts: another tracker, other logins, or none."""
    app = track(make_app(), recorder.tracker)
    other = Recorder()
    track(app, other.tracker, login="toolkit.run")
    run(app, "toolkit run")
    track(app, SilentTracker())
    run(app, "toolkit run")
    assert (recorder.events, other.events, other.logins) == (
        [],
        [("toolkit.run", "success")],
        ["toolkit.run"],
    )


def test_a_tracked_app_passes_for_what_it_was(recorder: Recorder) -> None:
    """Its class, those of its commands and of its contexts have the same names, and are of the same kind."""

    class Special(typer.Typer):
        """A host's own."""

    app = Special()
    seen: list[Any] = []

    @app.command("run")
    def look(ctx: typer.Context) -> None:
        seen.extend([ctx, ctx.command])

    untracked = get_command(app)
    track(app, recorder.tracker)
    run(app, "")
    tracked = get_command(app)
    assert (repr(type(app)), isinstance(app, Special)) == (repr(Special), True)
    assert repr(type(tracked)) == repr(type(untracked)) == repr(type(seen[1]))
    assert isinstance(tracked, type(untracked))
    assert type(get_command(app)) is type(tracked)  # made once
    assert repr(type(seen[0])) == repr(untracked.context_class)
    assert isinstance(seen[0], untracked.context_class)


def test_what_a_command_returns_is_returned(recorder: Recorder) -> None:
    """Not standalone, an app returns it, and the exit code, and raises what was raised."""
    app = track(make_app(), recorder.tracker)
    app.command("number")(lambda: 7)
    assert app(["number"], standalone_mode=False) == 7
    assert app(["toolkit", "exit", "3"], standalone_mode=False) == 3
    with pytest.raises(ValueError, match="no such toolkit"):
        app(["toolkit", "fail"], standalone_mode=False)
    with pytest.raises(SystemExit) as left:
        app(["number"])  # standalone, a number is no exit code
    assert left.value.code == 0
    assert recorder.events == [
        ("number", "success"), ("toolkit.exit", "exit"), ("toolkit.fail", "error"), ("number", "success"),
    ]  # fmt: skip


@pytest.mark.parametrize("error", [EOFError, KeyboardInterrupt, typer.Abort])
def test_an_interrupted_command_is_interrupted(recorder: Recorder, error: type[BaseException]) -> None:
    """Ctrl-C, Ctrl-D at a prompt, and a question that was answered with no."""
    app = typer.Typer()

    @app.command("run")
    def interrupt() -> None:
        raise error

    track(app, recorder.tracker)
    assert run(app, "") != 0
    assert recorder.events == [("run", "interrupted")]


class BrokenError(Exception):
    """Nothing works."""


class BrokenObject:
    """A tracker, or an app, of which nothing works."""

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


def test_no_exception_leaves_track(recorder: Recorder) -> None:
    """An app that is none, or a tracker that is broken: the host goes on, untracked."""
    broken: Any = BrokenObject()
    assert track(broken, recorder.tracker) is broken
    assert track(None, recorder.tracker) is None
    app = track(make_app(), broken)
    assert run(app, "toolkit exit 3") == 3
    assert run(app, "toolkit run") == 0
