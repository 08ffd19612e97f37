"""How the help of the commands looks. Imports no command and not Typer."""

import shutil
from typing import Any

HELP = """Show what a command-line tool reports about its usage and where it is sent, or turn it off.

Exit codes: 0 success; 1 failure, for example an unusable config folder; 2 invalid arguments;
3 tracking is off, or events are still waiting.
"""
NARROW_WIDTH = 60  # columns below which Typer's tables cut the names of options


def style() -> dict[str, Any]:
    """How an app's help looks on this terminal: without tables on a narrow one."""
    columns = shutil.get_terminal_size().columns
    narrow = {"rich_markup_mode": None, "context_settings": {"terminal_width": columns}}
    return {
        "add_completion": False,
        "pretty_exceptions_enable": False,
        **(narrow if columns < NARROW_WIDTH else {}),
    }


def texts(help_text: str) -> dict[str, Any]:
    """A command's help with one line for each paragraph, which wraps on any terminal."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in help_text.split("\n\n")]
    return {"help": "\n\n".join(paragraphs), "short_help": paragraphs[0]}
