"""The switch: whether anything is tracked here, and the exact reason.

Owns the invariant that tracking is on only where nothing says off. Runs on the command path.
"""

from collections.abc import Mapping
from enum import Enum

TRACKING_VARIABLE = "ARCADE_USAGE_TRACKING"
DO_NOT_TRACK_VARIABLE = "DO_NOT_TRACK"  # consoledonottrack.com
DEBUG_VARIABLE = "ARCADE_USAGE_DEBUG"
EVENT_DATA_VARIABLE = "ARCADE_USAGE_EVENT_DATA"

_OFF = frozenset({"0", "false", "no", "off", "n", "f", "disabled"})
_NOT_SET = frozenset({"", "0", "false"})


class Switch(Enum):
    """On, or what turned it off; the values are for people to read."""

    ON = "on"
    OFF_BY_VARIABLE = f"off: {TRACKING_VARIABLE} says so"
    OFF_BY_DO_NOT_TRACK = f"off: {DO_NOT_TRACK_VARIABLE} is set"
    OFF_BY_CHOICE = "off: you turned it off"
    OFF_IN_COMPLETION = "off: the shell asks for completions"
    OFF_IN_DELIVERY = "off: this process delivers an event itself"
    OFF_WITHOUT_TOKEN = "off: the tool has no project token"  # noqa: S105 - no password

    @property
    def is_on(self) -> bool:
        return self is Switch.ON


def read_switch(environment: Mapping[str, str], chose_off: bool, project_token: str | None) -> Switch:
    """The state of the switch, pure. `chose_off`: a stored choice says off, or can't be read."""
    if EVENT_DATA_VARIABLE in environment:
        return Switch.OFF_IN_DELIVERY
    if environment.get(TRACKING_VARIABLE, "").strip().lower() in _OFF:
        return Switch.OFF_BY_VARIABLE
    if environment.get(DO_NOT_TRACK_VARIABLE, "").strip().lower() not in _NOT_SET:
        return Switch.OFF_BY_DO_NOT_TRACK
    if chose_off:
        return Switch.OFF_BY_CHOICE
    if any(_asks_for_completions(name) for name in environment):
        return Switch.OFF_IN_COMPLETION
    if not project_token or not project_token.strip():
        return Switch.OFF_WITHOUT_TOKEN
    return Switch.ON


def wants_debug(environment: Mapping[str, str]) -> bool:
    """Whether events are to be shown instead of sent."""
    return environment.get(DEBUG_VARIABLE, "").strip().lower() not in _NOT_SET | _OFF


def _asks_for_completions(name: str) -> bool:
    """Click and Typer set _<PROGRAM>_COMPLETE, argcomplete sets _ARGCOMPLETE."""
    return name == "_ARGCOMPLETE" or (name.startswith("_") and name.endswith("_COMPLETE"))
