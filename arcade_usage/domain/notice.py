"""The notice that a tool shows its users once, and whether events may be reported before it was shown.

Invariant: nothing is reported before the user has seen the notice, here or elsewhere. A coding agent gets it
on stderr, for its user to see with the rest of the output, and nothing is reported in that run. This does not
count for a person at a terminal. Runs on the command path, so the classes don't use attrs.
"""

from collections.abc import Mapping
from enum import Enum

from arcade_usage.domain.consent import runs_in_ci


class Notice:
    """The text that informs users that the tool reports its use.

    `text`: the message, including how to turn tracking off. `link`: URL of the privacy policy. `version`:
    a new version is shown again. `told_elsewhere`: the tool declares that it informs its users in another
    way too (documentation, terms), so events may be sent where the notice can't be shown.
    """

    def __init__(self, text: str, link: str, version: int = 1, told_elsewhere: bool = False) -> None:
        self.text = text
        self.link = link
        self.version = version
        self.told_elsewhere = told_elsewhere


class NoticeState(Enum):
    """The decision about a notice."""

    SHOWN = "shown"  # the notice was shown before
    SHOW = "show"  # the notice is to be shown now
    SHOW_TO_AGENT = "show_to_agent"  # the notice is to be shown now, and nothing may be reported in this run
    SHOWN_ELSEWHERE = "shown_elsewhere"  # it can't be shown here; the tool informs its users elsewhere
    HELD_BACK = "held_back"  # the notice was not shown yet and can't be shown here


HELD_BACK_TEXT = (
    "the notice of this tool was not shown yet, and nothing is reported before: a command on a terminal,"
    " outside CI, shows it"
)


def decide(
    notice: Notice,
    *,
    shown: bool,
    shown_to_agent: bool = False,
    stderr_is_terminal: bool,
    stdout_is_terminal: bool,
    environment: Mapping[str, str],
) -> NoticeState:
    """Decides whether to show a notice. Pure.

    shown, shown_to_agent: this version was shown on this machine, to a person or to an agent.

    A redirected stdout means that a program reads the output, possibly stderr too.
    """
    if shown:
        return NoticeState.SHOWN
    from arcade_usage.domain.agents import find_agent  # not needed once it was shown

    by_agent, on_terminal = find_agent(environment) is not None, stderr_is_terminal and stdout_is_terminal
    if by_agent and shown_to_agent:
        return NoticeState.SHOWN
    if not runs_in_ci(environment):
        if by_agent and (on_terminal or not notice.told_elsewhere):
            return NoticeState.SHOW_TO_AGENT
        if on_terminal:
            return NoticeState.SHOW
    return NoticeState.SHOWN_ELSEWHERE if notice.told_elsewhere else NoticeState.HELD_BACK
