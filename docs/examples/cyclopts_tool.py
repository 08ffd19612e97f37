"""A tool with cyclopts: commands, a login, a command that becomes another program, and the mounted commands.

Acme's token is public, and ACME_POSTHOG names another PostHog, for example `arcade-usage receive`.
"""

import os
import sys
from typing import Annotated

from cyclopts import App, Parameter

import arcade_usage

tool = arcade_usage.Tool(
    distribution="acme",
    version="1.4.0",
    project_token="phc_local",
    host=os.environ.get("ACME_POSTHOG"),
)
app = App(name="acme", version="1.4.0")


@app.command
@tool.command("build")  # below the framework's decorator: each call is reported
def build(target: str) -> None:
    """Build a target."""
    print(f"building {target}")
    if target != "docs":
        sys.exit(3)


@app.command
@tool.command("login", is_login=True)
def login() -> None:
    """Log in."""
    print("logged in")


@app.command
def shell() -> None:
    """Start a shell."""
    with tool.command("shell"):
        os.environ["ACME"] = "1"
    os.execv(sys.executable, [sys.executable, "-c", "print('in the shell')"])  # after the block


@app.command(help_flags=[], version_flags=[])
def usage(*arguments: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> None:
    """Show what this tool reports about its usage, or turn it off."""
    sys.exit(tool.usage_main(arguments))


if __name__ == "__main__":
    app()
