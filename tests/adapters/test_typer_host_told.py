"""`track` on an app: logins and properties, and an app that stays the same."""

import json
from collections.abc import Callable
from typing import Any

import click
import click.testing
import pytest
import typer
from typer.core import TyperCommand
from typer.main import get_command
from typer.testing import CliRunner

from arcade_usage.adapters.frameworks.typer_app import track
from arcade_usage.application.command.tracker import SilentTracker
from tests.adapters.recorder import Recorder
from tests.adapters.typer_apps import make_app, nothing, run


def test_logins_and_logouts_are_recognized(recorder: Recorder) -> None:
    """A login is waited for, with the snapshot of its end; a logout rotates, with the snapshot of its start."""
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
    """The snapshot is taken when the command begins, not when the tracker is built or the command ends."""
    app = typer.Typer()

    @app.command("run")
    def edit_credentials() -> None:
        recorder.snapshot_is("after")

    track(app, recorder.tracker)
    recorder.snapshot_is("before")
    assert run(app, "") == 0
    assert [usage_of(payload) for payload in recorder.launcher.payloads] == ["before"]


@pytest.mark.parametrize("login", ["auth.login", ("auth.login", "connect")], ids=str)
def test_the_tool_names_its_logins(recorder: Recorder, login: str | tuple[str, ...]) -> None:
    """The tool names its logins by dotted paths; `login` is then an ordinary command."""
    app, auth = typer.Typer(), typer.Typer()
    for name in ("login", "connect"):
        app.command(name)(nothing)
        auth.command(name)(nothing)
    app.add_typer(auth, name="auth")
    track(app, recorder.tracker, login=login, logout="auth.connect")
    for line in ("login", "auth login", "connect", "auth connect"):
        assert run(app, line) == 0
    assert recorder.logins == (["auth.login"] if isinstance(login, str) else ["auth.login", "connect"])
    assert len(recorder.writer.logouts) == 1


def test_a_group_that_logs_in_by_itself_is_no_login_when_it_runs_a_command(recorder: Recorder) -> None:
    """A group named as a login is one only without a subcommand."""
    app, auth = typer.Typer(), typer.Typer(invoke_without_command=True)
    auth.callback()(nothing)
    auth.command("status")(nothing)
    app.add_typer(auth, name="auth")
    track(app, recorder.tracker, login="auth")
    assert [run(app, line) for line in ("auth status", "auth")] == [0, 0]
    assert recorder.logins == ["auth"]


@pytest.mark.parametrize("line", ["login --help", "login --nope", "login x"])
def test_a_login_that_did_not_happen_is_none(recorder: Recorder, line: str) -> None:
    """Help and usage errors of a login are no login."""
    app = track(make_app(), recorder.tracker)
    run(app, line)
    assert recorder.logins == []


def test_properties_are_read_at_the_end(recorder: Recorder) -> None:
    """Properties of the tool are read at the end of the command."""
    properties: dict[str, object] = {"edition": "cloud"}
    app = typer.Typer()

    @app.command("run")
    def count() -> None:
        properties["tools"] = 3

    track(app, recorder.tracker, properties=properties)
    run(app, "")
    assert [command["properties"] for command in recorder.commands] == [{"edition": "cloud", "tools": 3}]


def test_properties_may_come_from_a_function(recorder: Recorder) -> None:
    """It is called when the command has ended; what it raises changes nothing."""
    app, calls = make_app(), list[int]()

    def read() -> dict[str, object]:
        calls.append(len(recorder.commands))
        return {"n": 1 // (2 - len(calls))}

    track(app, recorder.tracker, properties=read)
    run(app, "toolkit run")
    run(app, "toolkit run")
    assert [command["properties"] for command in recorder.commands] == [{"n": 1}, {}]
    assert calls == [0, 1]


FACTS = ("outcome", "error_message", "error_type", "exit_code")


class ArcadeError(Exception):
    """As the Arcade CLI's own error: its command class turns it into an exit."""


class ArcadeCommand(TyperCommand):
    """As the Arcade CLI's own class of commands."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ArcadeError:
            raise typer.Exit(code=1)  # noqa: B904 - as the Arcade CLI does


@pytest.mark.parametrize(
    ("leave", "message", "kind", "code"),
    [
        (lambda: typer.Exit(3), "no such toolkit", "ValueError", 3),
        (lambda: SystemExit(3), "no such toolkit", "ValueError", 3),
        (lambda: ArcadeError("Failed: no such toolkit"), "Failed: no such toolkit", "ArcadeError", 1),
    ],
    ids=["typer.Exit", "sys.exit", "the Arcade CLI's error"],
)
@pytest.mark.parametrize("explicitly", [True, False], ids=["from", "during"])
def test_an_exit_reports_the_exception_behind_it(
    recorder: Recorder,
    leave: Callable[[], BaseException],
    message: str,
    kind: str,
    code: int,
    explicitly: bool,
) -> None:
    """Text, class and exit code are those of the tool's error, and the exit stays an exit."""
    app = typer.Typer()

    @app.command("deploy", cls=ArcadeCommand)
    def deploy() -> None:
        try:
            raise ValueError("no such toolkit")  # noqa: TRY301 - caught here, as in many tools
        except ValueError as error:
            if explicitly:
                raise leave() from error
            raise leave()  # noqa: B904 - as many tools do

    track(app, recorder.tracker)
    assert CliRunner().invoke(app, []).exit_code == code
    (command,) = recorder.commands
    assert [command[fact] for fact in FACTS] == ["exit", message, kind, code]


def test_a_click_exit_reports_the_exception_behind_it(recorder: Recorder) -> None:
    """Also of Click itself, which Typer may bring along under another name."""

    @click.command()
    @click.pass_context
    def deploy(context: click.Context) -> None:
        try:
            raise ValueError("no such toolkit")  # noqa: TRY301 - caught here, as in many tools
        except ValueError:
            context.exit(3)

    track(deploy, recorder.tracker)
    assert click.testing.CliRunner().invoke(deploy, []).exit_code == 3
    (command,) = recorder.commands
    assert [command[fact] for fact in FACTS] == ["exit", "no such toolkit", "ValueError", 3]


def test_an_app_that_is_not_tracked_is_not_touched() -> None:
    """With tracking off, `track` changes nothing."""
    app = make_app()
    before = {**vars(app)}
    assert track(app, SilentTracker()) is app
    assert vars(app) == before
    assert type(app) is typer.Typer


def test_an_app_can_be_tracked_again(recorder: Recorder) -> None:
    """The last call of `track` counts: another tracker, other logins, or tracking off."""
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
    """Classes of the app, its commands and contexts keep their names and are subclasses of the originals."""

    class Special(typer.Typer):
        """A subclass of the tool's."""

        tracking = "of parcels"

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
    assert app.tracking == "of parcels"
    assert repr(type(tracked)) == repr(type(untracked)) == repr(type(seen[1]))
    assert isinstance(tracked, type(untracked))
    assert type(get_command(app)) is type(tracked)  # the class is created once
    assert repr(type(seen[0])) == repr(untracked.context_class)
    assert isinstance(seen[0], untracked.context_class)


def test_what_a_command_returns_is_returned(recorder: Recorder) -> None:
    """With standalone_mode=False, results, exit codes and exceptions are as without tracking."""
    app = track(make_app(), recorder.tracker)
    app.command("number")(lambda: 7)
    assert app(["number"], standalone_mode=False) == 7
    assert app(["toolkit", "exit", "3"], standalone_mode=False) == 3
    with pytest.raises(ValueError, match="no such toolkit"):
        app(["toolkit", "fail"], standalone_mode=False)
    with pytest.raises(SystemExit) as left:
        app(["number"])  # in standalone mode, the result is not the exit code
    assert left.value.code == 0
    assert recorder.events == [
        ("number", "success"), ("toolkit.exit", "exit"), ("toolkit.fail", "error"), ("number", "success"),
    ]  # fmt: skip


@pytest.mark.parametrize("error", [EOFError, KeyboardInterrupt, typer.Abort])
def test_an_interrupted_command_is_interrupted(recorder: Recorder, error: type[BaseException]) -> None:
    """Ctrl-C, Ctrl-D at a prompt and a declined confirmation are interruptions."""
    app = typer.Typer()

    @app.command("run")
    def interrupt() -> None:
        raise error

    track(app, recorder.tracker)
    assert run(app, "") != 0
    assert recorder.events == [("run", "interrupted")]


class BrokenError(Exception):
    """Raised by each use of a BrokenObject."""


class BrokenObject:
    """A tracker or app whose attributes all raise."""

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


def test_track_on_an_object_of_another_kind_raises_type_error(recorder: Recorder) -> None:
    """An object that raises at each attribute is refused too."""
    for no_app in (BrokenObject(), None):
        with pytest.raises(TypeError, match="takes a Typer app"):
            track(no_app, recorder.tracker)


def test_no_exception_of_a_tracker_leaves_track() -> None:
    """With a tracker that raises at each attribute, the tool runs untracked."""
    broken: Any = BrokenObject()
    app = track(make_app(), broken)
    assert run(app, "toolkit exit 3") == 3
    assert run(app, "toolkit run") == 0
