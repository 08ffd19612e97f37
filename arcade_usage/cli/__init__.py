"""The command line `arcade-usage`, and the same commands for a tool to mount. Needs the extra `cli`.

Owns the invariant that importing this package does not need the extra: functions import it.
"""

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click
    import typer

    from arcade_usage.composition.command import ToolConfig
    from arcade_usage.domain.declaration import Property
    from arcade_usage.domain.notice import Notice

    app: typer.Typer

__all__ = ["app", "main", "usage_app"]

_EXTRA = ("rich", "typer")
_WITHOUT_EXTRA = "arcade-usage: the command line needs an extra: pip install 'arcade-usage[cli]'\n"


def main() -> None:
    """Run the console script `arcade-usage`."""
    try:
        import rich  # noqa: F401 - can be missing although typer is installed
        import typer  # noqa: F401 - here, a missing extra can be distinguished from a broken import

        from arcade_usage.cli.commands import make_app
    except ModuleNotFoundError as missing:
        if missing.name not in _EXTRA:
            raise
        sys.stderr.write(_WITHOUT_EXTRA)
        raise SystemExit(1) from None
    make_app()()


def usage_app(
    *,
    distribution: str,
    project_token: str | None,
    host: str | None = None,
    version: str | None = None,
    config_dir: "str | os.PathLike[str] | None" = None,
    credentials: "str | os.PathLike[str] | None" = None,
    notice: "Notice | None" = None,
    properties: "Sequence[Property]" = (),
    safe_errors: "Sequence[type[BaseException]]" = (),
    private_errors: "Sequence[type[BaseException]]" = (),
    adapters: str | None = None,
) -> "typer.Typer":
    """Make a Typer app of the commands, for a tool to mount: `app.add_typer(usage_app(...), name="usage")`.

    The arguments are those of `arcade_usage.Tool`; with them, `usage show` shows the tool's own event.
    """
    from arcade_usage.composition.command import ToolConfig

    return make_usage_app(
        ToolConfig(
            distribution=distribution,
            project_token=project_token,
            host=host,
            version=version,
            config_dir=config_dir,
            credentials=credentials,
            notice=notice,
            properties=properties,
            safe_errors=safe_errors,
            private_errors=private_errors,
            adapters=adapters,
        )
    )


def make_usage_app(config: "ToolConfig") -> "typer.Typer":
    """Make a Typer app of the commands for this tool."""
    from arcade_usage.cli.commands import make_app

    return make_app(config)


def make_usage_command(config: "ToolConfig") -> "click.Command":
    """Make a Click command that passes its arguments to the Typer app.

    Click can't mount the app itself: newer Typer versions bundle their own Click.
    """
    import click

    def usage(arguments: tuple[str, ...]) -> None:
        click.get_current_context().exit(run_usage_command(config, arguments))

    return click.Command(
        "usage",
        callback=usage,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        help="Show what this tool reports about its usage and where it is sent, or turn it off.",
        context_settings={"ignore_unknown_options": True},
        add_help_option=False,
    )


def run_usage_command(config: "ToolConfig", arguments: "Sequence[str]") -> int:
    """Run a command; returns its exit code. Typer prints usage errors."""
    try:
        make_usage_app(config)(args=list(arguments), prog_name="usage")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def __getattr__(name: str) -> Any:
    """Make `app` on first access: the commands of `arcade-usage`, without a tool's configuration."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from arcade_usage.cli.commands import make_app

    globals()["app"] = made = make_app()
    return made
