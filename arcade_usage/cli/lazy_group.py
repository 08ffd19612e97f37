"""A Typer group whose commands are imported when a user runs one."""

from collections.abc import MutableMapping
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from arcade_usage.cli import load_commands


class LazyGroup(TyperGroup):
    """The commands of `arcade-usage`; without arguments, it runs `status`.

    Importing the commands takes longer than most tools need to start.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["status"])

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self._load())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        return self._load().get(cmd_name)

    def _load(self) -> MutableMapping[str, Any]:
        if not self.commands:
            group: Any = get_command(load_commands().make_app())
            self.commands.update(group.commands)
        return self.commands
