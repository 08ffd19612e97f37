"""Usage tracking of the Arcade CLI."""

import sys
from collections import UserDict
from contextlib import suppress
from typing import Any

from arcade_core.constants import POSTHOG_PROJECT_TOKEN
from typer.core import TyperGroup

import arcade_usage

tool = arcade_usage.Tool(
    distribution="arcade-mcp",
    project_token=POSTHOG_PROJECT_TOKEN,
    # Here `org_id` and `project_id` are declared as ids; until then they are redacted.
    # As before, events are also sent where there is no terminal: Arcade's terms inform users too.
    notice=arcade_usage.Notice("NOTICE", "https://docs.arcade.dev", told_elsewhere=True),
)


class OrgAndProject(UserDict[str, str]):
    """Organization and project of the context that a command used, read when it has ended."""

    def __init__(self) -> None:
        """Read nothing yet."""

    @property
    def data(self) -> dict[str, str]:  # type: ignore[override]
        from arcade_core.config_model import Config

        with suppress(Exception):  # not logged in, or a malformed file
            if context := Config.load_from_file().context:
                return {"org_id": context.org_id, "project_id": context.project_id}
        return {}


class Group(TyperGroup):
    """Ends a command that raised CLIError, which has printed its message, with exit code 1."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        from arcade_cli.utils import CLIError

        try:
            return super().main(*args, **kwargs)
        except CLIError:
            sys.exit(1)
