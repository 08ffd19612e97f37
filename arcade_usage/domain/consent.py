"""The switch: whether tracking is on, and every reason why it is off.

Invariant: tracking is on only if nothing turns it off. Runs on the command path.
"""

TYPE_CHECKING = False  # importing typing is too slow here; see arcade_usage/__init__.py
if TYPE_CHECKING:
    from collections.abc import Mapping

TRACKING_VARIABLE = "ARCADE_USAGE_TRACKING"
DO_NOT_TRACK_VARIABLE = "DO_NOT_TRACK"  # consoledonottrack.com
DEBUG_VARIABLE = "ARCADE_USAGE_DEBUG"
STRICT_VARIABLE = "ARCADE_USAGE_STRICT"
EVENT_DATA_VARIABLE = "ARCADE_USAGE_EVENT_DATA"

_OFF = frozenset(
    {"0", "00", "false", "no", "off", "n", "f", "disable", "disabled", "none", "never", "opt-out"}
)
_NOT_SET = frozenset({"", "0", "false"})
_NOT_CI = frozenset({"", "0", "false", "no", "off"})
CI_SYSTEMS = (  # variables of systems which do not set CI, or did not always
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "TF_BUILD",  # Azure Pipelines
    "JENKINS_URL",
    "TEAMCITY_VERSION",
    "CODEBUILD_BUILD_ID",  # AWS CodeBuild
    "BITBUCKET_BUILD_NUMBER",
    "CIRCLECI",
    "TRAVIS",
    "APPVEYOR",
    "BUILDKITE",
    "DRONE",
)


# What a user allows, from the most to the least. The names are stored and printed as JSON.
ON = "on"
WITHOUT_ERRORS = "without-errors"  # as on, without the texts of errors
LOCAL = "local"  # events are recorded on this machine and never sent
OFF = "off"
LEVELS = (ON, WITHOUT_ERRORS, LOCAL, OFF)

# Identifiers of what turns tracking off, printed as JSON.
OFF_BY_VARIABLE = "tracking_variable"
OFF_BY_DO_NOT_TRACK = "do_not_track"
OFF_BY_MACHINE = "machine"
OFF_BY_CHOICE = "stored_choice"
OFF_BY_LOCAL = "local"  # nothing is sent, but events are recorded
OFF_BY_CONFIG_DIR = "config_dir"
OFF_BY_CONSENT = "consent"  # the tool asks first; see domain.asking
OFF_IN_COMPLETION = "completion"
OFF_IN_DELIVERY = "delivery_process"
OFF_WITHOUT_TOKEN = "no_project_token"  # noqa: S105 - no password

OFF_UNASKED = frozenset({OFF_IN_COMPLETION, OFF_IN_DELIVERY})  # without a user who could read why

OFF_TEXTS = {  # messages for users
    OFF_BY_VARIABLE: f"{TRACKING_VARIABLE} turns it off",
    OFF_BY_DO_NOT_TRACK: f"{DO_NOT_TRACK_VARIABLE} is set",
    OFF_BY_MACHINE: "an administrator turned it off for this machine",
    OFF_BY_CHOICE: "a stored opt-out exists or can't be read",
    OFF_BY_LOCAL: "a stored choice keeps events on this machine",
    OFF_BY_CONFIG_DIR: "the config folder is not safe to use",
    OFF_BY_CONSENT: "this tool asks before it reports anything, and nobody agreed",
    OFF_IN_COMPLETION: "the shell requests completions",
    OFF_IN_DELIVERY: "this is a delivery process",
    OFF_WITHOUT_TOKEN: "the tool has no project token",
}


def find_reasons(
    environment: "Mapping[str, str]",
    level: str,
    project_token: "str | None",
    machine_is_off: bool = False,
) -> "tuple[str, ...]":
    """Everything that keeps events from being sent, most important first; empty if tracking is on. Pure.

    Returns all reasons, because removing one doesn't turn tracking on while others apply.
    `level`: the stored choice. `machine_is_off`: an administrator turned it off, or that can't be read.
    """
    found = (
        (OFF_IN_DELIVERY, EVENT_DATA_VARIABLE in environment),
        (OFF_BY_VARIABLE, _turns_off(environment)),
        (OFF_BY_DO_NOT_TRACK, _sets_do_not_track(environment)),
        (OFF_BY_MACHINE, machine_is_off),
        (OFF_BY_CHOICE, level == OFF),
        (OFF_BY_LOCAL, level == LOCAL),
        (OFF_IN_COMPLETION, any(_requests_completions(name) for name in environment)),
        (OFF_WITHOUT_TOKEN, not project_token or not project_token.strip()),
    )
    return tuple(reason for reason, applies in found if applies)


def was_turned_off(environment: "Mapping[str, str]", has_opted_out: bool) -> bool:
    """Whether tracking was turned off since the tracker was built. Pure; ignores constant reasons."""
    return has_opted_out or _turns_off(environment) or _sets_do_not_track(environment)


def _turns_off(environment: "Mapping[str, str]") -> bool:
    return environment.get(TRACKING_VARIABLE, "").strip().lower() in _OFF


def _sets_do_not_track(environment: "Mapping[str, str]") -> bool:
    return environment.get(DO_NOT_TRACK_VARIABLE, "").strip().lower() not in _NOT_SET


def wants_debug(environment: "Mapping[str, str]") -> bool:
    """Whether to print events instead of sending them."""
    return _is_on(environment, DEBUG_VARIABLE)


def is_strict(environment: "Mapping[str, str]") -> bool:
    """Whether a wrong configuration raises an error."""
    return _is_on(environment, STRICT_VARIABLE)


def _is_on(environment: "Mapping[str, str]", variable: str) -> bool:
    return environment.get(variable, "").strip().lower() not in _NOT_SET | _OFF


def runs_in_ci(environment: "Mapping[str, str]") -> bool:
    """Whether CI or the variable of a CI system is set; CI=false means that it is a person."""
    says = environment.get("CI")
    names = ("CI",) if says is not None and says.strip() else CI_SYSTEMS
    return any(environment.get(name, "").strip().lower() not in _NOT_CI for name in names)


def _requests_completions(name: str) -> bool:
    """Whether the variable requests shell completion (Click, Typer: _<PROGRAM>_COMPLETE; _ARGCOMPLETE)."""
    return name == "_ARGCOMPLETE" or (name.startswith("_") and name.endswith("_COMPLETE"))
