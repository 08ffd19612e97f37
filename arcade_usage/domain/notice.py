"""The notice that a tool gives its users once, and whether anything may be reported before they saw it.

Owns the invariant that nothing is reported about somebody who was not told, here or elsewhere. Runs on the
command path, so these are plain classes.
"""

from collections.abc import Mapping
from enum import Enum

from arcade_usage.domain.consent import runs_in_ci


class Notice:
    """What a tool tells its users: that it reports how it is used, and where to read more.

    `text`: for people, with how to turn it off. `link`: to the privacy policy. `version`: another one is
    shown again. `told_elsewhere`: the tool vouches that it tells its users in another way too (its
    documentation, its terms), so that where there is no terminal, events may be sent all the same.
    """

    def __init__(self, text: str, link: str, version: int = 1, told_elsewhere: bool = False) -> None:
        self.text = text
        self.link = link
        self.version = version
        self.told_elsewhere = told_elsewhere


class Telling(Enum):
    """What is to be done about a notice; the values are for people to read."""

    TOLD = "the user was told before"
    SHOW = "the user is to be told now"
    VOUCHED = "there is no terminal, and the tool tells its users elsewhere"
    HELD_BACK = "the user was not told yet, and can't be told here"


def decide(
    notice: Notice,
    *,
    shown: bool,
    stderr_is_terminal: bool,
    stdout_is_terminal: bool,
    environment: Mapping[str, str],
) -> Telling:
    """Pure. `shown`: this version was, on this machine.

    A pipe at stdout means that a program reads along, which may well read both streams.
    """
    if shown:
        return Telling.TOLD
    if stderr_is_terminal and stdout_is_terminal:
        return Telling.HELD_BACK if runs_in_ci(environment) else Telling.SHOW
    if stderr_is_terminal or stdout_is_terminal or not notice.told_elsewhere:
        return Telling.HELD_BACK
    return Telling.VOUCHED
