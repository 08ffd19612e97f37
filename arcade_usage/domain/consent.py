"""The switch: whether anything is tracked here, and the exact reason.

Owns the invariant that tracking is on only where nothing says off. Runs on the command path.
"""

TYPE_CHECKING = False  # typing's is too slow to import here: arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Mapping

TRACKING_VARIABLE = "ARCADE_USAGE_TRACKING"
DO_NOT_TRACK_VARIABLE = "DO_NOT_TRACK"  # consoledonottrack.com
DEBUG_VARIABLE = "ARCADE_USAGE_DEBUG"
EVENT_DATA_VARIABLE = "ARCADE_USAGE_EVENT_DATA"

_OFF = frozenset(
    {"0", "00", "false", "no", "off", "n", "f", "disable", "disabled", "none", "never", "opt-out"}
)
_NOT_SET = frozenset({"", "0", "false"})
_NOT_CI = frozenset({"", "0", "false", "no", "off"})


# What turns tracking off, for people to read.
OFF_BY_VARIABLE = f"{TRACKING_VARIABLE} says so"
OFF_BY_DO_NOT_TRACK = f"{DO_NOT_TRACK_VARIABLE} is set"
OFF_BY_CHOICE = "a stored choice says so, or can't be read"
OFF_IN_COMPLETION = "the shell asks for completions"
OFF_IN_DELIVERY = "this process delivers an event itself"
OFF_WITHOUT_TOKEN = "the tool has no project token"  # noqa: S105 - no password


def find_reasons(
    environment: "Mapping[str, str]", chose_off: bool, project_token: "str | None"
) -> "tuple[str, ...]":
    """Everything that turns tracking off, most telling first; where there is nothing, it is on. Pure.

    `chose_off`: a stored choice says off, or can't be read. All of it, since who takes one reason back wants
    to know of the others.
    """
    found = (
        (OFF_IN_DELIVERY, EVENT_DATA_VARIABLE in environment),
        (OFF_BY_VARIABLE, _says_off(environment)),
        (OFF_BY_DO_NOT_TRACK, _says_do_not_track(environment)),
        (OFF_BY_CHOICE, chose_off),
        (OFF_IN_COMPLETION, any(_asks_for_completions(name) for name in environment)),
        (OFF_WITHOUT_TOKEN, not project_token or not project_token.strip()),
    )
    return tuple(reason for reason, is_so in found if is_so)


def was_turned_off(environment: "Mapping[str, str]", chose_off: bool) -> bool:
    """Whether it was turned off since a tracker was built: what can't change meanwhile is not asked. Pure."""
    return chose_off or _says_off(environment) or _says_do_not_track(environment)


def _says_off(environment: "Mapping[str, str]") -> bool:
    return environment.get(TRACKING_VARIABLE, "").strip().lower() in _OFF


def _says_do_not_track(environment: "Mapping[str, str]") -> bool:
    return environment.get(DO_NOT_TRACK_VARIABLE, "").strip().lower() not in _NOT_SET


def wants_debug(environment: "Mapping[str, str]") -> bool:
    """Whether events are to be shown instead of sent."""
    return environment.get(DEBUG_VARIABLE, "").strip().lower() not in _NOT_SET | _OFF


def runs_in_ci(environment: "Mapping[str, str]") -> bool:
    """Whether the CI variable says that a machine is at work."""
    return environment.get("CI", "").strip().lower() not in _NOT_CI


def _asks_for_completions(name: str) -> bool:
    """Click and Typer set _<PROGRAM>_COMPLETE, argcomplete sets _ARGCOMPLETE."""
    return name == "_ARGCOMPLETE" or (name.startswith("_") and name.endswith("_COMPLETE"))
