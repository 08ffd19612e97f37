"""docs/commands.md lists the commands of the code."""

import re
from pathlib import Path

from arcade_usage import cli

PAGE = Path(__file__).parents[3] / "docs/commands.md"


def test_each_command_has_a_row() -> None:
    """No command is without its row in the first table, and no row without its command."""
    table = PAGE.read_text(encoding="utf-8").partition("| command |")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
    listed = [name for cell in cells for name in re.findall(r"`([a-z]+)", cell)]
    commands = [command.callback for command in cli.app.registered_commands]
    assert sorted(listed) == sorted(callback.__name__ for callback in commands if callback is not None)
