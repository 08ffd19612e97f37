"""What lies in the user's current folder is never imported by the delivery; the package is found all the same.

Row "posthog.py, json.py, requests.py in the user's folder" of the incumbent's faults.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

import arcade_usage
from tests.e2e.hosts import start_of_tool
from tests.e2e.world import World, until

PACKAGE = Path(arcade_usage.__file__).parent
LIBRARIES = sysconfig.get_path("purelib")

# What the tool of these tests imports as well, and what only the delivery does.
OF_THE_TOOL = [
    "json",
    "subprocess",
    "threading",
    "signal",
    "selectors",
    "hashlib",
    "contextlib",
    "typing",
    "errno",
]
OF_THE_DELIVERY = [
    "posthog",
    "requests",
    "httpx",
    "filelock",
    "yaml",
    "cattrs",
    "cattr",
    "urllib3",
    "certifi",
    "idna",
    "backoff",
    "six",
    "dateutil",
    "charset_normalizer",
    "chardet",
    "simplejson",
    "brotli",
    "zstandard",
    "socks",
    "h2",
    "socksio",
    "typing_extensions",
    "distro",
    "exceptiongroup",
    "faulthandler",
    "logging",
    "datetime",
    "uuid",
    "gzip",
    "ssl",
    "socket",
    "asyncio",
    "platform",
    "getpass",
    "pwd",
    "importlib_metadata",
    "email",
    "http",
    "concurrent",
    "inspect",
    "queue",
    "random",
    "decimal",
    "dataclasses",
    "sqlite3",
]
FOLDERS = ("attr", "attrs", "arcade_usage", "posthog_", "site-packages", "lib", "openai", "django")
MARKING = "open({marker!r}, 'a').write(__name__ + '\\n')\nraise ImportError('hostile')\n"

CALL = "tracker.track_command_execution('toolkit.run', success=True)\n"


def make_hostile(world: World, *, spare_tool: bool = False) -> tuple[Path, Path]:
    """A folder where everything that has a name leaves a mark; and the mark."""
    folder, marker = world.scratch / "hostile", world.scratch / "executed"
    folder.mkdir()
    source = MARKING.format(marker=str(marker))
    for name in OF_THE_DELIVERY if spare_tool else [*OF_THE_DELIVERY, *OF_THE_TOOL, "sitecustomize"]:
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    for name in FOLDERS:
        if not (spare_tool and name == "arcade_usage"):
            (folder / name).mkdir()
            (folder / name / "__init__.py").write_text(source, encoding="utf-8")
            (folder / name / "__main__.py").write_text(source, encoding="utf-8")
    return folder, marker


def run_in(folder: Path, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def write_tool(world: World, lines: str = "", where: str = "elsewhere") -> str:
    """A tool's script, in a folder of its own."""
    script = world.scratch / where / "host.py"
    script.parent.mkdir(exist_ok=True)
    script.write_text(lines + start_of_tool(world) + CALL, encoding="utf-8")
    return str(script)


def assert_arrived(world: World, done: "subprocess.CompletedProcess[str]", marker: Path) -> None:
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert until(lambda: "toolkit.run" in world.events and not world.waiting)
    assert not marker.exists(), marker.read_text(encoding="utf-8")


@pytest.mark.parametrize("python_path", [None, "", "elsewhere", "missing"])
def test_nothing_in_the_current_folder_is_executed(world: World, python_path: str | None) -> None:
    """A tool that lies elsewhere is run in a hostile folder: its event arrives, nothing there leaves a mark."""
    folder, marker = make_hostile(world)
    (folder / "missing").mkdir()
    variables = {}
    if python_path is not None:
        variables["PYTHONPATH"] = str(world.scratch / python_path) if python_path else ""
    assert_arrived(world, run_in(folder, sys.executable, write_tool(world), **variables), marker)


@pytest.mark.parametrize("python_path", [".", os.pathsep, f".{os.pathsep}elsewhere", "absolute", "above"])
def test_a_python_path_that_names_the_current_folder_is_the_tools(world: World, python_path: str) -> None:
    """The tool may import from there, as the user said; the delivery doesn't."""
    folder, marker = make_hostile(world, spare_tool=True)
    named = {"absolute": str(folder), "above": f"{folder}/attr/.."}.get(python_path, python_path)
    assert_arrived(world, run_in(folder, sys.executable, write_tool(world), PYTHONPATH=named), marker)


def test_a_python_path_below_the_current_folder_comes_last(world: World) -> None:
    """What a relative entry names stands in for nothing that is installed."""
    folder, marker = make_hostile(world, spare_tool=True)
    for name in ("chardet", "simplejson", "brotli", "zstandard", "socks", "socksio", "h2", "cattr"):
        (folder / f"{name}.py").unlink()
    done = run_in(world.scratch, sys.executable, write_tool(world), PYTHONPATH="hostile")
    assert_arrived(world, done, marker)


STARTS: Mapping[str, tuple[str, ...]] = {
    "module": ("-m", "host"),
    "text": ("-c", "import host"),
    "script": ("host.py",),
    "isolated script": ("-I", "host.py"),
    "link": ("link.py",),
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_a_host_that_lies_in_the_folder_itself_is_tracked(world: World, start: tuple[str, ...]) -> None:
    """The tool imports from its own folder, which is the user's current one; the delivery doesn't."""
    folder, marker = make_hostile(world, spare_tool=True)
    write_tool(world, where="hostile")
    (folder / "link.py").symlink_to(folder / "host.py")
    assert_arrived(world, run_in(folder, sys.executable, *start), marker)


def test_a_current_folder_that_is_a_link_is_seen_through(world: World) -> None:
    """PYTHONPATH names the folder, the user stands in a link to it: still nothing of it is imported."""
    folder, marker = make_hostile(world, spare_tool=True)
    link = world.scratch / "link"
    link.symlink_to(folder, target_is_directory=True)
    done = run_in(link, sys.executable, write_tool(world), PYTHONPATH=str(folder))
    assert_arrived(world, done, marker)


def test_started_by_hand_in_a_hostile_folder(world: World) -> None:
    """`python -m arcade_usage` itself imports none of its libraries from the folder that it is started in."""
    folder, marker = make_hostile(world, spare_tool=True)
    payload = world.payload("toolkit.run")
    done = run_in(folder, sys.executable, "-m", "arcade_usage", ARCADE_USAGE_EVENT_DATA=payload)
    assert_arrived(world, done, marker)


COPIED = "copied-package"


@pytest.fixture
def copied(world: World) -> Path:
    """A folder that holds a copy of the package and nothing else; it says of itself that it is one."""
    folder = world.scratch / "target"
    shutil.copytree(
        PACKAGE, folder / "arcade_usage", ignore=shutil.ignore_patterns("*.pyc.*")
    )  # compiled too
    surroundings = folder / "arcade_usage" / "adapters" / "machine" / "runtime_facts.py"
    source = surroundings.read_text(encoding="utf-8")
    assert 'UNKNOWN_VERSION = "unknown"' in source
    surroundings.write_text(
        source.replace('UNKNOWN_VERSION = "unknown"', f'UNKNOWN_VERSION = "{COPIED}"'), encoding="utf-8"
    )
    return folder


def zipped(folder: Path) -> Path:
    path = folder.parent / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in folder.rglob("*.py"):
            archive.write(file, file.relative_to(folder))
    return path


@pytest.mark.parametrize("how", ["variable", "before", "after", "zip", "site folder", "script's folder"])
def test_the_package_is_found_where_the_tool_found_it(world: World, copied: Path, how: str) -> None:
    """Whatever way a copy got onto the tool's path, the delivery runs that copy, in a hostile folder too."""
    folder, marker = make_hostile(world)
    lines = {
        "before": f"import sys; sys.path.insert(0, {str(copied)!r})\n",
        "after": f"import sys; sys.path[:] = [p for p in sys.path if not p.startswith({str(PACKAGE.parent)!r})] + [{str(copied)!r}]\n",
        "zip": f"import sys; sys.path.insert(0, {str(zipped(copied))!r})\n",
        "site folder": f"import site, sys; site.addsitedir({str(copied)!r}); sys.path.reverse()\n",
    }.get(how, "")
    script = write_tool(world, lines, where="target" if how == "script's folder" else "elsewhere")
    text = (
        Path(script).read_text(encoding="utf-8").replace("distribution='arcade-usage'", "distribution='none'")
    )
    Path(script).write_text(text, encoding="utf-8")
    variables = {"PYTHONPATH": str(copied)} if how == "variable" else {}
    assert_arrived(world, run_in(folder, sys.executable, script, **variables), marker)
    assert world.events["toolkit.run"].properties["cli_version"] == COPIED


def test_what_lies_beside_the_package_stands_in_for_nothing(world: World, copied: Path) -> None:
    """The folder that holds the package has to be on the process's path; it comes last there, as in the tool."""
    folder, marker = make_hostile(world)
    for name in (
        "json",
        "logging",
        "datetime",
        "posthog",
        "requests",
        "cattrs",
        "attrs",
        "filelock",
        "platform",
    ):
        (copied / f"{name}.py").write_text(MARKING.format(marker=str(marker)), encoding="utf-8")
    lines = f"import sys; sys.path.remove({str(PACKAGE.parent)!r}); sys.path.append({str(copied)!r})\n"
    assert_arrived(world, run_in(folder, sys.executable, write_tool(world, lines)), marker)


def base_python() -> str:
    """The interpreter that the environment of the tests was made from: it knows none of our libraries."""
    return str(getattr(sys, "_base_executable", sys.executable))


@pytest.mark.parametrize("how", ["script", "isolated script", "user site"])
def test_the_libraries_are_found_where_the_tool_found_them(world: World, copied: Path, how: str) -> None:
    """In an interpreter without any, a tool brings its libraries along; the delivery finds them as well."""
    folder, marker = make_hostile(world)
    variables: dict[str, str] = {}
    lines = ""
    if how == "user site":
        variables["PYTHONUSERBASE"] = str(world.scratch / "base")
        asked = run_in(world.scratch, base_python(), "-m", "site", "--user-site", **variables)
        user_site = Path(asked.stdout.strip())
        shutil.copytree(copied, user_site)
        (user_site / "libraries.pth").write_text(LIBRARIES, encoding="utf-8")
    else:
        lines = f"import sys; sys.path[:0] = [{str(copied)!r}, {LIBRARIES!r}]\n"
    options = ("-I", "-S") if how == "isolated script" else ()
    done = run_in(folder, base_python(), *options, write_tool(world, lines), **variables)
    assert_arrived(world, done, marker)
