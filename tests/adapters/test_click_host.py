"""A tracked Click app: names of commands, chains, and commands that run other commands."""

import sys
from typing import Any

import click
import pytest

from arcade_usage.adapters.frameworks.typer_app import track
from tests.adapters.click_groups import Abbreviated, Anything, Defaulting, Lazy, make_command, make_group, run
from tests.adapters.recorder import Recorder


@pytest.mark.parametrize(
    ("kind", "line", "name"),
    [
        (Lazy, "group query", "group.query"),
        (Lazy, "group store", "group.store"),
        (Abbreviated, "group sto", "group.store"),
        (Defaulting, "group store", "group.store"),
        (Anything, "group typed-secret", "group.*"),
        (Anything, "group part-of-secret", "group.*"),
        (Anything, "group secret", "group.fixed"),
    ],
)
def test_a_name_comes_from_the_tool(
    recorder: Recorder, kind: type[click.Group], line: str, name: str
) -> None:
    """A name is the group's name for a command, or one from its list, or the command's own; never typed text."""
    root = click.Group("program", commands={"group": make_group(kind)})
    track(root, recorder.tracker)
    run(root, line)
    assert [event for event, _ in recorder.events] == [name]
    assert "secret" not in "".join(recorder.launcher.payloads)


def test_a_default_command_is_called_by_its_name(recorder: Recorder) -> None:
    """A default command has its name, although it was not typed."""

    def show(what: str) -> None:
        del what

    group = make_group(Defaulting)
    group.commands["show"].params.append(click.Argument(["what"]))
    group.commands["show"].callback = show
    track(group, recorder.tracker)
    assert run(group, "secret") == 0
    assert recorder.events == [("show", "success")]


def test_a_command_of_several_names_is_called_by_the_one_that_was_used(recorder: Recorder) -> None:
    """Of several names in a group, the used one counts, abbreviated or not. The command's own name is ignored."""
    group = make_group(Abbreviated)
    command = make_command("main")
    group.add_command(command, "first")
    group.add_command(command, "other")
    track(group, recorder.tracker)
    assert [run(group, line) for line in ("first", "other", "ot")] == [0, 0, 0]
    assert [name for name, _ in recorder.events] == ["first", "other", "first"]


def test_commands_of_several_groups_in_one(recorder: Recorder) -> None:
    """A CommandCollection finds the commands of its sources."""
    collection = click.CommandCollection("all", sources=[make_group(), make_group(Lazy)])
    track(collection, recorder.tracker)
    assert [run(collection, line) for line in ("show", "query", "secret")] == [0, 0, 2]
    assert recorder.events == [("show", "success"), ("query", "success"), ("root", "usage")]


@pytest.mark.parametrize(("name", "event"), [("tool", "tool"), (None, "root")])
def test_a_single_command_is_called_by_its_name(recorder: Recorder, name: str | None, event: str) -> None:
    """The event has the name that the author gave, or a default one."""
    command = make_command(name)
    track(command, recorder.tracker)
    assert run(command, "") == 0
    assert recorder.events == [(event, "success")]


def test_a_command_alone_is_not_tracked_by_its_group(recorder: Recorder) -> None:
    """A command of a tracked group that is run by itself is not tracked."""
    group = make_group()
    track(group, recorder.tracker)
    run(group, "show")
    assert run(group.commands["show"], "") == 0
    assert recorder.events == [("show", "success")]


def test_a_command_of_a_tracked_group_can_be_tracked_by_itself(recorder: Recorder) -> None:
    """A command that is tracked by itself still counts for its group if the group runs it."""
    group, alone = make_group(), Recorder()
    track(group, recorder.tracker)
    run(group, "show")
    track(group.commands["show"], alone.tracker)
    assert run(group.commands["show"], "") == 0
    assert run(group, "show") == 0
    assert recorder.events == [("show", "success")] * 2
    assert alone.events == [("show", "success")]


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
    """The event has the name of the last command that began; a login anywhere in the chain makes it a login."""
    chain = make_chain()
    track(chain, recorder.tracker)
    run(chain, line)
    assert recorder.events == [event]
    assert recorder.logins == logins


@pytest.mark.parametrize("chain", [False, True])
def test_a_result_callback_belongs_to_the_command(recorder: Recorder, chain: bool) -> None:
    """A result callback is part of the command: one event, and its failure is the command's."""

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
    """`ctx.invoke` and `ctx.forward`, from group callbacks and commands, add no events, logins included."""
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


def test_a_group_that_runs_another_command_first(recorder: Recorder) -> None:
    """The event is that of the requested command."""
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
    """Help and Click's other eager options report nothing; nor does help shown for a missing command."""
    group = click.version_option("1.0")(make_group())
    track(group, recorder.tracker)
    run(group, line)
    assert recorder.events == ([] if event is None else [event])


def test_options_of_a_command_that_its_group_does_not_list_are_left_out(recorder: Recorder) -> None:
    """The group may make them of typed text, like the command."""

    class Typed(Anything):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            command = super().get_command(ctx, cmd_name)
            command.params.append(click.Option([f"--{cmd_name}"]))
            command.callback = lambda **_: None
            return command

    group = Typed("program", callback=lambda **_: None, params=[click.Option(["--level"])])
    track(group, recorder.tracker)
    assert run(group, "--level 1 typed-secret --typed-secret 1") == 0
    (command,) = recorder.commands
    assert (command["name"], command["options"]) == ("*", ["level"])
    assert "secret" not in "".join(recorder.launcher.payloads)


def test_a_parameter_without_the_usual_attributes_is_no_obstacle(recorder: Recorder) -> None:
    """The command runs and is reported, without its options."""

    class Odd(click.Option):
        @property
        def param_type_name(self) -> str:  # type: ignore[override]
            raise RuntimeError("what type")

    command = make_command("tool", lambda **_: None)
    command.params.append(Odd(["--odd"]))
    track(command, recorder.tracker)
    assert run(command, "--odd 1") == 0
    assert [(each["name"], each["options"]) for each in recorder.commands] == [("tool", [])]
