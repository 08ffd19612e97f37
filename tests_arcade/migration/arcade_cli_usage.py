"""Usage tracking of the Arcade CLI."""

import sys
from contextlib import suppress
from typing import Any

from arcade_core.constants import POSTHOG_PROJECT_TOKEN
from typer.core import TyperGroup

import arcade_usage


def selected_context() -> Any:
    """The name of the context that --context or $ARCADE_CONTEXT selects for a command."""
    from arcade_core.config_model import selected_context

    selected: str | None = selected_context()
    return selected


tool = arcade_usage.Tool(
    distribution="arcade-mcp",
    project_token=POSTHOG_PROJECT_TOKEN,
    context=selected_context,
    properties=(
        arcade_usage.Property("org_id", kind="id", reason="which organizations use the CLI"),
        arcade_usage.Property("project_id", kind="id", reason="which projects use the CLI"),
    ),
    # As before, events are also sent where there is no terminal: Arcade's terms inform users too.
    notice=arcade_usage.Notice(
        "NOTICE", "https://docs.arcade.dev/en/references/mcp/telemetry", told_elsewhere=True
    ),
)


def org_and_project() -> dict[str, str]:
    """Organization and project of the context that a command used, if there is one."""
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
