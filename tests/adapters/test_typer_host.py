"""A tracked Typer app: names and outcomes of commands, and one event for each invocation."""

import sys
from typing import Any

import pytest
import typer
from typer.main import get_command  # imported before tracking, as a tool may do
from typer.models import Default
from typer.testing import CliRunner

from arcade_usage.adapters.frameworks.typer_app import track
from tests.adapters.recorder import Recorder
from tests.adapters.typer_apps import leave, make_app, nothing, run


@pytest.mark.parametrize(
    ("line", "name"),
    [("login", "login"), ("toolkit run", "toolkit.run"), ("toolkit deep run", "toolkit.deep.run")],
)
def test_a_command_is_called_by_its_dotted_path(recorder: Recorder, line: str, name: str) -> None:
    """A name is the path below the app, with dots, without the program's name."""
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
def test_outcomes_are_distinguished(
    recorder: Recorder, line: str, event: tuple[str, str], exit_code: int
) -> None:
    """Outcomes are distinguished; without a command the group is named, and typed text is nowhere in the event."""
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
    """Options that print and exit report nothing, nor does help shown for a missing command."""
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
    """A failure in an option's callback is a failure of its command."""

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
    """Shell completion reports nothing."""
    app = track(make_app(), recorder.tracker)
    environment = {"_APP_COMPLETE": "complete_bash", "COMP_WORDS": "app toolkit r", "COMP_CWORD": "2"}
    result = CliRunner().invoke(app, [], prog_name="app", env=environment)
    assert "run" in result.stdout
    assert recorder.events == []


def test_what_is_added_later_is_tracked_too(recorder: Recorder) -> None:
    """Commands and nested groups are tracked, whether they are added before or after `track`."""
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
    """A single command, whose name is not typed, has its name, as it has with a second command."""
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
def test_the_group_class_of_the_tool_is_used(recorder: Recorder, says: str) -> None:
    """The group class of the app or its callback is used, also if it is set after `track`."""

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
    """`app()`, its Click command and a larger app that contains it report one event each."""
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
    """Groups that run commands, commands that run others, and apps that call themselves report one event each."""
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
    """A failure in a group's callback is the requested command's; a successful exit is the group's."""
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


def test_options_are_reported_by_their_declared_names(recorder: Recorder) -> None:
    """Those on the command line, of groups too: no value, no typed text, none from a variable or a default."""
    app = typer.Typer()

    @app.callback()
    def main(
        verbose: bool = typer.Option(False, "-v", "--verbose"), q: bool = typer.Option(False, "-q")
    ) -> None:
        del verbose, q

    @app.command()
    def go(
        name: str,
        dry_run: bool = False,
        output: str = "x",
        token: str = typer.Option("", envvar="SOME_TOKEN"),
        color: bool = typer.Option(True, "--color/--no-color"),
    ) -> None:
        del name, dry_run, output, token, color

    track(app, recorder.tracker)
    lines = [
        "-vq go secret --no-color --output=secret --dry-run",
        "go secret",
        "go secret --secret --output secret",
    ]
    for line in lines:
        CliRunner().invoke(app, line.split(), env={"SOME_TOKEN": "secret"})
    assert [command["options"] for command in recorder.commands] == [
        ["verbose", "q", "dry-run", "output", "color"],
        [],
        [],
    ]
    assert "secret" not in "".join(str(command["options"]) for command in recorder.commands)
