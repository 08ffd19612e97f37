"""The command line: `arcade-usage`, and the same for a host to mount. Its framework is the extra `cli`.

Owns the invariant that importing this needs no extra: what does is imported when it is asked for.
"""

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer

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
) -> "typer.Typer":
    """The commands for a host to mount: `app.add_typer(usage_app(...), name="usage")`.

    Takes what `command_tracker` takes, so that `usage show` shows the host's own event.
    """
    from arcade_usage.cli.commands import make_app
    from arcade_usage.composition.command import DEFAULT_HOST
    from arcade_usage.composition.console import Tool

    return make_app(Tool(distribution, project_token, host or DEFAULT_HOST, config_dir))


def __getattr__(name: str) -> Any:
    """`app`: the commands as `arcade-usage` has them, for whoever mounts them without a tool of their own."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from arcade_usage.cli.commands import make_app

    globals()["app"] = made = make_app()
    return made
