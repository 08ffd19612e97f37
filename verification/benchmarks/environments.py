"""The environments under .venvs: what users of each subject install, and this package as it stands."""

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
_FOLDER = ROOT / ".venvs"
_PREFIX = "bench-"


@frozen
class Environments:
    """The interpreter of each subject."""

    ours: str
    incumbent: str
    peer: str

    def of(self, subject: str) -> str:
        """The interpreter for a subject of host.py; the Arcade CLI has the incumbent's."""
        if subject in ("incumbent", "arcade", "arcade_floor"):
            return self.incumbent
        return self.peer if subject == "peer" else self.ours


def make_environments() -> Environments:
    """Make the missing ones; install this package again in each. Raises CalledProcessError."""
    typer = f"typer=={version('typer')}"
    return Environments(
        ours=_make("ours", [f"posthog=={version('posthog')}", typer, "rich"], own=True),
        incumbent=_make("incumbent", ["arcade-core", "arcade-mcp"], own=True),
        peer=_make("peer", ["iterative-telemetry", typer]),
    )


def _make(name: str, requirements: list[str], *, own: bool = False) -> str:
    folder = _FOLDER / f"{_PREFIX}{name}"
    python, made = folder / "bin" / "python", folder / "made"
    wanted = "\n".join([sys.version, *requirements])
    if not made.exists() or made.read_text(encoding="utf-8") != wanted:
        _call(sys.executable, "-m", "venv", "--clear", os.fspath(folder))
        _install(python, *requirements, *([os.fspath(ROOT)] if own else []))
        made.write_text(wanted, encoding="utf-8")
    if own:
        _install(python, "--force-reinstall", "--no-deps", os.fspath(ROOT))
    return os.fspath(python)


def _install(python: Path, *what: str) -> None:
    _call(os.fspath(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *what)


def _call(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def versions(python: str, *distributions: str) -> dict[str, str]:
    """The installed versions of these distributions."""
    code = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
    said = subprocess.run([python, "-c", code, *distributions], check=True, capture_output=True, text=True)
    return dict(zip(distributions, said.stdout.split(), strict=True))
