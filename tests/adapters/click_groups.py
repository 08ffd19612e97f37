"""Click groups with different ways to find their commands."""

from typing import Any

import click
from click.testing import CliRunner


def run(command: click.Command, line: str) -> int:
    """Run a command line; returns the exit code."""
    return CliRunner().invoke(command, line.split()).exit_code


def make_command(name: str | None, callback: Any = lambda: None) -> click.Command:
    return click.Command(name, callback=callback)


class Lazy(click.Group):
    """Creates a command each time it is requested, and lists the names without creating them."""

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
    """Finds a command by a prefix of its name."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        names = [name for name in self.commands if name.startswith(cmd_name)]
        return self.commands[names[0]] if len(names) == 1 else None


class Anything(click.Group):
    """Creates a command for any typed name. Its list of commands raises."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        del ctx
        if cmd_name.startswith("part"):
            return make_command(f"task:{cmd_name}")
        return make_command(cmd_name if cmd_name.startswith("typed") else "fixed")

    def list_commands(self, ctx: click.Context) -> list[str]:
        raise SystemExit(f"the list is gone: {ctx}")


class Defaulting(click.Group):
    """Runs `show` if the first argument is not a command."""

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
