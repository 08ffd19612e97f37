"""`view`: where the page is written, how it is opened, and what it needs."""

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
import webbrowser
from pathlib import Path

import pytest

import arcade_usage
from arcade_usage.cli import view as view_module
from arcade_usage.cli.page import MARK
from tests.adapters.disk import mode_of
from tests.e2e.cli.copies import keep
from tests.e2e.cli.pages import Page
from tests.e2e.cli.running import Ran, Shell
from tests.e2e.users import ASKING
from tests.e2e.world import TOKEN


def test_only_its_user_can_read_it(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By default it lies in a new private folder; nothing else is left there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    umask = os.umask(0)
    try:
        ran = shell("view", "--no-open", "--config-dir", tmp_path / "config")
    finally:
        os.umask(umask)
    path = Path(ran.out.strip().removeprefix("Your usage data: "))
    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["usage.html"]
    assert path.read_text(encoding="utf-8").startswith(MARK)


def test_markup_from_elsewhere_is_text(shell: Shell, tmp_path: Path) -> None:
    """Also where no browser shows it: test_view_in_browser.py does."""
    output, folder = tmp_path / "page.html", tmp_path / "config"
    keep(folder, "<script>alert(1)</script>", time.time())
    assert shell("view", "--no-open", "--output", output, "--config-dir", folder).code == 0
    page = output.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_it_replaces_its_own_page_and_no_other_file(shell: Shell, tmp_path: Path) -> None:
    """A file of another kind, a folder and a link stay as they are."""
    output, folder = tmp_path / "page.html", tmp_path / "config"

    def write() -> Ran:
        return shell("view", "--no-open", "--output", output, "--config-dir", folder)

    assert write().code == 0
    keep(folder, "build", time.time())
    assert write().code == 0
    assert "build" in output.read_text(encoding="utf-8")
    assert mode_of(output) == 0o600
    page = tmp_path / "another.html"
    output.rename(page)
    before = page.read_bytes()
    for make in (lambda: output.write_text("mine"), output.mkdir, lambda: output.symlink_to(page)):
        make()
        ran = write()
        assert (ran.code, ran.out) == (1, "")
        assert "is there already" in ran.err
        assert page.read_bytes() == before
        output.rmdir() if output.is_dir() else output.unlink()
    assert write().code == 0


def test_a_place_that_cannot_be_written_is_told(shell: Shell, tmp_path: Path) -> None:
    """One line, exit code 1, and no file."""
    ran = shell("view", "--no-open", "-o", tmp_path / "no" / "page.html", "--config-dir", tmp_path / "config")
    assert (ran.code, ran.out) == (1, "")
    assert "can't be written" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(("display", "opens"), [("DISPLAY", True), ("BROWSER", True), (None, False)])
def test_it_opens_in_the_browser(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, display: str | None, opens: bool
) -> None:
    """Where a browser opens beside the terminal; otherwise the path is printed and nothing is started."""
    opened: list[str] = []

    def open_url(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_url)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    if display is not None:
        monkeypatch.setenv(display, ":0")
    output = tmp_path / "a page.html"
    monkeypatch.setattr(sys, "platform", "linux")
    ran = shell("view", "--output", output, "--config-dir", tmp_path / "config")
    assert ran.code == 0
    assert opened == ([output.as_uri()] if opens else [])
    assert ("No browser was opened" in ran.out) is not opens
    assert str(output) in ran.out


def test_json_writes_and_opens_nothing(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for programs."""
    monkeypatch.setattr(webbrowser, "open", lambda _: pytest.fail("opened"))
    monkeypatch.setenv("DISPLAY", ":0")
    output = tmp_path / "page.html"
    ran = shell("view", "--json", "--output", output, "--config-dir", tmp_path / "config")
    assert (ran.code, output.exists(), ran.content["events"]) == (0, False, [])


def test_mounted_it_names_the_tools_commands_and_reasons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands as the user calls them, and the reasons that the author declared."""
    folder, output = tmp_path / "config", tmp_path / "page.html"
    keep(folder, "build", time.time(), org_id="7")
    tool = arcade_usage.Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        config_dir=folder,
        properties=(arcade_usage.Property("org_id", kind="id", reason="which organizations use it"),),
    )
    assert tool.usage_main(["view", "--no-open", "-o", str(output)]) == 0
    text = Page(output.read_text(encoding="utf-8")).text
    assert 'org_id "7" which organizations use it' in text
    assert "usage off usage" not in text
    assert "usage forget" in text
    assert "--config-dir" not in text
    capsys.readouterr()


def test_without_the_extra_it_is_one_line(tmp_path: Path) -> None:
    """As with the other commands; these work without the package that the page needs."""
    folder = ("--config-dir", str(tmp_path / "config"))
    commands = [(*command, *folder) for command in (("view", "--no-open"), ("status",), ("view", "--json"))]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\nsys.modules['jinja2'] = None\n{ASKING}", json.dumps(commands)],
        capture_output=True,
        text=True,
        check=True,
    )
    view, *others = json.loads(done.stdout)
    says = "arcade-usage: the command line needs an extra: pip install 'arcade-usage[cli]'\n"
    assert view == [1, "", says]
    assert [code for code, *_ in others] == [0, 0]


def test_a_failure_to_read_is_told_and_the_rest_is_shown(shell: Shell, tmp_path: Path) -> None:
    """The page is written; stderr names the file, and the exit code is 1."""
    folder, output = tmp_path / "config", tmp_path / "page.html"
    keep(folder, "build", time.time())
    (copies,) = folder.glob("usage/outbox/*/sent.jsonl")
    copies.rename(tmp_path / "elsewhere")
    copies.symlink_to(tmp_path / "elsewhere")
    ran = shell("view", "--no-open", "--output", output, "--config-dir", folder)
    assert (ran.code, "sent.jsonl" in ran.err) == (1, True)
    assert "sent.jsonl" in output.read_text(encoding="utf-8")


def test_it_is_in_the_distributions() -> None:
    """The template and the style sheet lie beside the code, which the build takes as a whole."""
    templates = Path(view_module.__file__).parent / "templates"
    assert sorted(each.name for each in templates.iterdir()) == ["view.css", "view.html"]
    assert all(stat.S_ISREG(each.stat().st_mode) for each in templates.iterdir())
