"""A tool that asks before it reports: on real terminals, what is asked where, and what each answer does."""

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

import arcade_usage
from arcade_usage.adapters.storage import consent_board
from arcade_usage.adapters.storage.config_folder import find_layout
from arcade_usage.composition.command import make_board
from arcade_usage.domain.asking import NOT_ASKED_TEXT, REFUSED_TEXTS
from tests.e2e.hosts import CALL, WAIT, start_of_tool
from tests.e2e.world import PATIENCE_SECONDS, TOKEN, World, until

QUESTION = "May arcade-usage report its use? [y/N] "
ASKED = f"\r\nThis tool would like to report how it is used.\r\nhttps://example.com/privacy\r\n\r\n{QUESTION}"
NOTICE = "This tool would like to report how it is used.", "https://example.com/privacy"

ENTER = "\n"
CTRL_D = "\x04"


def start(world: World, version: int = 1, call: str = CALL) -> str:
    line = start_of_tool(world)
    asking = f"notice=arcade_usage.Notice({NOTICE[0]!r}, {NOTICE[1]!r}, version={version}), consent='ask'"
    return f"{line.replace('config_dir=', f'{asking}, config_dir=')}{call}\nprint('the work', flush=True)\n{WAIT}"


def tool(world: World, version: int = 1) -> arcade_usage.Tool:
    return arcade_usage.Tool(
        distribution="arcade-usage",
        project_token=TOKEN,
        host=world.receiver.url,
        config_dir=world.folder,
        notice=arcade_usage.Notice(*NOTICE, version=version),
        consent="ask",
    )


def run(
    world: World,
    lines: str,
    answer: str | None = None,
    *,
    command: Sequence[str] = (sys.executable, "-c"),
    piped: str = "",
    variables: Mapping[str, str] | None = None,
    typed_ahead: str = "",
    when_asked: Callable[[], object] = lambda: None,
) -> tuple[int, str]:
    """Exit code and screen of a tool on a terminal of its own, whose foreground it has.

    answer: typed when it asks, after `when_asked`. piped: names of the streams that are no terminal.
    """
    outside, inside = pty.openpty()
    reading, writing = os.pipe()
    streams: dict[str, Any] = {"stdin": inside, "stdout": inside, "stderr": inside}
    streams |= {name: reading if name == "stdin" else writing for name in piped.split()}
    os.write(outside, typed_ahead.encode())
    running = subprocess.Popen(
        [*command, lines],
        **streams,
        env={**os.environ, **(variables or {})},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(inside, termios.TIOCSCTTY, 0),
        pass_fds=(inside,),
    )
    world.processes.append(running)
    os.close(inside)
    screen, limit = b"", time.monotonic() + PATIENCE_SECONDS
    with suppress(OSError):  # the other end is closed
        while time.monotonic() < limit:
            if select.select([outside], [], [], 0.1)[0]:
                screen += os.read(outside, 65536)
            if answer is not None and QUESTION.encode() in screen:
                when_asked()
                os.write(outside, answer.encode())
                answer = None
    code = running.wait(PATIENCE_SECONDS)
    for end in (outside, reading, writing):
        os.close(end)
    assert answer is None or QUESTION not in screen.decode()
    return code, screen.decode()


def arrived(world: World, events: int) -> bool:
    """Whether so many events arrive, or are stored."""
    return until(lambda: len(world.persons.events) + len(world.waiting) == events)


def is_off(world: World) -> bool:
    """Whether nothing was sent or stored but the answer."""
    stored = {path.name.partition("-")[0] for path in (world.scratch / "home").rglob("*") if path.is_file()}
    return world.receiver.requests == [] and stored <= {"consent"} and not world.folder.exists()


def status(world: World, capsys: pytest.CaptureFixture[str], version: int = 1) -> dict[str, Any]:
    tool(world, version).usage_main(["status", "--json"])
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("yes", ["y\n", "YES\n"])
def test_a_yes_is_asked_for_once_after_the_command(
    world: World, capsys: pytest.CaptureFixture[str], yes: str
) -> None:
    """The command that asked is reported, and those after it, without a question; `status` says what was."""
    code, screen = run(world, start(world), yes)
    assert (code, screen) == (0, f"{ASKED}{yes.strip()}\r\nthe work\r\n")
    assert arrived(world, 1)
    assert run(world, start(world)) == (0, "the work\r\n")
    assert arrived(world, 2)
    content = status(world, capsys)
    assert (content["tracking"], content["reasons"]) == ("on", [])
    (asked,) = content["consents"]
    assert asked.pop("at") is not None
    assert asked == {"tool": "arcade-usage", "text_version": 1, "kind": "ask", "answer": "yes"}
    tool(world).usage_main(["status"])
    assert "question" in capsys.readouterr().out


ANSWERS = {"Enter": (ENTER, "no"), "n": ("n\n", "no"), "Ctrl-C": ("\x03", "unanswered"),
           "Ctrl-D": (CTRL_D, "unanswered"), "another word": ("maybe\n", "unanswered")}  # fmt: skip


@pytest.mark.parametrize(("typed", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_anything_else_means_off(
    world: World, capsys: pytest.CaptureFixture[str], typed: str, answer: str
) -> None:
    """Nothing is sent, the tool ends as it would, it does not ask again, and `status` says why it is off."""
    failing = f"{start(world)}raise SystemExit(3)"
    code, screen = run(world, failing, typed)
    assert (code, screen.startswith(ASKED), screen.endswith("the work\r\n")) == (3, True, True)
    assert run(world, failing) == (3, "the work\r\n")
    assert is_off(world)
    content = status(world, capsys)
    assert (content["tracking"], content["reasons"]) == ("off", ["consent"])
    assert content["reasons_text"] == [REFUSED_TEXTS[answer]]
    assert [each["answer"] for each in content["consents"]] == [answer]


@pytest.mark.usefixtures("stored")
def test_on_agrees_later(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """After a no, and with another version of the text, which is asked again otherwise."""
    run(world, start(world), "n\n")
    assert tool(world).usage_main(["on"]) == 0
    assert capsys.readouterr().out == "Usage tracking is on.\n"
    assert tool(world).usage_main(["on"]) == 0
    assert capsys.readouterr().out == "Usage tracking is on. It was already on.\n"
    assert run(world, start(world)) == (0, "the work\r\n")
    assert arrived(world, 1)
    assert run(world, start(world, version=2), ENTER)[1].startswith(ASKED)
    assert status(world, capsys, version=2)["tracking"] == "off"
    assert len(status(world, capsys)["consents"]) == 2
    assert tool(world, version=2).usage_main(["on"]) == 0
    assert run(world, start(world, version=2)) == (0, "the work\r\n")
    assert arrived(world, 2)


@pytest.mark.parametrize("answer", ["n\n", CTRL_D], ids=["no", "no answer"])
def test_the_general_on_agrees_where_there_was_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    """A no to a tool stays: it is about that tool. A tool that has not asked yet still asks."""
    from tests.e2e.cli.running import Shell

    shell = Shell(monkeypatch, capsys)
    run(world, start(world), answer)
    assert shell("on").code == 0
    assert run(world, start(world)) == (0, "the work\r\n")
    if answer == CTRL_D:
        assert arrived(world, 1)
    else:
        assert is_off(world)
    assert run(world, start(world, version=2), ENTER)[1].startswith(ASKED)


UNASKED: dict[str, dict[str, Any]] = {
    "stdin is a pipe": {"piped": "stdin"},
    "stdout is a pipe": {"piped": "stdout"},
    "stderr is a pipe": {"piped": "stderr"},
    "no terminal": {"piped": "stdin stdout stderr"},
    "CI": {"variables": {"CI": "true"}},
    "a coding agent": {"variables": {"CODEX_THREAD_ID": "0123"}},
    "a script": {"command": ("sh", "-c", f'{sys.executable} -c "$0"; exit $?')},
    "something typed ahead": {"typed_ahead": "ls\n"},
}


def test_a_command_in_another_thread_leaves_the_question_to_the_next_one(world: World) -> None:
    """There Ctrl-C can't be caught; a question that nobody saw does not count as asked."""
    in_thread = f"import threading\nt = threading.Thread(target=lambda: {CALL})\nt.start(); t.join()"
    assert run(world, start(world, call=in_thread)) == (0, "the work\r\n")
    assert run(world, start(world), ENTER)[1].startswith(ASKED)


@pytest.mark.parametrize("how", UNASKED.values(), ids=UNASKED)
def test_nobody_is_asked_where_no_person_waits_for_it(
    world: World, capsys: pytest.CaptureFixture[str], how: dict[str, Any]
) -> None:
    """Nothing is shown, delayed, stored or sent; the next command of a person asks."""
    code, screen = run(world, start(world), **how)
    assert (code, QUESTION in screen, is_off(world)) == (0, False, True)
    assert status(world, capsys)["reasons_text"] == [NOT_ASKED_TEXT]
    assert run(world, start(world), ENTER)[1].startswith(ASKED)


@pytest.mark.usefixtures("stored")
def test_while_one_command_asks_no_other_does(world: World) -> None:
    """In another window; it is not reported either, and the answer counts for both."""
    others: list[tuple[int, str]] = []
    run(world, start(world), "y\n", when_asked=lambda: others.append(run(world, start(world))))
    assert others == [(0, "the work\r\n")]
    assert arrived(world, 1)
    assert run(world, start(world)) == (0, "the work\r\n")
    assert arrived(world, 2)


def test_a_command_in_the_background_is_not_stopped(world: World) -> None:
    """Reading from the terminal would stop its process; it is not asked."""
    lines = f"import os\nos.setpgid(0, 0) if os.getpid() != os.getsid(0) else None\n{start(world)}"
    script = (
        "import subprocess, sys\n"
        f"child = subprocess.run([sys.executable, '-c', {lines!r}])\n"
        "raise SystemExit(child.returncode)"
    )
    code, screen = run(world, script)
    assert (code, QUESTION in screen, is_off(world)) == (0, False, True)


def test_a_question_has_a_limit(world: World) -> None:
    """Without an answer in time, the tool goes on, and nobody is asked again."""
    hurried = (
        "from arcade_usage.adapters.storage import consent_board\n"
        f"consent_board.ANSWER_SECONDS = 0.01\n{start(world)}"
    )
    code, screen = run(world, hurried)
    assert (code, screen) == (0, f"{ASKED}\r\nthe work\r\n")
    assert run(world, hurried) == (0, "the work\r\n")
    assert is_off(world)


def test_nothing_of_a_long_answer_is_left_for_the_shell(world: World) -> None:
    """A pasted line, for example: the shell would run the rest of it."""
    left = "import select\nprint('left:', select.select([0], [], [], 0)[0])\n"
    code, screen = run(world, f"{start(world)}{left}", "n" * 3_000 + "\n")
    assert (code, screen.endswith("left: []\r\n")) == (0, True)


def test_what_was_typed_and_not_entered_in_time_is_discarded() -> None:
    """The shell would run it with the next Enter."""
    outside, inside = pty.openpty()
    settings = termios.tcgetattr(inside)
    try:
        os.write(outside, b"yes")
        tty.setcbreak(inside, termios.TCSANOW)  # what is not entered can be read now
        assert until(lambda: bool(select.select([inside], [], [], 0)[0]))
        termios.tcsetattr(inside, termios.TCSANOW, settings)
        consent_board._discard_typed(inside)
        tty.setcbreak(inside, termios.TCSANOW)
        assert select.select([inside], [], [], 0)[0] == []
    finally:
        os.close(inside)
        os.close(outside)


def test_ctrl_c_at_the_question_is_not_the_tools(world: World) -> None:
    """A tool's own handler does not run, and is there again afterwards."""
    lines = (
        "import signal\n"
        "signal.signal(signal.SIGINT, lambda *_: print('interrupted'))\n"
        f"{start(world)}signal.raise_signal(signal.SIGINT)\n"
    )
    code, screen = run(world, lines, "\x03")
    assert (code, screen.count("interrupted"), screen.endswith("the work\r\ninterrupted\r\n")) == (0, 1, True)
    assert is_off(world)


@pytest.mark.parametrize("choice", ["off", "local"])
def test_a_stored_choice_is_the_answer(world: World, capsys: pytest.CaptureFixture[str], choice: str) -> None:
    """With off nobody is asked; with local events are recorded here, to which nobody has to agree."""
    assert tool(world).usage_main([choice]) == 0
    assert run(world, start(world)) == (0, "the work\r\n")
    capsys.readouterr()
    assert status(world, capsys)["tracking"] == choice
    assert world.receiver.requests == []
    copies = list(world.folder.glob("usage/outbox/*/sent.jsonl"))
    assert until(lambda: len(list(world.folder.glob("usage/outbox/*/sent.jsonl"))) == (choice == "local")), (
        copies
    )


def test_an_answer_that_cannot_be_stored_is_not_asked_for(world: World) -> None:
    """It would be asked for by each command."""
    (world.scratch / "home" / ".arcade").mkdir(parents=True)
    (world.scratch / "home" / ".arcade" / "usage").touch()
    world.folder.mkdir()
    (world.folder / "usage").touch()
    assert run(world, start(world)) == (0, "the work\r\n")
    assert world.receiver.requests == []


def test_an_answer_from_before_the_clock_was_set_back_holds_no_events(world: World) -> None:
    """A server reports what it captures from then on; what it captured before may be older than the answer."""
    clock = SimpleNamespace(time=lambda: time.time() + 3600)
    with world.monkeypatch.context() as ahead:
        ahead.setattr(consent_board, "time", clock)
        assert tool(world).usage_main(["on"]) == 0
    board = make_board(tool(world), find_layout(world.folder))
    assert isinstance(board, consent_board.ConsentBoard)
    earlier = time.time()
    first = board.agreed_at()
    assert earlier <= first <= time.time()
    assert board.agreed_at() == first
    clock.time = lambda: earlier - 60
    world.monkeypatch.setattr(consent_board, "time", clock)
    assert [board.agreed_at(), board.agreed_at()] == [earlier - 60] * 2
    clock.time = lambda: earlier + 7200
    assert board.agreed_at() > earlier + 3000


def test_a_server_never_asks_and_follows_the_answer(world: World) -> None:
    """Off until a command was answered; a running server reports from then on."""
    server = start(world, call="server.capture('served'); server.close()").replace(
        "tracker = arcade_usage.command", "server = arcade_usage.server"
    )
    assert run(world, server) == (0, "the work\r\n")
    assert is_off(world)
    with tool(world).server() as running:
        running.capture("before")
        assert run(world, start(world), "y\n")[0] == 0
        assert arrived(world, 1)
        running.capture("after")
        assert until(lambda: "after" in {event.name for event in world.persons.events})
    assert "before" not in {event.name for event in world.persons.events}


def test_debug_says_why_nothing_would_be_sent(world: World) -> None:
    """In one line, without a question."""
    screen = run(world, start(world), variables={"ARCADE_USAGE_DEBUG": "1"})[1]
    assert screen == f"arcade-usage: usage is not tracked: {NOT_ASKED_TEXT}\r\nthe work\r\n"


@pytest.mark.parametrize(
    "make",
    [
        lambda: "{",
        lambda: "[]",
        lambda: '{"version": 1, "answer": "perhaps"}',
        lambda: '{"version": 2, "answer": "yes", "at": 1}',
        lambda: "[" * 900,
    ],
)
def test_an_answer_that_cannot_be_read_means_off(
    world: World, capsys: pytest.CaptureFixture[str], make: Callable[[], str]
) -> None:
    """And as asked: the file is there, so nobody is asked again."""
    folder = world.scratch / "home" / ".arcade" / "usage"
    folder.mkdir(parents=True)
    (folder / "consent-arcade-usage-1").write_text(make())
    assert run(world, start(world)) == (0, "the work\r\n")
    assert world.receiver.requests == []
    assert status(world, capsys)["tracking"] == "off"
    assert tool(world).usage_main(["on"]) == 0
    capsys.readouterr()
    assert status(world, capsys)["tracking"] == "on"
