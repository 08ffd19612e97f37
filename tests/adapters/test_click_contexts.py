"""Contexts of a tracked Click app: their classes, how they end, and their tracebacks."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import click
import pytest

from arcade_usage.adapters.frameworks import invocation
from arcade_usage.adapters.frameworks.typer_app import track
from tests.adapters.click_groups import Lazy, make_command, make_group, run
from tests.adapters.recorder import Recorder


def test_a_context_that_is_entered_again_is_no_second_event(recorder: Recorder) -> None:
    """Entering a context after its invocation ended reports nothing."""
    kept: list[click.Context] = []
    command = make_command("tool", click.pass_context(kept.append))
    track(command, recorder.tracker)
    run(command, "")
    with kept[0]:
        pass
    assert recorder.events == [("tool", "success")]


def test_a_context_made_for_its_help_leaves_no_trace(recorder: Recorder) -> None:
    """Building help texts, or parsing without running, reports nothing and prevents no later event."""
    group = make_group()
    track(group, recorder.tracker)
    context = group.make_context("program", ["show"])
    assert "store" in group.get_help(context)
    group.make_context("program", [], resilient_parsing=True)
    assert recorder.events == []
    assert run(group, "show") == 0
    assert recorder.events == [("show", "success")]


class Special(click.Context):
    """A Context class of the tool."""

    def colour(self) -> str:
        return "blue"


def test_attributes_of_the_tool_s_context_are_its_own(recorder: Recorder) -> None:
    """Whatever it calls them: the library's have names that no tool uses."""

    class Shipping(click.Context):
        original = "a parcel"

        def tracking(self) -> str:
            return "on its way"

    class Group(click.Group):
        context_class = Shipping

    group = Group("program")
    seen: list[str] = []

    @group.command("send")
    @click.pass_context
    def send(context: Any) -> None:
        seen.extend((context.parent.original, context.parent.tracking()))

    track(group, recorder.tracker)
    assert run(group, "send") == 0
    assert (seen, recorder.events) == (["a parcel", "on its way"], [("send", "success")])


def test_context_classes_of_the_tool_are_kept(recorder: Recorder) -> None:
    """The tool's Context classes are used in the app and in its commands."""
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
    """Files and lines of the traceback when this command line is run, innermost last."""
    try:
        group.main(line.split(), "program", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - whatever it is
        return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    raise AssertionError("nothing was raised")


def make_failing() -> click.Group:
    """A group with failures outside of command callbacks."""

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
    """Failures while loading, parsing and closing have the same traceback as without tracking, and are one event."""
    group = make_failing()
    untracked = frames_of(group, line)
    track(group, recorder.tracker)
    assert frames_of(group, line) == untracked
    assert len(recorder.events) == 1


def test_a_traceback_from_closing_the_apps_own_context(recorder: Recorder) -> None:
    """A failure to close the app's context shows no frame of tracking; on Python 3.10, one."""
    group = make_failing()
    group.callback = group.commands["unclosable"].callback
    untracked = frames_of(group, "query")
    track(group, recorder.tracker)
    tracked = frames_of(group, "query")
    ours = [frame for frame in tracked if frame.startswith(invocation.__file__)]
    assert len(ours) == (0 if sys.version_info >= (3, 11) else 1)
    assert [frame for frame in tracked if frame not in ours] == untracked
    assert recorder.events == [("query", "error")]


def test_a_failure_that_a_group_catches_is_a_success(recorder: Recorder) -> None:
    """If a group catches the exception of its command, the event is a success."""

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
    """`ctx.exit` on the app's context, which closes it first, keeps the exit code."""

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


def test_a_resolve_command_of_one_group_is_kept(recorder: Recorder) -> None:
    """A `resolve_command` set on a group instance is kept. The event then has the group's name."""
    group = make_group()
    own = group.resolve_command
    group.resolve_command = lambda ctx, args: own(ctx, args)  # type: ignore[method-assign]
    mine = group.resolve_command
    track(group, recorder.tracker)
    assert run(group, "show") == 0
    assert group.resolve_command is mine
    assert recorder.events == [("root", "success")]
