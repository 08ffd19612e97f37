"""Replaces the usage packages of the released Arcade CLI and MCP server by arcade-usage, in copies of them.

`python -m tests_arcade.migration FOLDER` writes the copies into FOLDER. Put it first on PYTHONPATH to run
them. An edit whose text is not found exactly as often as expected fails.
"""

import importlib.util
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

PACKAGES = ("arcade_core", "arcade_cli", "arcade_mcp_server")
HERE = Path(__file__).parent
GROUPS = ("contexts_cmd", "org", "project", "secret", "server")

_IMPORT = "from arcade_cli.usage.command_tracker import TrackedTyper, TrackedTyperGroup\n"
_GROUP = {_IMPORT: "", "app = TrackedTyper(\n    cls=TrackedTyperGroup,\n": "app = typer.Typer(\n"}

# By file: each text, which is there once, and what replaces it.
EDITS: Mapping[str, Mapping[str, str]] = {
    "arcade_core/constants.py": {
        'LOCALHOST = "localhost"\n': 'LOCALHOST = "localhost"\n\nPOSTHOG_PROJECT_TOKEN = "TOKEN"\n',
    },
    **{f"arcade_cli/{name}.py": _GROUP for name in GROUPS},
    "arcade_cli/main.py": {
        _IMPORT: "from arcade_cli.usage import Group, org_and_project, tool\n",
        "cli = TrackedTyper(\n    cls=TrackedTyperGroup,\n": "cli = typer.Typer(\n    cls=Group,\n",
        '        "context",\n    }\n': '        "context",\n        "usage",\n    }\n',
        "@cli.callback()\n": (
            'cli.add_typer(tool.usage_app(), name="usage", rich_help_panel="User")\n'
            'tool.track(cli, login=("login", "context.add"), properties=org_and_project)\n'
            "\n\n@cli.callback()\n"
        ),
    },
    "arcade_mcp_server/server.py": {
        "        await self._tool_manager.stop()\n": (
            "        await self._tool_manager.stop()\n        await self._tracker.stop()\n"
        ),
    },
}
NEW = {
    "arcade_cli/usage.py": "arcade_cli_usage.py",
    "arcade_mcp_server/usage.py": "arcade_mcp_server_usage.py",
}


def migrate(target: Path) -> dict[str, tuple[int, int]]:
    """Write the migrated packages into `target`; returns the lines added and removed in each package."""
    shutil.rmtree(target, ignore_errors=True)
    counts = {}
    for package in PACKAGES:
        source = _find(package)
        ignored = shutil.ignore_patterns("__pycache__", "usage")
        shutil.copytree(source, target / package, ignore=ignored)
        removed = sum(len(path.read_text().splitlines()) for path in (source / "usage").glob("*.py"))
        counts[package] = (0, removed)
    words = {"TOKEN": find_token(), "NOTICE": find_notice()}
    for name, template in NEW.items():
        text = _fill((HERE / template).read_text(encoding="utf-8"), words)
        (target / name).write_text(text, encoding="utf-8")
        _count(counts, name, len(text.splitlines()), 0)
    for name, edits in EDITS.items():
        path = target / name
        text = path.read_text(encoding="utf-8")
        for old, new in edits.items():
            if text.count(old) != 1:
                raise SystemExit(f"{name}: found {text.count(old)} times, not once: {old!r}")
            text = text.replace(old, _fill(new, words))
            kept = len(set(old.splitlines()) & set(new.splitlines()))
            _count(counts, name, len(new.splitlines()) - kept, len(old.splitlines()) - kept)
        path.write_text(text, encoding="utf-8")
    left = [path for path in target.rglob("*.py") if "arcade_core.usage" in path.read_text(encoding="utf-8")]
    if left:
        raise SystemExit(f"these files still use the removed package: {left}")
    return counts


def _find(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None, package
    return Path(spec.origin).parent


def _count(counts: dict[str, tuple[int, int]], name: str, added: int, removed: int) -> None:
    package = name.partition("/")[0]
    before = counts[package]
    counts[package] = (before[0] + added, before[1] + removed)


def _fill(text: str, words: Mapping[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f'"{word}"', f'"{value}"')
    return text


def find_token() -> str:
    """The PostHog project of the released packages."""
    return _search(_find("arcade_core") / "usage/usage_service.py", r'"(phc_\w+)"')


def find_notice() -> str:
    """The first-run notice of the released CLI."""
    text = _search(
        _find("arcade_cli") / "usage/command_tracker.py", r"(?s)\[yellow\](Arcade collects.*?)\[/yellow\]"
    )
    return re.sub(r'"\s+"', "", text)


def _search(path: Path, pattern: str) -> str:
    found = re.search(pattern, path.read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit(f"{path}: nothing matches {pattern}")
    return found[1]
