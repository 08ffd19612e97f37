"""What the delivery processes do before anything else: a test's own lines, and the time that they believe in.

Owns the invariant that they run before the library's first line, several of them side by side.
"""

import os
from pathlib import Path

import pytest
from attrs import frozen

HOURS_VARIABLE = "WORLD_HOURS_AHEAD"

_RUN_ALL = """
import os
_folder = os.path.dirname(os.path.abspath(__file__))
for _name in sorted(os.listdir(_folder)):
    if _name.endswith(".first"):
        with open(os.path.join(_folder, _name), encoding="utf-8") as _file:
            exec(_file.read(), {})
"""

_CLOCK = f"""
import os, time
_now, _ahead = time.time, float(os.environ["{HOURS_VARIABLE}"]) * 3600
time.time = lambda: _now() + _ahead
"""


@frozen
class Prelude:
    """For the processes that are started from here, until `monkeypatch` is undone. `folder`: for its files."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def add(self, name: str, source: str) -> None:
        """Have Python run `source` first; another one of the same name is replaced."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "sitecustomize.py").write_text(_RUN_ALL, encoding="utf-8")
        (self.folder / f"{name}.first").write_text(source, encoding="utf-8")
        self.monkeypatch.setenv("PYTHONPATH", str(self.folder))

    def set_clock(self, hours: float) -> None:
        """Put the clock ahead of the real one, or behind it, from now on."""
        self.add("clock", _CLOCK)
        self.monkeypatch.setenv(HOURS_VARIABLE, str(hours))


def hours_ahead() -> float:
    """Of the real time, where the processes that are started now are."""
    return float(os.environ.get(HOURS_VARIABLE, "0"))
