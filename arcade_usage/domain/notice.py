"""The notice that a tool shows its users once, and whether events may be reported before it was shown.

Invariant: nothing is reported before the user has seen the notice, here or elsewhere. Runs on the command
path, so the classes don't use attrs.
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


class Telling(Enum):
    """The decision about a notice."""

    TOLD = "told"  # the notice was shown before
    SHOW = "show"  # the notice is to be shown now
    VOUCHED = "vouched"  # the notice can't be shown here, and the tool informs its users elsewhere
    HELD_BACK = "held_back"  # the notice was not shown yet and can't be shown here


def decide(
    notice: Notice,
    *,
    shown: bool,
    stderr_is_terminal: bool,
    stdout_is_terminal: bool,
    environment: Mapping[str, str],
) -> Telling:
    """Decides whether to show a notice. Pure. `shown`: this version was shown on this machine.

    A redirected stdout means that a program reads the output, possibly stderr too.
    """
    if shown:
        return Telling.TOLD
    if stderr_is_terminal and stdout_is_terminal and not runs_in_ci(environment):
        return Telling.SHOW
    return Telling.VOUCHED if notice.told_elsewhere else Telling.HELD_BACK
