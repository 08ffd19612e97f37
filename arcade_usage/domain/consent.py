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
_NOT_CI = frozenset({"", "0", "false", "no", "off"})


class Switch(Enum):
    """On, or what turned it off; the values are for people to read."""

    ON = "on"
    OFF_BY_VARIABLE = f"off: {TRACKING_VARIABLE} says so"
    OFF_BY_DO_NOT_TRACK = f"off: {DO_NOT_TRACK_VARIABLE} is set"
    OFF_BY_CHOICE = "off: a stored choice says so, or can't be read"
    OFF_IN_COMPLETION = "off: the shell asks for completions"
    OFF_IN_DELIVERY = "off: this process delivers an event itself"
    OFF_WITHOUT_TOKEN = "off: the tool has no project token"  # noqa: S105 - no password

    @property
    def is_on(self) -> bool:
        return self is Switch.ON


def read_switch(environment: Mapping[str, str], chose_off: bool, project_token: str | None) -> Switch:
    """The state of the switch, pure. `chose_off`: a stored choice says off, or can't be read."""
    reasons = find_reasons(environment, chose_off, project_token)
    return reasons[0] if reasons else Switch.ON


def find_reasons(
    environment: Mapping[str, str], chose_off: bool, project_token: str | None
) -> tuple[Switch, ...]:
    """Everything that says off, as `read_switch`: who takes one back wants to know of the others."""
    found = (
        (Switch.OFF_IN_DELIVERY, EVENT_DATA_VARIABLE in environment),
        (Switch.OFF_BY_VARIABLE, environment.get(TRACKING_VARIABLE, "").strip().lower() in _OFF),
        (
            Switch.OFF_BY_DO_NOT_TRACK,
            environment.get(DO_NOT_TRACK_VARIABLE, "").strip().lower() not in _NOT_SET,
        ),
        (Switch.OFF_BY_CHOICE, chose_off),
        (Switch.OFF_IN_COMPLETION, any(_asks_for_completions(name) for name in environment)),
        (Switch.OFF_WITHOUT_TOKEN, not project_token or not project_token.strip()),
    )
    return tuple(reason for reason, is_so in found if is_so)


def wants_debug(environment: Mapping[str, str]) -> bool:
    """Whether events are to be shown instead of sent."""
    return environment.get(DEBUG_VARIABLE, "").strip().lower() not in _NOT_SET | _OFF


def runs_in_ci(environment: Mapping[str, str]) -> bool:
    """Whether the CI variable says that a machine is at work."""
    return environment.get("CI", "").strip().lower() not in _NOT_CI


def _asks_for_completions(name: str) -> bool:
    """Click and Typer set _<PROGRAM>_COMPLETE, argcomplete sets _ARGCOMPLETE."""
    return name == "_ARGCOMPLETE" or (name.startswith("_") and name.endswith("_COMPLETE"))
