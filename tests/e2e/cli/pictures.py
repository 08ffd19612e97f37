"""Draws the pictures of README.md from the real commands of a tool (`make pictures`)."""

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from arcade_usage.demo.receiver import Receiver
from tests.e2e.cli.terminal import run_on_terminal
from tests.e2e.world import credentials_text

DOCS = Path(__file__).parents[3] / "docs"
COLUMNS = 80
PORT = 8421  # that of `arcade-usage receive`
PICTURES: Mapping[str, tuple[str, ...]] = {
    "status": ("usage", "status"),
    "show": (
        "usage",
        "show",
        "build",
        "--error",
        "no access to /home/alice/notes with key sk-7Qm2xV9tLr4Wn8Zk",
    ),
}

_HOME = "/home/alice"
_TOOL = """
import sys, typer, arcade_usage
tool = arcade_usage.Tool(distribution="my-tool", version="1.4.0", project_token="phc_my_tool", host={host!r})
app = typer.Typer()
@app.command()
def build(): pass
@app.command()
def login(): open({credentials!r}, "w").write({login!r})
app.add_typer(tool.usage_app(), name="usage")
tool.track(app)
app(prog_name="my-tool")
"""


def draw(folder: Path, port: int = PORT) -> None:
    """Run a tool against a receiver on this machine, and draw what its commands show."""
    with tempfile.TemporaryDirectory() as home, Receiver(port=port) as receiver:
        receiver.principals["token"] = "acc_31f07c9e"
        credentials = Path(home) / ".arcade" / "credentials.yaml"
        credentials.parent.mkdir(mode=0o700)
        login = credentials_text("key", "token", receiver.url)
        script = _TOOL.format(host=receiver.url, credentials=str(credentials), login=login)
        environment = {"HOME": home, "USER": "alice", "PATH": os.defpath}
        for words in ("build", "login", "build", "usage flush"):
            subprocess.run(
                [sys.executable, "-c", script, *words.split()],
                env=environment,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        for name, command in PICTURES.items():
            arguments = [argument.replace(_HOME, home) for argument in command]
            _, screen = run_on_terminal(
                [sys.executable, "-c", script, *arguments], columns=COLUMNS, environment=environment
            )
            picture = draw_screen(f"my-tool {' '.join(command[:2])}", screen.replace(home, _HOME))
            (folder / f"{name}.svg").write_text(picture, encoding="utf-8")


def draw_screen(title: str, screen: str) -> str:
    """An SVG of what a terminal shows, without Rich's web fonts: nothing is fetched to show it."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    for line in screen.rstrip().splitlines():
        console.print(Text.from_ansi(line), no_wrap=True)
    return re.sub(r"\s*@font-face \{.*?\}", "", console.export_svg(title=title), flags=re.DOTALL)


if __name__ == "__main__":
    draw(DOCS)
