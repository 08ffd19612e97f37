"""The command line `arcade-usage`, and the same commands for a tool to mount. Needs the extra `cli`.

Owns the invariant that importing this package does not need the extra: functions import it.
"""

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    import typer

    from arcade_usage.domain.declaration import Property
    from arcade_usage.domain.notice import Notice

    app: typer.Typer

__all__ = ["app", "main", "usage_app"]

_EXTRA = ("jinja2", "markupsafe", "rich", "typer")
_WITHOUT_EXTRA = "arcade-usage: the command line needs an extra: pip install 'arcade-usage[cli]'\n"


def main() -> None:
    """Run the console script `arcade-usage`."""
    load_commands().make_app()()


def load_commands() -> "ModuleType":
    """Import the commands. Without the extra, prints one line on stderr and exits with 1."""
    try:
        import rich  # noqa: F401 - can be missing although typer is installed
        import typer  # noqa: F401 - here, a missing extra can be distinguished from a broken import

        from arcade_usage.cli import commands
    except ModuleNotFoundError as missing:
        tell_missing_extra(missing)
    return commands


def tell_missing_extra(missing: ModuleNotFoundError) -> NoReturn:
    """Print one line on stderr and exit with 1, if the extra is missing; else raise the error again."""
    if missing.name not in _EXTRA:
        raise missing
    sys.stderr.write(_WITHOUT_EXTRA)
    raise SystemExit(1) from None


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
    consent: str = "notice",
    erasure_url: str | None = None,
    daily_limit: int | None = 1000,
) -> "typer.Typer":
    """Make a Typer app of the commands, for a tool to mount: `app.add_typer(usage_app(...), name="usage")`.

    The arguments are those of `arcade_usage.Tool`; with them, `usage show` shows the tool's own event.
    """
    arguments = {**locals()}
    from arcade_usage.cli.mounting import make_usage_app
    from arcade_usage.composition.command import ToolConfig

    return make_usage_app(ToolConfig(**arguments))


def __getattr__(name: str) -> Any:
    """Make `app` on first access: the commands of `arcade-usage`, without a tool's configuration."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()["app"] = made = load_commands().make_app()
    return made
