"""Shows a notice on the terminal, and remembers that it did. Runs on the command path.

Owns the invariant that of many first commands at least one shows it: it is shown first, and noted then.
Once it is noted, it costs one lstat.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TextIO

from arcade_usage.adapters.storage.config_folder import Layout
from arcade_usage.domain.notice import Notice, Telling, decide


class NoticeBoard:
    """The notice of one tool. `layouts`: where it may be noted that it was shown; one is enough."""

    def __init__(
        self, notice: Notice, distribution: str, layouts: Sequence[Layout], environment: Mapping[str, str]
    ) -> None:
        self._notice = notice
        self._layouts = layouts
        self._marks = [layout.notice_mark(distribution, notice.version) for layout in layouts]
        self._environment = environment
        self._may_report = False

    def show_if_due(self) -> bool:
        """Whether an event may be handed over; shows the notice where that is due. Blocks: not."""
        if not self._may_report:
            telling = decide(
                self._notice,
                shown=any(map(_is_there, self._marks)),
                stderr_is_terminal=_is_terminal(sys.stderr),
                stdout_is_terminal=_is_terminal(sys.stdout),
                environment=self._environment,
            )
            if telling is Telling.SHOW:
                self._show(sys.stderr)
            self._may_report = telling is not Telling.HELD_BACK
        return self._may_report

    def _show(self, stderr: TextIO) -> None:
        """Raises what the stream raises: then the user was not told."""
        stderr.write(f"{self._notice.text}\n{self._notice.link}\n")
        stderr.flush()
        for layout, mark in zip(self._layouts, self._marks, strict=True):
            with suppress(OSError):  # where no folder can be written, it is shown again
                with layout.open_folder(make=True) as folder:
                    folder.create_first(os.path.basename(mark), b"", durable=False)
                return


def _is_there(path: str) -> bool:
    try:
        os.lstat(path)
    except OSError:
        return False
    return True


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except Exception:  # noqa: BLE001 - a host may have put anything in its place, or closed it
        return False
