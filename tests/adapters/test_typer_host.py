"""A tracked Typer app: what its commands are called, how they ended, and that it is one event each."""

import json
import sys
from typing import Any

import pytest
import typer
from typer.main import get_command  # before anything is tracked, as a host may
from typer.models import Default
from typer.testing import CliRunner

from arcade_usage.adapters.typer_host import track
from arcade_usage.application.tracker import SilentTracker
from tests.adapters.recorder import Recorder


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def run(app: typer.Typer, line: str, **options: Any) -> int:
    """Run a command line; returns the exit code."""
    return CliRunner().invoke(app, line.split(), **options).exit_code


def nothing() -> None:
    """A command that returns."""


def make_app() -> typer.Typer:
    """A host's app, three levels deep."""
    app, toolkit, deep = typer.Typer(), typer.Typer(), typer.Typer()
    app.command("login")(nothing)
    app.command("logout")(nothing)
    toolkit.command("run")(nothing)
    toolkit.command("fail")(fail)
    toolkit.command("exit")(leave)
    deep.command("run")(nothing)
    deep.command("other")(nothing)
    toolkit.add_typer(deep, name="deep")
    app.add_typer(toolkit, name="toolkit")
    return app


def fail() -> None:
    raise ValueError("no such toolkit")


def leave(code: int, port: int = 0) -> None:
    del port
    raise typer.Exit(code)


@pytest.mark.parametrize(
    ("line", "name"),
    [("login", "login"), ("toolkit run", "toolkit.run"), ("toolkit deep run", "toolkit.deep.run")],
)
def test_a_command_is_called_by_its_dotted_path(recorder: Recorder, line: str, name: str) -> None:
    """From the app down, without the program's name."""
    app = track(make_app(), recorder.tracker)
    assert run(app, line) == 0
    assert recorder.events == [(name, "success")]


@pytest.mark.parametrize(
    ("line", "event", "exit_code"),
    [
        ("toolkit run", ("toolkit.run", "success"), 0),
        ("toolkit exit 0", ("toolkit.exit", "success"), 0),
        ("toolkit exit 3", ("toolkit.exit", "exit"), 3),
        ("toolkit fail", ("toolkit.fail", "error"), 1),
        ("toolkit exit x", ("toolkit.exit", "usage"), 2),
        ("toolkit exit 0 secret", ("toolkit.exit", "usage"), 2),
        ("toolkit run --secret", ("toolkit.run", "usage"), 2),
        ("toolkit --secret run", ("toolkit", "usage"), 2),
        ("toolkit secret", ("toolkit", "usage"), 2),
        ("toolkit", ("toolkit", "usage"), 2),
        ("toolkit deep secret", ("toolkit.deep", "usage"), 2),
        ("secret", ("root", "usage"), 2),
        ("--secret", ("root", "usage"), 2),
        ("", ("root", "usage"), 2),
    ],
)
def test_each_way_to_end_is_told_apart(
    recorder: Recorder, line: str, event: tuple[str, str], exit_code: int
) -> None:
    """And where there is no command, the group is named; what the user typed is nowhere in the event."""
    app = track(make_app(), recorder.tracker)
    assert run(app, line) == exit_code
    assert recorder.events == [event]
    assert "secret" not in "".join(recorder.launcher.payloads)


def show_version(value: bool) -> None:
    if value:
        typer.echo("1.0")
        raise typer.Exit


def quit_at_once(value: bool) -> None:
    if value:
        sys.exit()


VERSION: Any = typer.Option(False, "--version", callback=show_version, is_eager=True)
QUIT: Any = typer.Option(False, "--quit", callback=quit_at_once)


@pytest.mark.parametrize(
    "line",
    ["--help", "toolkit --help", "toolkit run --help", "--version", "toolkit --version", "toolkit run --quit", "bare"],
)  # fmt: skip
def test_help_and_versions_are_no_events(recorder: Recorder, line: str) -> None:
    """Nor any other option that shows something and exits, nor a group that shows its help for want of a command."""
    app, toolkit, bare = typer.Typer(), typer.Typer(), typer.Typer(no_args_is_help=True)

    def callback(version: bool = VERSION) -> None:
        del version

    def with_quit(quit_now: bool = QUIT) -> None:
        del quit_now

    app.callback()(callback)
    toolkit.callback()(callback)
    toolkit.command("run")(with_quit)
    bare.command("one")(nothing)
    bare.command("two")(nothing)
    app.add_typer(toolkit, name="toolkit")
    app.add_typer(bare, name="bare")
    track(app, recorder.tracker)
    assert run(app, line) == (2 if line == "bare" else 0)
    assert recorder.events == []


def test_an_option_that_exits_with_a_failure_is_one(recorder: Recorder) -> None:
    """What an option's callback refuses is a failure of the command that it belongs to."""

    def refuse(value: str) -> str:
        if value:
            raise typer.Exit(4)
        return value

    refused: Any = typer.Option("", callback=refuse)
    app = typer.Typer()

    def command(name: str = refused) -> None:
        del name

    app.command("run")(command)
    app.command("other")(nothing)
    track(app, recorder.tracker)
    assert run(app, "run --name x") == 4
    assert recorder.events == [("run", "exit")]


def test_completion_is_no_event(recorder: Recorder) -> None:
    """The shell asks a tracked app for completions, and nothing is reported."""
    app = track(make_app(), recorder.tracker)
    environment = {"_APP_COMPLETE": "complete_bash", "COMP_WORDS": "app toolkit r", "COMP_CWORD": "2"}
    result = CliRunner().invoke(app, [], prog_name="app", env=environment)
    assert "run" in result.stdout
    assert recorder.events == []


def test_what_is_added_later_is_tracked_too(recorder: Recorder) -> None:
    """Commands, groups, and groups in groups, whether they came before `track` or after it."""
    app, before, after, deep = (typer.Typer() for _ in range(4))
    app.add_typer(before, name="before")
    track(app, recorder.tracker)
    app.command("command")(nothing)
    app.add_typer(after, name="after")
    before.command("run")(nothing)
    after.add_typer(deep, name="deep")
    deep.command("run")(nothing)
    deep.command("other")(nothing)
    for line in ("command", "before run", "after deep run"):
        assert run(app, line) == 0
    assert recorder.events == [
        ("command", "success"), ("before.run", "success"), ("after.deep.run", "success"),
    ]  # fmt: skip


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_app_of_one_command_is_called_by_its_name(recorder: Recorder, moment: str) -> None:
    """Typer makes no group of it, so that its name is not typed; with a second command it is still the same."""
    app = typer.Typer()
    if moment == "before":
        app.command("only")(leave)
    track(app, recorder.tracker)
    if moment == "after":
        app.command("only")(leave)
    assert run(app, "3") == 3
    app.command("second")(nothing)
    assert run(app, "only 0") == 0
    assert run(app, "second") == 0
    assert recorder.events == [("only", "exit"), ("only", "success"), ("second", "success")]


@pytest.mark.parametrize("says", ["app", "callback"])
def test_the_class_of_the_app_stays_the_hosts(recorder: Recorder, says: str) -> None:
    """Which class makes the group may be said by the app or by its callback, also after `track`."""

    class Shouting(typer.core.TyperGroup):
        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            return super().get_command(ctx, cmd_name.lower())

    app = typer.Typer(cls=Shouting if says == "app" else typer.core.TyperGroup)
    track(app, recorder.tracker)
    app.callback(cls=Shouting if says == "callback" else Default(None))(nothing)
    app.command("run")(nothing)
    assert run(app, "RUN") == 0
    assert isinstance(get_command(app), Shouting)
    assert recorder.events == [("run", "success")]


WAYS = ["app", "get_command", "get_command in between", "mounted"]


@pytest.mark.parametrize("way", WAYS)
def test_it_matters_not_how_the_app_is_run(recorder: Recorder, way: str) -> None:
    """`app()`, the Click command that Typer makes of it, and a bigger app that it is part of: one event each."""
    app = make_app()
    if way == "get_command in between":
        get_command(app)
    track(app, recorder.tracker)
    if way == "mounted":
        whole = typer.Typer()
        whole.add_typer(app, name="part")
        assert run(whole, "part toolkit run") == 0
    else:
        command: Any = app if way == "app" else get_command(app)
        with pytest.raises(SystemExit) as left:
            command(["toolkit", "run"])
        assert left.value.code == 0
    assert recorder.events == [("toolkit.run", "success")]


def test_one_event_an_invocation(recorder: Recorder) -> None:
    """A group that runs its commands, a command that runs another, an app that calls itself: one each."""
    app, group = typer.Typer(), typer.Typer(invoke_without_command=True, result_callback=lambda value: value)

    @group.callback()
    def run_all(ctx: typer.Context) -> None:
        if ctx.invoked_subcommand is None:
            ctx.invoke(nothing)

    @group.command("again")
    def again(ctx: typer.Context) -> None:
        ctx.invoke(nothing)

    @app.command("nested")
    def nested() -> None:
        app(["group", "run"], standalone_mode=False)
        with pytest.raises(SystemExit):
            app(["login"])

    group.command("run")(nothing)
    app.command("login")(nothing)
    app.add_typer(group, name="group")
    track(app, recorder.tracker)
    for line in ("group", "group again", "group run", "nested"):
        assert run(app, line) == 0
    assert recorder.events == [
        ("group", "success"), ("group.again", "success"), ("group.run", "success"), ("nested", "success"),
    ]  # fmt: skip
    assert recorder.logins == []


def test_a_groups_callback_that_fails_names_the_command_that_was_asked_for(recorder: Recorder) -> None:
    """It refuses this command, say for want of a login; leaving with success, it is the group that did."""
    app = typer.Typer()

    @app.callback()
    def refuse(code: int = 0, failing: bool = False) -> None:
        if failing:
            raise ValueError("not logged in")
        raise typer.Exit(code)

    app.command("login")(nothing)
    track(app, recorder.tracker)
    assert [
        run(app, line) for line in ("--failing login", "--code 3 login", "login", "--failing secret")
    ] == [1, 3, 0, 2]
    assert recorder.events == [("login", "error"), ("login", "exit"), ("root", "success"), ("root", "usage")]
    assert recorder.logins == []


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
    assert recorder.rotations == 1
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
    assert recorder.rotations == 1


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


class Broken:
    """A tracker, or an app, of which nothing works."""

    def __getattr__(self, name: str) -> Any:
        raise BrokenError(name)


def test_no_exception_leaves_track(recorder: Recorder) -> None:
    """An app that is none, or a tracker that is broken: the host goes on, untracked."""
    broken: Any = Broken()
    assert track(broken, recorder.tracker) is broken
    assert track(None, recorder.tracker) is None
    app = track(make_app(), broken)
    assert run(app, "toolkit exit 3") == 3
    assert run(app, "toolkit run") == 0
