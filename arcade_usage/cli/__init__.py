"""The command line: `arcade-usage`, and the same for a host to mount. Its framework is the extra `cli`.

Owns the invariant that importing this needs no extra: what does is imported when it is asked for.
"""

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click
    import typer

    from arcade_usage.composition.command import ToolConfig

    app: typer.Typer

__all__ = ["app", "main", "usage_app"]

_EXTRA = ("rich", "typer")
_WITHOUT_EXTRA = "arcade-usage: its command line needs an extra; pip install 'arcade-usage[cli]'\n"


def main() -> None:
    """The console script."""
    try:
        import rich  # noqa: F401 - it may be missing where typer is not
        import typer  # noqa: F401 - here, that one missing is told apart from a fault of ours

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
    config_dir: "str | os.PathLike[str] | None" = None,
    credentials: "str | os.PathLike[str] | None" = None,
    adapters: str | None = None,
) -> "typer.Typer":
    """The commands as a Typer app for a tool to mount: `app.add_typer(usage_app(...), name="usage")`.

    Takes what `arcade_usage.Tool` takes, so that `usage show` shows the tool's own event.
    """
    from arcade_usage.composition.command import ToolConfig

    return make_usage_app(
        ToolConfig(
            distribution=distribution,
            project_token=project_token,
            host=host,
            config_dir=config_dir,
            credentials=credentials,
            adapters=adapters,
        )
    )


def make_usage_app(config: "ToolConfig") -> "typer.Typer":
    from arcade_usage.cli.commands import make_app

    return make_app(config)


def make_usage_command(config: "ToolConfig") -> "click.Command":
    """Passes its arguments on: newer Typers have a Click of their own, which Click does not mount."""
    import click

    def usage(arguments: tuple[str, ...]) -> None:
        click.get_current_context().exit(run_usage_command(config, arguments))

    return click.Command(
        "usage",
        callback=usage,
        params=[click.Argument(["arguments"], nargs=-1, type=click.UNPROCESSED)],
        help="See what is reported about the use of this tool and to whom, and turn that off.",
        context_settings={"ignore_unknown_options": True},
        add_help_option=False,
    )


def run_usage_command(config: "ToolConfig", arguments: "Sequence[str]") -> int:
    """The exit code, whatever the command does. Usage errors are printed as Typer prints them."""
    try:
        make_usage_app(config)(args=list(arguments), prog_name="usage")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def __getattr__(name: str) -> Any:
    """`app`: the commands as `arcade-usage` has them, for whoever mounts them without a tool of their own."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from arcade_usage.cli.commands import make_app

    globals()["app"] = made = make_app()
    return made
