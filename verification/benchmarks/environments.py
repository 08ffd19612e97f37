"""The subjects' environments under .venvs, each with what its users install, and our wheel built from here."""

import glob
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
        """Whatever is no other package runs in our environment."""
        return {"incumbent": self.incumbent, "peer": self.peer}.get(subject, self.ours)


def make_environments() -> Environments:
    """Make what is not there yet; our own package is built and installed anew. Raises CalledProcessError."""
    typer = f"typer=={version('typer')}"
    return Environments(
        ours=_make("ours", [f"posthog=={version('posthog')}", typer, "rich"], own=True),
        incumbent=_make("incumbent", ["arcade-core", "arcade-mcp"]),
        peer=_make("peer", ["iterative-telemetry", typer]),
    )


def _make(name: str, requirements: list[str], *, own: bool = False) -> str:
    folder = _FOLDER / f"{_PREFIX}{name}"
    python, made = folder / "bin" / "python", folder / "made"
    wanted = "\n".join([sys.version, *requirements])
    if not made.exists() or made.read_text(encoding="utf-8") != wanted:
        _call(sys.executable, "-m", "venv", "--clear", os.fspath(folder))
        _install(python, *requirements)
        made.write_text(wanted, encoding="utf-8")
    if own:
        wheel = _build(folder / "wheel")
        _install(python, wheel)
        _install(python, "--force-reinstall", "--no-deps", wheel)
    return os.fspath(python)


def _build(folder: Path) -> str:
    """Our wheel as of now."""
    for old in glob.glob(os.fspath(folder / "*.whl")):
        os.unlink(old)
    _call(sys.executable, "-m", "build", "--wheel", "--outdir", os.fspath(folder), os.fspath(ROOT))
    (wheel,) = glob.glob(os.fspath(folder / "*.whl"))
    return wheel


def _install(python: Path, *what: str) -> None:
    _call(os.fspath(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *what)


def _call(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def versions(python: str, *distributions: str) -> dict[str, str]:
    """What is installed there."""
    code = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
    said = subprocess.run([python, "-c", code, *distributions], check=True, capture_output=True, text=True)
    return dict(zip(distributions, said.stdout.split(), strict=True))
