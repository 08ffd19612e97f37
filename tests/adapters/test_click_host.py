"""A tracked Click command line: groups that find their commands in their own ways, chains, and contexts."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import click
import pytest
from click.testing import CliRunner

from arcade_usage.adapters import invocation
from arcade_usage.adapters.typer_host import track
from tests.adapters.recorder import Recorder


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def run(command: click.Command, line: str) -> int:
    """Run a command line; returns the exit code."""
    return CliRunner().invoke(command, line.split()).exit_code


def make_command(name: str | None, callback: Any = lambda: None) -> click.Command:
    return click.Command(name, callback=callback)


class Lazy(click.Group):
    """Makes its commands when they are asked for, each time anew, and lists them without."""

    loaded = ("query", "export")

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *self.loaded])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "broken":
            raise ImportError("no such plugin")
        if cmd_name in self.loaded:
            return make_command("main")
        return super().get_command(ctx, cmd_name)


class Abbreviated(click.Group):
    """Finds a command by the beginning of its name."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        names = [name for name in self.commands if name.startswith(cmd_name)]
        return self.commands[names[0]] if len(names) == 1 else None


class Anything(click.Group):
    """Makes a command of whatever is typed; some of it is in a list that fails."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        del ctx
        return make_command(cmd_name if cmd_name.startswith("typed") else "fixed")

    def list_commands(self, ctx: click.Context) -> list[str]:
        raise OSError("the list is gone", ctx)


class Defaulting(click.Group):
    """Runs `show` where no known command is named."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


def make_group(kind: type[click.Group] = click.Group, **options: Any) -> click.Group:
    group = kind("group", **options)
    for name in ("show", "store"):
        group.add_command(make_command(name))
    return group


@pytest.mark.parametrize(
    ("kind", "line", "name"),
    [
        (Lazy, "group query", "group.query"),
        (Lazy, "group store", "group.store"),
        (Abbreviated, "group sto", "group.store"),
        (Defaulting, "group store", "group.store"),
        (Anything, "group typed-secret", "group.*"),
        (Anything, "group secret", "group.fixed"),
    ],
)
def test_a_name_is_one_that_the_host_gave(
    recorder: Recorder, kind: type[click.Group], line: str, name: str
) -> None:
    """As the group knows it, or lists it; else as the command calls itself, unless that is what was typed."""
    root = click.Group("program", commands={"group": make_group(kind)})
    track(root, recorder.tracker)
    run(root, line)
    assert [event for event, _ in recorder.events] == [name]
    assert "secret" not in "".join(recorder.launcher.payloads)


def test_a_default_command_is_called_by_its_name(recorder: Recorder) -> None:
    """Though nobody typed it."""

    def show(what: str) -> None:
        del what

    group = make_group(Defaulting)
    group.commands["show"].params.append(click.Argument(["what"]))
    group.commands["show"].callback = show
    track(group, recorder.tracker)
    assert run(group, "secret") == 0
    assert recorder.events == [("show", "success")]


def test_a_command_of_several_names_is_called_by_the_one_that_was_used(recorder: Recorder) -> None:
    """Its own name counts for nothing where the group has given others, abbreviated or not."""
    group = make_group(Abbreviated)
    command = make_command("main")
    group.add_command(command, "first")
    group.add_command(command, "other")
    track(group, recorder.tracker)
    assert [run(group, line) for line in ("first", "other", "ot")] == [0, 0, 0]
    assert [name for name, _ in recorder.events] == ["first", "other", "first"]


def test_commands_of_several_groups_in_one(recorder: Recorder) -> None:
    """A collection finds its commands in its sources."""
    collection = click.CommandCollection("all", sources=[make_group(), make_group(Lazy)])
    track(collection, recorder.tracker)
    assert [run(collection, line) for line in ("show", "query", "secret")] == [0, 0, 2]
    assert recorder.events == [("show", "success"), ("query", "success"), ("root", "usage")]


@pytest.mark.parametrize(("name", "event"), [("tool", "tool"), (None, "root")])
def test_a_single_command_is_called_by_its_name(recorder: Recorder, name: str | None, event: str) -> None:
    """Which its author gave; without one there is nothing to call it by."""
    command = make_command(name)
    track(command, recorder.tracker)
    assert run(command, "") == 0
    assert recorder.events == [(event, "success")]


def test_a_command_alone_is_not_tracked_by_its_group(recorder: Recorder) -> None:
    """Run by itself, after its group was tracked and ran it, it is nobody's invocation."""
    group = make_group()
    track(group, recorder.tracker)
    run(group, "show")
    assert run(group.commands["show"], "") == 0
    assert recorder.events == [("show", "success")]


def test_a_command_of_a_tracked_group_can_be_tracked_by_itself(recorder: Recorder) -> None:
    """Run by its group it is still the group's."""
    group, alone = make_group(), Recorder()
    track(group, recorder.tracker)
    run(group, "show")
    track(group.commands["show"], alone.tracker)
    assert run(group.commands["show"], "") == 0
    assert run(group, "show") == 0
    assert recorder.events == [("show", "success")] * 2
    assert alone.events == [("show", "success")]


def test_a_context_that_is_entered_again_is_no_second_event(recorder: Recorder) -> None:
    """Whoever kept it may do so; the invocation is over."""
    kept: list[click.Context] = []
    command = make_command("tool", click.pass_context(kept.append))
    track(command, recorder.tracker)
    run(command, "")
    with kept[0]:
        pass
    assert recorder.events == [("tool", "success")]


def make_chain(**options: Any) -> click.Group:
    def fail() -> None:
        raise ValueError("no")

    chain = make_group(chain=True, **options)
    chain.add_command(make_command("fail", fail))
    chain.add_command(make_command("login"))
    chain.add_command(make_command("quit", sys.exit))
    return chain


@pytest.mark.parametrize(
    ("line", "event", "logins"),
    [
        ("show", ("show", "success"), []),
        ("show store", ("store", "success"), []),
        ("login show", ("show", "success"), ["show"]),
        ("quit login", ("quit", "success"), []),
        ("show fail store", ("fail", "error"), []),
        ("login fail", ("fail", "error"), []),
        ("show store --nope show", ("store", "usage"), []),
        ("show secret", ("root", "usage"), []),
    ],
)
def test_a_chain_is_one_event(
    recorder: Recorder, line: str, event: tuple[str, str], logins: list[str]
) -> None:
    """Called by the last command that began, which is the one that failed; a login in it is a login."""
    chain = make_chain()
    track(chain, recorder.tracker)
    run(chain, line)
    assert recorder.events == [event]
    assert recorder.logins == logins


@pytest.mark.parametrize("chain", [False, True])
def test_a_result_callback_belongs_to_the_command(recorder: Recorder, chain: bool) -> None:
    """It runs after the command, in the group's name: one event, and a failure in it is the command's."""

    def process(result: Any, code: int) -> None:
        del result
        if code:
            sys.exit(code)

    group = make_group(
        chain=chain, result_callback=process, params=[click.Option(["--code"], type=int, default=0)]
    )
    track(group, recorder.tracker)
    assert [run(group, line) for line in ("show", "--code 3 store")] == [0, 3]
    assert recorder.events == [("show", "success"), ("store", "exit")]


def test_a_command_that_runs_others_is_one_event(recorder: Recorder) -> None:
    """By `ctx.invoke` and `ctx.forward`, from a group's callback and from a command, logins included."""
    group = click.Group("program", invoke_without_command=True)
    login = make_command("login")

    @group.result_callback()
    @click.pass_context
    def process(ctx: click.Context, result: object) -> None:
        del result
        ctx.invoke(login)

    @group.command("many")
    @click.pass_context
    def many(ctx: click.Context) -> None:
        ctx.invoke(login)
        ctx.forward(login)
        group.main(["login"], standalone_mode=False)
        with group.make_context("again", ["login"], parent=ctx) as again:
            group.invoke(again)

    group.add_command(login)
    track(group, recorder.tracker)
    assert [run(group, line) for line in ("", "many")] == [0, 0]
    assert recorder.events == [("root", "success"), ("many", "success")]
    assert recorder.logins == []


def test_a_group_that_runs_another_command_before_the_one_that_was_meant(recorder: Recorder) -> None:
    """The event is that of the command that was meant."""
    group = make_group()

    @click.pass_context
    def prepare(ctx: click.Context) -> None:
        ctx.invoke(group.commands["store"])

    group.callback = prepare
    track(group, recorder.tracker)
    assert run(group, "show") == 0
    assert recorder.events == [("show", "success")]


@pytest.mark.parametrize(
    ("line", "event"),
    [("show", ("show", "success")), ("--help", None), ("", None), ("--version", None), ("show --help", None)],
)
def test_help_is_no_event(recorder: Recorder, line: str, event: tuple[str, str] | None) -> None:
    """Click's own options and its help for want of a command."""
    group = click.version_option("1.0")(make_group())
    track(group, recorder.tracker)
    run(group, line)
    assert recorder.events == ([] if event is None else [event])


def test_a_context_made_for_its_help_leaves_no_trace(recorder: Recorder) -> None:
    """What makes documentation of a command line, or parses without running, is no event, and stops none."""
    group = make_group()
    track(group, recorder.tracker)
    context = group.make_context("program", ["show"])
    assert "store" in group.get_help(context)
    group.make_context("program", [], resilient_parsing=True)
    assert recorder.events == []
    assert run(group, "show") == 0
    assert recorder.events == [("show", "success")]


class Special(click.Context):
    """A host's own kind of context."""

    def colour(self) -> str:
        return "blue"


def test_a_hosts_own_contexts_stay_its_own(recorder: Recorder) -> None:
    """They are of its class still, in the app and below."""
    seen: list[Any] = []

    class Command(click.Command):
        context_class = Special

    class Group(Lazy):
        context_class = Special
        command_class = Command

    group = Group("program")

    @group.command("show")
    @click.pass_context
    def show(ctx: click.Context) -> None:
        seen.extend((ctx, ctx.parent))

    track(group, recorder.tracker)
    assert run(group, "show") == 0
    assert [context.colour() for context in seen] == ["blue", "blue"]
    assert {repr(type(context)) for context in seen} == {repr(Special)}


def frames_of(group: click.Group, line: str) -> list[str]:
    """The functions that a traceback names when a command line is run, innermost last."""
    try:
        group.main(line.split(), "program", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    raise AssertionError("nothing was raised")


def make_failing() -> click.Group:
    """A group in which something fails, other than a command."""

    @contextlib.contextmanager
    def resource() -> Iterator[None]:
        yield
        raise RuntimeError("can't be closed")

    @click.pass_context
    def open_resource(ctx: click.Context) -> None:
        ctx.with_resource(resource())

    def check(ctx: click.Context, param: click.Parameter, value: object) -> object:
        del ctx, param
        if value:
            raise RuntimeError("not that one")
        return value

    group = Lazy("program")
    group.add_command(make_command("unclosable", open_resource))
    option = click.Option(["--check"], callback=check, expose_value=False)
    group.add_command(click.Command("checked", params=[option], callback=lambda: None))
    group.add_command(Lazy("deep", commands={"unclosable": make_command("unclosable", open_resource)}))
    group.params.append(option)
    return group


@pytest.mark.parametrize(
    "line",
    ["broken", "deep broken", "nope", "show", "unclosable", "deep unclosable", "checked --check 1", "--check 1 checked"],
)  # fmt: skip
def test_no_traceback_shows_tracking(recorder: Recorder, line: str) -> None:
    """Wherever it fails: loading a command, parsing, closing a resource. And it is one event."""
    group = make_failing()
    untracked = frames_of(group, line)
    track(group, recorder.tracker)
    assert frames_of(group, line) == untracked
    assert len(recorder.events) == 1


def test_a_traceback_from_closing_the_apps_own_context(recorder: Recorder) -> None:
    """Shows no frame of tracking; on Python 3.10, which keeps it, this one."""
    group = make_failing()
    group.callback = group.commands["unclosable"].callback
    untracked = frames_of(group, "query")
    track(group, recorder.tracker)
    tracked = frames_of(group, "query")
    ours = [frame for frame in tracked if frame.startswith(invocation.__file__)]
    assert len(ours) == (0 if sys.version_info >= (3, 11) else 1)
    assert [frame for frame in tracked if frame not in ours] == untracked
    assert recorder.events == [("query", "error")]


def test_a_failure_that_the_host_overcomes_is_none(recorder: Recorder) -> None:
    """A group may catch what its command raises: then nothing left it."""

    class Forgiving(click.Group):
        def invoke(self, ctx: click.Context) -> Any:
            with contextlib.suppress(ValueError):
                return super().invoke(ctx)
            return "forgiven"

    def fail() -> None:
        raise ValueError("no")

    group = Forgiving("program", commands={"fail": make_command("fail", fail)})
    track(group, recorder.tracker)
    assert group.main(["fail"], "program", standalone_mode=False) == "forgiven"
    assert recorder.events == [("fail", "success")]


def test_an_exit_of_the_apps_own_context_has_its_code(recorder: Recorder) -> None:
    """`ctx.exit` closes the context before it exits."""

    @click.pass_context
    def leave(ctx: click.Context) -> None:
        ctx.find_root().exit(3)

    group = click.Group("program", commands={"leave": make_command("leave", leave)})
    track(group, recorder.tracker)
    assert run(group, "leave") == 3
    command = make_command("single", leave)
    track(command, recorder.tracker)
    assert run(command, "") == 3
    assert recorder.events == [("leave", "exit"), ("single", "exit")]


def test_a_hosts_own_way_to_find_commands_on_one_group_is_left_alone(recorder: Recorder) -> None:
    """Set on the group itself, it is not replaced; the event then has the group's name."""
    group = make_group()
    own = group.resolve_command
    group.resolve_command = lambda ctx, args: own(ctx, args)  # type: ignore[method-assign]
    mine = group.resolve_command
    track(group, recorder.tracker)
    assert run(group, "show") == 0
    assert group.resolve_command is mine
    assert recorder.events == [("root", "success")]
