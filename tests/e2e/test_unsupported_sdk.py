"""Another package may have put a PostHog SDK in place that can't be used: one line says so, everywhere."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import posthog.version
import pytest

from arcade_usage.adapters.posthog.sdk import NEEDED, check_sdk
from arcade_usage.application.errors import UnsupportedSdkError
from tests.e2e.cli.running import Ran
from tests.e2e.hosts import FAILED_CALL, run_as_tool, start_of_tool
from tests.e2e.users import ASKING
from tests.e2e.world import World, until

INSTALLED = {
    "5.4.0": f"posthog 5.4.0 is installed and can't be used: pip install '{NEEDED}'",
    "3.25.0": f"posthog 3.25.0 is installed and can't be used: pip install '{NEEDED}'",
    "6.7.5": f"posthog 6.7.5 is installed and can't be used: pip install '{NEEDED}'",
    "8.0.0": f"posthog 8.0.0 is installed and can't be used: pip install '{NEEDED}'",
    "none": f"PostHog's SDK can't be imported (ModuleNotFoundError): pip install '{NEEDED}'",
}


@pytest.mark.parametrize("version", [each for each in INSTALLED if each != "none"])
def test_which_versions_are_not_supported(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older ones, the last one before, and the next major one."""
    monkeypatch.setattr(posthog.version, "VERSION", version)
    with pytest.raises(UnsupportedSdkError, match=f"^{re.escape(INSTALLED[version])}$"):
        check_sdk()


@pytest.fixture(params=["6.7.5", "none"])
def line(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is said of an SDK that every process finds from now on."""
    version: str = request.param
    package = tmp_path / "site" / "posthog"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("import no_such_module\n" if version == "none" else "")
    (package / "version.py").write_text(f"VERSION = {version!r}\n")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return INSTALLED[version]


def run(world: World, *commands: str) -> list[Ran]:
    """Commands of `arcade-usage`, one after another in one process."""
    lines = [[command, "--config-dir", str(world.folder)] for command in commands]
    done = subprocess.run(
        [sys.executable, "-c", ASKING, json.dumps(lines)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [Ran(*answer) for answer in json.loads(done.stdout)]


def test_one_line_says_which_is_installed_and_which_is_needed(world: World, line: str) -> None:
    """The event waits, and delivery, `flush`, `show` and `status` say why; no traceback anywhere."""
    host = run_as_tool(start_of_tool(world) + FAILED_CALL, world.scratch, environment={**os.environ})
    assert (host.returncode, host.stdout, host.stderr) == (0, "", "")
    assert until(lambda: len(list(world.folder.rglob("logbook.json"))) == 1)
    assert until(lambda: _last_failure(world) == line)

    flushed, shown, answer = run(world, "flush", "show", "status")
    assert (flushed.code, flushed.err) == (3, "")
    assert f"1 event still waiting: {line}" in flushed.out
    assert (shown.code, shown.out, shown.err) == (1, "", f"{line}.\n")
    assert (answer.code, answer.err) == (0, "")
    assert f"! nothing can be sent: {line}" in answer.out

    debugging = {**os.environ, "ARCADE_USAGE_DEBUG": "1"}
    host = run_as_tool(start_of_tool(world) + FAILED_CALL, world.scratch, environment=debugging)
    assert (host.returncode, host.stderr) == (0, f"arcade-usage: {line}\n")
    assert world.receiver.requests == []


def _last_failure(world: World) -> str | None:
    (logbook,) = world.folder.rglob("logbook.json")
    failed = json.loads(logbook.read_bytes())["failed"]
    return failed["reason"] if failed else None
