"""Asks on the terminal whether a tool may report its use, and stores the answer. Runs inside the tool.

Invariants: a question is recorded before it is asked, so that of several commands one asks, and only once. It
is asked only where a person started the command: its process leads the terminal's foreground group, which no
command of a script does. The tool's exit code does not change.
"""

import os
import signal
import sys
import time
from contextlib import suppress

from arcade_usage.adapters.files.ownership import open_to_read
from arcade_usage.adapters.storage.config_folder import FOLDER, stored_level
from arcade_usage.adapters.storage.notice_board import is_terminal, name_of, wrap
from arcade_usage.application.command.payload import decode_json, encode_json
from arcade_usage.application.time_limits import ANSWER_SECONDS
from arcade_usage.domain.asking import (
    ANSWERS,
    NOT_ASKED_TEXT,
    REFUSED_TEXTS,
    UNANSWERED,
    YES,
    find_person,
    read_typed,
)
from arcade_usage.domain.consent import LOCAL

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arcade_usage.adapters.storage.config_folder import Layout
    from arcade_usage.domain.notice import Notice

CONSENT_LIMIT = 1024  # bytes of the file of an answer
CONSENT_VERSION = 1
_TYPED_LIMIT = 4096  # bytes of a typed line; no terminal has longer ones, so none is left to the shell
_POLL_SECONDS = 0.05  # on Windows, where a console can't be waited for


class ConsentBoard:
    """The question of one tool. `layouts`: folders that can store the answer; the first one does.

    choices: the folders whose stored choice counts. may_ask: False in a server.
    """

    def __init__(
        self,
        notice: "Notice",
        distribution: str,
        layouts: "Sequence[Layout]",
        environment: "Mapping[str, str]",
        choices: "Sequence[Layout]",
        *,
        may_ask: bool,
    ) -> None:
        self._notice = notice
        self._distribution = distribution
        self._name = name_of("consent", distribution, notice.version)
        self._layouts = layouts
        self._environment = environment
        self._choices = choices
        self._may_ask = may_ask
        self._set_back_at: float | None = None  # the earliest time at which an answer was in the future

    def show_if_due(self) -> bool:
        """Whether events may be reported; asks if that is due. Blocks: 60 s, for an answer."""
        if self.why_not() is None:
            return True
        is_due = self._may_ask and self._find_answer() is None
        return is_due and self._can_ask() and self._ask() == YES

    def why_not(self) -> "str | None":
        """Why nothing may be reported, for people; None if it may. Events that stay here need no consent."""
        answer = self._find_answer()
        if answer == YES or stored_level(self._choices) == LOCAL:
            return None
        return NOT_ASKED_TEXT if answer is None else REFUSED_TEXTS[answer]

    def agreed_at(self) -> float:
        """See the port. Blocks: on small files."""
        if stored_level(self._choices) == LOCAL:
            return 0.0
        found = self._find()
        at, now = found[1] if found is not None else 0.0, time.time()
        if at > now:  # the clock was set back: what follows this first look is later than the answer
            at = self._set_back_at = min(self._set_back_at or now, now)
        return at

    def agree(self) -> bool:
        """Store yes, for the user's command `on`; returns whether that is new. Raises OSError."""
        is_new = self._find_answer() != YES
        self._store(YES)
        return is_new

    def _find_answer(self) -> "str | None":
        found = self._find()
        return None if found is None else found[0]

    def _find(self) -> "tuple[str, float] | None":
        found = (read_consent(layout, self._name) for layout in self._layouts)
        return next((each for each in found if each is not None), None)

    def _can_ask(self) -> bool:
        """Whether a person started this command on a terminal, and waits for it."""
        streams = (sys.stdin, sys.stdout, sys.stderr)
        if not find_person(self._environment, on_terminal=all(map(is_terminal, streams))):
            return False
        descriptor = sys.stdin.fileno()
        return _leads(descriptor) and not _can_read(descriptor, 0.0)  # what is typed ahead is for the shell

    def _ask(self) -> "str | None":
        handler = signal.getsignal(signal.SIGINT)
        if handler is None:
            return None
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # the tool's own may end the tool
        except ValueError:  # not the main thread
            return None
        try:
            if not self._claim():
                return None
            answer = self._read_answer()
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            answer = UNANSWERED
        finally:
            signal.signal(signal.SIGINT, handler)
        self._store(answer)
        return answer

    def _claim(self) -> bool:
        """Record that the question is asked; False if it was before, or that can't be stored."""
        for layout in self._layouts:
            with suppress(OSError), layout.open_folder(make=True) as folder:
                return folder.create_exclusive(self._name, _encode(UNANSWERED), durable=False)
        return False

    def _read_answer(self) -> str:
        with suppress(Exception):  # the tool's own stream
            sys.stdout.flush()
        name = self._distribution or "this tool"
        question = f"May {name} report its use? [y/N] "
        sys.stderr.write(f"\n{wrap(self._notice.text)}\n{self._notice.link}\n\n{question}")
        sys.stderr.flush()
        descriptor = sys.stdin.fileno()
        if _can_read(descriptor, ANSWER_SECONDS):
            typed = os.read(descriptor, _TYPED_LIMIT)
        else:
            typed = b""
            if _leads(descriptor):  # in the background, it would stop the tool
                _discard_typed(descriptor)
        if not typed.endswith(b"\n"):  # no answer in time, or the end of the input
            sys.stderr.write("\n")
        return read_typed(typed.decode("utf-8", "replace")) if typed else UNANSWERED

    def _store(self, answer: str) -> None:
        problem: OSError | None = None
        for layout in self._layouts:
            try:
                with layout.open_folder(make=True) as folder:
                    return folder.replace(self._name, _encode(answer))
            except OSError as error:
                problem = error
        raise problem or OSError("no folder can store the answer")


def agree_to_unanswered(layout: "Layout") -> bool:
    """Store yes for each question of this folder that got no answer; returns whether there is one.

    A no is to one tool, so only that tool's own `on` turns it into a yes.
    """
    is_new = False
    with suppress(FileNotFoundError), layout.open_folder() as folder:
        for name in list(folder.names()):
            found = read_consent(layout, name) if name.startswith("consent-") else None
            if found is not None and found[0] == UNANSWERED:
                folder.replace(name, _encode(YES))
                is_new = True
    return is_new


def read_consent(layout: "Layout", name: str) -> "tuple[str, float] | None":
    """The answer in a file of usage/, and when it was given (Unix seconds); None without a valid one."""
    try:
        with open_to_read(layout.config_dir) as folder, folder.open(FOLDER) as ours:
            content = decode_json((ours.read(name, CONSENT_LIMIT) or b"").decode())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("version") != CONSENT_VERSION:
        return None
    answer, at = content.get("answer"), content.get("at")
    if answer in ANSWERS and isinstance(at, int | float) and type(at) is not bool:
        return str(answer), at
    return None


def _encode(answer: str) -> bytes:
    return encode_json({"version": CONSENT_VERSION, "answer": answer, "at": time.time()}).encode()


def _leads(terminal: int) -> bool:
    """Whether this process leads the terminal's foreground group; on Windows, which has none, it counts."""
    if sys.platform == "win32":
        return True
    try:
        return os.tcgetpgrp(terminal) == os.getpid()
    except OSError:  # not the terminal of this session
        return False


def _can_read(descriptor: int, seconds: float) -> bool:
    """Whether a line, or the end of the input, can be read. Blocks: `seconds`."""
    if sys.platform == "win32":
        import msvcrt

        until = time.monotonic() + seconds
        while not msvcrt.kbhit():
            if time.monotonic() >= until:
                return False
            time.sleep(_POLL_SECONDS)
        return True
    import select

    return bool(select.select([descriptor], [], [], seconds)[0])


def _discard_typed(terminal: int) -> None:
    """Discard a line that is typed and not entered: the shell would run it with the next Enter."""
    with suppress(Exception):  # Windows has no termios
        import termios

        termios.tcflush(terminal, termios.TCIFLUSH)
