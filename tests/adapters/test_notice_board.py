"""The notice: shown once where a user can see it, and never in the way of the tool."""

import io
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.adapters.storage.notice_board import NoticeBoard, name_of
from arcade_usage.domain.notice import Notice
from tests.adapters.disk import deny_writing

TEXT = "\nThis tool reports how it is used.\nhttps://example.com/privacy\n\n"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class BrokenStream(Terminal):
    """A terminal whose other end is closed."""

    def write(self, _: str) -> int:
        raise BrokenPipeError("gone")


class Odd(Terminal):
    """A stream of the tool whose isatty() raises."""

    def isatty(self) -> bool:
        raise RuntimeError("what is a terminal")


def notice(version: int = 1) -> Notice:
    return Notice("This tool reports how it is used.", "https://example.com/privacy", version)


@pytest.fixture
def default(tmp_path: Path) -> Layout:
    return Layout(str(tmp_path / "default"))


@pytest.fixture
def own(tmp_path: Path) -> Layout:
    return Layout(str(tmp_path / "own"))


Tell = Callable[..., tuple[bool, str]]


@pytest.fixture
def tell(default: Layout, own: Layout, monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Simulates a process with an event: returns whether it may report, and the text that was shown."""

    def call(
        version: int = 1,
        distribution: str = "a-tool",
        stderr: io.StringIO | None = None,
        stdout: io.StringIO | None = None,
        environment: Mapping[str, str] = {},
    ) -> tuple[bool, str]:
        stream = stderr or Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setattr(sys, "stdout", stdout or Terminal())
        board = NoticeBoard(notice(version), distribution, [default, own], environment)
        may = board.show_if_due()
        assert board.show_if_due() is may
        return may, stream.getvalue()

    return call


def test_it_is_shown_once(tell: Tell, default: Layout, own: Layout) -> None:
    """The first event shows it, once for all processes and both folders; the default folder stores that."""
    assert tell() == (True, TEXT)
    assert tell() == (True, "")
    assert tell(stderr=io.StringIO()) == (True, "")
    assert Path(default.folder, name_of("notice", "a-tool", 1)).stat().st_size == 0
    assert not Path(own.config_dir).exists()


def test_another_version_and_another_tool_are_shown(tell: Tell) -> None:
    """A new version of the notice, and another tool's notice, are shown."""
    tell()
    assert tell(version=2) == (True, TEXT)
    assert tell(distribution="another") == (True, TEXT)
    assert tell(version=2) == (True, "")


def test_where_the_default_folder_cannot_be_written_its_own_remembers(
    tell: Tell, default: Layout, mocker: MockerFixture, tmp_path: Path
) -> None:
    """With a read-only home, the tool's own folder stores that it was shown."""
    Path(default.config_dir).mkdir()
    deny_writing(mocker, tmp_path / "default")
    assert tell() == (True, TEXT)
    assert tell() == (True, "")


def test_where_nothing_can_be_noted_it_is_shown_again(
    tell: Tell, mocker: MockerFixture, tmp_path: Path
) -> None:
    """If nothing can be stored, it is shown again."""
    deny_writing(mocker, tmp_path)
    assert [tell(), tell()] == [(True, TEXT), (True, TEXT)]


def test_what_could_not_be_shown_was_not(
    tell: Tell, default: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that fails raises to the caller, and nothing is stored."""
    monkeypatch.setattr(sys, "stderr", BrokenStream())
    monkeypatch.setattr(sys, "stdout", Terminal())
    board = NoticeBoard(notice(), "a-tool", [default], {})
    with pytest.raises(BrokenPipeError):
        board.show_if_due()
    assert not Path(default.folder).exists()
    assert tell() == (True, TEXT)


@pytest.mark.parametrize("stream", [io.StringIO(), Odd()], ids=["a pipe", "no terminal that says so"])
def test_elsewhere_it_is_held_back(tell: Tell, default: Layout, stream: io.StringIO) -> None:
    """Without a terminal, nothing is shown, stored or reported."""
    assert tell(stderr=stream) == (False, "")
    assert tell(stdout=stream)[0] is False
    assert not Path(default.folder).exists()


@pytest.mark.parametrize("name", ["../../up", "a/b", "nul\0byte", "x" * 500, "Ünïcode"])
def test_any_name_of_a_tool_is_the_name_of_a_file(tell: Tell, default: Layout, name: str) -> None:
    """Each tool name becomes one file in our folder."""
    assert tell(distribution=name) == (True, TEXT)
    assert tell(distribution=name) == (True, "")
    assert len(list(Path(default.folder).iterdir())) == 1


def test_an_agent_gets_it_and_its_next_run_is_reported(tell: Tell, default: Layout) -> None:
    """On stderr, which is a pipe; nothing is reported in that run, and a person still sees it afterwards."""
    agent = {"CODEX_SANDBOX": "seatbelt"}
    assert tell(stderr=io.StringIO(), stdout=io.StringIO(), environment=agent) == (False, TEXT)
    assert tell(stderr=io.StringIO(), stdout=io.StringIO(), environment=agent) == (True, "")
    assert tell(stderr=io.StringIO()) == (False, "")
    assert tell() == (True, TEXT)
    mark = name_of("notice", "a-tool", 1)
    assert sorted(path.name for path in Path(default.folder).iterdir()) == [mark, f"{mark}-agent"]


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_it_wraps_between_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """At the terminal's width and at 80 columns at most; its own line breaks and its link stay whole."""
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", Terminal())
    words = "my-tool reports how it is used, to make it better. " * 3
    link = f"https://example.com/{'privacy-' * 10}"
    NoticeBoard(Notice(f"{words}\nSecond line.", link), "a-tool", [Layout(str(tmp_path))], {}).show_if_due()
    before, *lines, last, after, end = stream.getvalue().split("\n")
    assert (before, lines[-1], last, after, end) == ("", "Second line.", link, "", "")
    assert max(map(len, lines)) <= min(columns, 80)
    assert " ".join(lines[:-1]) == words.strip()
