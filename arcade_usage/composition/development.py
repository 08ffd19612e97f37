"""What the developer of a tool gets to know: errors in development, and the reason why nothing is tracked.

The command path imports it only with $ARCADE_USAGE_STRICT, $ARCADE_USAGE_DEBUG or a logger at DEBUG, in the
test kit, and for a wrong configuration.
"""

import os
import sys
from typing import TYPE_CHECKING

from arcade_usage.adapters.machine.runtime_facts import UNKNOWN_VERSION, find_version
from arcade_usage.application.command.tracker import log_debug
from arcade_usage.domain.configuration import NO_VERSION, ConfigurationError
from arcade_usage.domain.consent import is_strict

if TYPE_CHECKING:
    from arcade_usage.adapters.storage.consent_board import ConsentBoard
    from arcade_usage.adapters.storage.notice_board import NoticeBoard
    from arcade_usage.composition.command import ToolConfig


def refuse(config: "ToolConfig", *, in_test_kit: bool) -> None:
    """Raise ConfigurationError for a wrong configuration, with $ARCADE_USAGE_STRICT and in the test kit.

    With the variable, a version that can't be found is an error too.
    """
    reasons = [problem.text for problem in config.problems]
    if is_strict(os.environ):
        reasons += _missing_version(config)
    elif not in_test_kit:
        return
    if reasons:
        raise ConfigurationError("; ".join(reasons))


def explain(
    config: "ToolConfig", board: "NoticeBoard | ConsentBoard | None", why: list[str], *, debugging: bool
) -> list[str]:
    """Log the reasons why nothing is tracked; returns them. When debugging, writes them on stderr too.

    `board`: given when debugging; a reason if it keeps events back. Otherwise a tracker asks for each event.
    """
    if not why and board is not None and (held_back := board.why_not()) is not None:
        why = [held_back]
    texts = [f"usage is not tracked: {text}" for text in why] if why else _missing_version(config)
    for text in texts:
        log_debug("%s", text)
        if debugging and sys.stderr is not None:
            sys.stderr.write(f"arcade-usage: {text}\n")
    return why


def _missing_version(config: "ToolConfig") -> list[str]:
    """What is wrong if the tool's version can't be found. Blocks: lists the folders of sys.path."""
    found = find_version(config.distribution or "", config.version)
    return [NO_VERSION.text] if found == UNKNOWN_VERSION else []
