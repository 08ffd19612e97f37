"""A tool with adapters of its own, which its delivery process, its server and its commands import."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import arcade_usage
from arcade_usage.application.server import tracker as server_tracker
from tests.e2e.deliveries import delivering_here, here
from tests.e2e.world import TOKEN, World, until

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
BROKEN: dict[str, tuple[str, str]] = {
    "no module": ("nowhere_at_all:adapters", "ModuleNotFoundError"),
    "no function": ("own_adapters:nothing", "AttributeError"),
    "a factory that raises": ("broken:fails", "RuntimeError: no adapters today"),
    "a factory that exits": ("broken:leaves", "SystemExit"),
    "a factory that returns something else": ("broken:returns_none", "returned NoneType instead of Adapters"),
}
# What the tool may import in a thread of its own while the library imports the SDK.
IMPORTING_MODULE = """
import importlib.abc, os, sys
class Meanwhile(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "posthog" and sys.modules.get("httpx", self) is not None:
            open(os.path.join(os.environ["ACME_HOME"], "importable"), "w").close()
def adapters(default):
    sys.meta_path.insert(0, Meanwhile())
    return default
"""
BROKEN_MODULE = """
import sys
def fails(default): raise RuntimeError("no adapters today")
def leaves(default): sys.exit(3)
def returns_none(default): return None
"""


class Accounts(BaseHTTPRequestHandler):
    """Acme's account service: the token names the account."""

    def do_GET(self) -> None:
        content = json.dumps({"id": self.headers["Authorization"].removeprefix("Bearer token-of-")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def accounts() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Accounts) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def home(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Acme's folder; the example and a broken module are where the tool imports from."""
    modules = world.scratch / "modules"
    modules.mkdir()
    (modules / "broken.py").write_text(BROKEN_MODULE, encoding="utf-8")
    (modules / "importing.py").write_text(IMPORTING_MODULE, encoding="utf-8")
    folder = world.scratch / "acme"
    folder.mkdir()
    monkeypatch.setenv("ACME_HOME", str(folder))
    for path in (modules, EXAMPLES):
        monkeypatch.syspath_prepend(str(path))
    for name in ("own_adapters", "broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return folder


def tool(world: World, home: Path, adapters: str | None = "own_adapters:adapters") -> arcade_usage.Tool:
    return arcade_usage.Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        host=world.receiver.url,
        config_dir=world.folder,
        credentials=home / "login.json",
        adapters=adapters,
    )


def test_a_tool_with_an_account_service_of_its_own(world: World, home: Path) -> None:
    """The principal that it names gets what was done before and after the login; Arcade Cloud is not asked."""
    world.receiver.principals["token-of-ada"] = (
        "ada"  # whom the model of PostHog's persons counts as a person
    )
    with accounts() as url:
        with delivering_here(world), tool(world, home).command("before"):
            pass
        with tool(world, home).command("login", is_login=True):
            (home / "login.json").write_text(
                json.dumps({"url": url, "token": "token-of-ada"}), encoding="utf-8"
            )
        world.settle()
        with delivering_here(world), tool(world, home).command("after"):
            pass
    assert world.whose == {"before": "ada", "login": "ada", "after": "ada"}
    assert [request.path for request in world.receiver.requests if "/auth/" in request.path] == []


def test_events_go_to_a_second_sink_too(world: World, home: Path) -> None:
    """Whatever PostHog took is in its file, as it was sent."""
    with tool(world, home).command("toolkit.run"):
        pass
    world.settle()
    ((name, properties),) = [json.loads(line) for line in (home / "events.jsonl").read_text().splitlines()]
    assert (name, properties["command_name"]) == ("CLI execution succeeded", "toolkit.run")
    assert set(world.events) == {"toolkit.run"}


def test_the_tools_code_can_import_httpx_at_any_time(world: World, home: Path) -> None:
    """The SDK is imported without it only where no code of the tool runs."""
    with tool(world, home, "importing:adapters").command("toolkit.run"):
        pass
    world.settle()
    assert set(world.events) == {"toolkit.run"}
    assert (home / "importable").exists()


def test_a_server_uses_them(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On its worker thread."""
    monkeypatch.setattr(server_tracker, "CLOSE_SECONDS", 60.0)  # a busy machine may take longer than a close
    with tool(world, home).server() as server:
        server.capture("tool called")
    assert until(lambda: (home / "events.jsonl").exists())
    assert [json.loads(line)[0] for line in (home / "events.jsonl").read_text().splitlines()] == [
        "tool called"
    ]


def status(own: arcade_usage.Tool, capsys: pytest.CaptureFixture[str]) -> str:
    assert own.usage_main(["status"]) == 0
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(("factory", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_factory_that_fails_costs_no_event(
    world: World, home: Path, capsys: pytest.CaptureFixture[str], factory: str, reason: str
) -> None:
    """The event waits, `status` names the factory and the reason, and a factory that works delivers it."""
    own = tool(world, home, factory)
    # One that exits could end a process; what the others do does not depend on the process.
    with nullcontext() if "leaves" in factory else delivering_here(world), own.command("kept"):
        pass
    world.settle()
    assert (len(world.waiting), dict(world.events)) == (1, {})
    shown = status(own, capsys)
    assert factory in shown
    assert " ".join(reason.split()) in shown
    with delivering_here(world), tool(world, home).command("next"):
        pass
    assert set(world.events) == {"kept", "next"}


def test_a_server_s_factory_that_fails_costs_no_event(world: World, home: Path) -> None:
    """The server keeps them, and the next delivery with a factory that works sends them."""
    with tool(world, home, "broken:fails").server() as server:
        server.capture("tool called")
    assert (len(world.waiting), dict(world.events)) == (1, {})
    with delivering_here(world), tool(world, home).command("next"):
        pass
    assert world.waiting == []


def test_a_server_shows_why_its_factory_fails(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With ARCADE_USAGE_DEBUG, in place of an event that would not be sent."""
    monkeypatch.setenv("ARCADE_USAGE_DEBUG", "1")
    with tool(world, home, "broken:fails").server() as server:
        server.capture("tool called")
    assert capsys.readouterr().err == (
        "arcade-usage: this tool's adapters factory broken:fails failed: RuntimeError: no adapters today\n"
    )


def test_doctor_tells_of_a_factory_that_only_the_current_folder_has(
    world: World, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tool can import it and its delivery process can't: the step of that process says why, and the cure."""
    monkeypatch.chdir(EXAMPLES)
    assert tool(world, home).usage_main(["doctor", "--offline", "--json"]) == 1
    steps = {step["step"]: step for step in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["configuration"]["result"] == "ok"
    assert steps["delivery_process"]["result"] == "failed"
    assert steps["delivery_process"]["text"] == (
        "this tool's adapters factory own_adapters:adapters failed: ModuleNotFoundError: No module named"
        " 'own_adapters' (a delivery imports nothing from the current folder: install the module with the tool)"
    )


@pytest.mark.usefixtures("home")
def test_the_tool_itself_never_imports_the_factory(world: World) -> None:
    """It is for the delivery process: a command costs what it costs without."""
    script = world.scratch / "tool.py"
    lines: Callable[..., str] = """
import sys, arcade_usage
tool = arcade_usage.Tool(distribution="arcade-usage", project_token={token!r}, host={host!r},
                         config_dir={folder!r}, adapters="own_adapters:adapters")
with tool.command("toolkit.run"): pass
assert not {{"own_adapters", "attr", "attrs", "httpx"}} & set(sys.modules)
""".format
    script.write_text(lines(token=TOKEN, host=world.receiver.url, folder=str(world.folder)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@here
def test_a_login_below_the_home_folder(world: World, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`~` in `credentials` is expanded: after a logout and another login, each person has their own work."""
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("ada", "ben"):
        world.receiver.principals[f"token-of-{name}"] = name

    def run(name: str, *, is_login: bool = False, is_logout: bool = False) -> None:
        with arcade_usage.Tool(
            distribution="arcade-usage", project_token=TOKEN, host=world.receiver.url,
            config_dir=world.folder, credentials="~/login.json", adapters="own_adapters:adapters",
        ).command(name, is_login=is_login, is_logout=is_logout):  # fmt: skip
            pass
        world.settle()

    def log_in(name: str, url: str) -> None:
        text = json.dumps({"url": url, "token": f"token-of-{name}"})
        (home / "login.json").write_text(text, encoding="utf-8")
        run(f"login of {name}", is_login=True)

    with accounts() as url:
        log_in("ada", url)
        run("work of ada")
        (home / "login.json").unlink()
        run("logout", is_logout=True)
        log_in("ben", url)
        run("work of ben")
    of_ada = {"login of ada": "ada", "work of ada": "ada", "logout": "ada"}
    assert world.whose == {**of_ada, "login of ben": "ben", "work of ben": "ben"}
