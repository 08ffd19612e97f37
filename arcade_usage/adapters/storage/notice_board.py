"""Shows a notice on the terminal and records that it was shown. Runs on the command path.

Invariant: of several first commands at least one shows the notice, because it is recorded only afterwards.
Later commands need one lstat.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TextIO

from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.domain.notice import HELD_BACK_TEXT, Notice, NoticeState, decide

_TO_AGENT = "-agent"  # ends the name of the file which records that an agent got the notice
_NAME_LIMIT = 100  # characters of a distribution's name that a file name contains
WIDTH_LIMIT = 80  # columns of a notice; longer lines are hard to read


def name_of(kind: str, distribution: str, version: int) -> str:
    """The name of the file that records a tool's notice or question, for one version of its text."""
    name = "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in distribution)
    return f"{kind}-{name[:_NAME_LIMIT]}-{int(version)}"


class NoticeBoard:
    """The notice of one tool. `layouts`: folders in which its display can be recorded; one suffices."""

    def __init__(
        self, notice: Notice, distribution: str, layouts: Sequence[Layout], environment: Mapping[str, str]
    ) -> None:
        self._notice = notice
        self._layouts = layouts
        self._mark = name_of("notice", distribution, notice.version)
        self._environment = environment
        self._may_report: bool | None = None  # in this process, once it is decided

    def show_if_due(self) -> bool:
        """Whether events may be reported; shows the notice if due. Doesn't block."""
        if self._may_report is None:
            decision = self.decide()
            if decision is NoticeState.HELD_BACK:
                return False
            if decision in (NoticeState.SHOW, NoticeState.SHOW_TO_AGENT):
                self._show(sys.stderr, "" if decision is NoticeState.SHOW else _TO_AGENT)
            self._may_report = decision is not NoticeState.SHOW_TO_AGENT
        return self._may_report

    def agreed_at(self) -> float:
        """See the port. A notice needs no answer."""
        return 0.0

    def why_not(self) -> "str | None":
        """Why nothing may be reported here, for people; None if it may, or if the notice is due."""
        return HELD_BACK_TEXT if self.decide() is NoticeState.HELD_BACK else None

    def decide(self) -> NoticeState:
        """Whether the notice was shown, is due, or can't be shown here."""
        shown = self._is_recorded(self._mark)
        return decide(
            self._notice,
            shown=shown,
            shown_to_agent=not shown and self._is_recorded(self._mark + _TO_AGENT),
            stderr_is_terminal=is_terminal(sys.stderr),
            stdout_is_terminal=is_terminal(sys.stdout),
            environment=self._environment,
        )

    def _is_recorded(self, mark: str) -> bool:
        return any(os.path.lexists(os.path.join(layout.folder, mark)) for layout in self._layouts)

    def _show(self, stderr: TextIO, suffix: str) -> None:
        """Shows and records the notice. `suffix`: of the file that records it.

        Raises the stream's exceptions; then it counts as not shown.
        """
        stderr.write(f"\n{wrap(self._notice.text)}\n{self._notice.link}\n\n")
        stderr.flush()
        for layout in self._layouts:
            with suppress(OSError):  # if no folder is writable, it is shown again
                with layout.open_folder(make=True) as folder:
                    folder.create_exclusive(self._mark + suffix, b"", durable=False)
                return


def wrap(text: str) -> str:
    """The text in lines that fit the terminal, broken between words; its own line breaks stay."""
    import shutil  # not at the top: a notice is shown once
    import textwrap

    wrapper = textwrap.TextWrapper(
        min(shutil.get_terminal_size().columns, WIDTH_LIMIT), break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(map(wrapper.fill, text.splitlines()))


def is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except Exception:  # noqa: BLE001 - a tool may have closed the stream or replaced it by any object
        return False
