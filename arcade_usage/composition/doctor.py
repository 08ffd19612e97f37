"""The composition root of `doctor`: the steps that are checked here, and the plan of what is sent."""

import os
import time
from collections.abc import Iterator, Sequence

from arcade_usage.application.errors import AdaptersError, LaunchError
from arcade_usage.composition import status
from arcade_usage.composition.adapters import FACTORY_FAILED
from arcade_usage.composition.delivery import find_obstacle
from arcade_usage.composition.scope import PLACEHOLDER, Scope
from arcade_usage.domain.checkup import TEST_EVENT, Check, Result, Step
from arcade_usage.domain.configuration import NO_VERSION
from arcade_usage.domain.consent import DEBUG_VARIABLE, OFF_BY_CONFIG_DIR, OFF_WITHOUT_TOKEN
from arcade_usage.domain.project import Project
from arcade_usage.domain.trouble import Trouble

_OF_THE_FOLDER = (Trouble.UNREADABLE, Trouble.UNWRITABLE, Trouble.NOT_OWNED, Trouble.NEWER, Trouble.LOCK)
_NETWORK_CHECKS = (Check.ACCOUNT, Check.POSTHOG, Check.EVENT, Check.LINK)


def check_here(scope: Scope) -> Iterator[Step]:
    """The steps that send nothing. Blocks: on a bounded number of files, and 10 s for a process."""
    reasons = [reason for reason in scope.reasons() if reason.identifier != OFF_BY_CONFIG_DIR]
    problems = [reason.text for reason in reasons if reason in _own_problems(scope)]
    off = [reason.text for reason in reasons if reason.text not in problems]
    if scope.debugging:
        off.append(f"{DEBUG_VARIABLE} is set: events are shown on stderr and not sent")
    yield _step(Check.SWITCH, off, "tracking is on")
    if scope.tool is None:
        text = "no tool: the same command in a tool, such as `my-tool usage doctor`, checks it"
        yield Step(Check.CONFIGURATION, Result.SKIPPED, text)
    else:
        problems = problems or _adapters_problems(scope)
        yield _step(Check.CONFIGURATION, problems, "every value is valid")
        known = status.has_version(scope)
        yield _step(Check.VERSION, [] if known else [NO_VERSION.text], "the tool's version is known")
    yield _check_folder(scope)
    is_usable = len(reasons) == len(scope.reasons())
    if is_usable and status.decide_notice(scope) is not None:
        yield _check_notice(scope)
    if problems or reasons or not is_usable:
        yield Step(Check.PROCESS, Result.SKIPPED, "not started: tracking is off, or a step above failed")
    else:
        yield _check_process(scope)


def plan(scope: Scope) -> list[tuple[str, str]]:
    """Where check_network sends, and what; empty if no project is known. Raises ValueError."""
    projects = _projects(scope)
    cloud = ("to Arcade Cloud", "the stored credentials, if there are any, to ask for their account")
    event = (
        f'one event "{TEST_EVENT}" under a random id that is used once, and, if this installation is linked'
        " to that account, the link once more"
    )
    return [cloud, *((f"to {project.shown_host}", event) for project in projects)] if projects else []


def check_network(scope: Scope) -> Iterator[Step]:
    """The steps that send. Blocks: as long as the requests of application/console/checkup.py."""
    from arcade_usage.application.console.checkup import NetworkCheckup
    from arcade_usage.application.delivery.wrappers import SwitchedPrincipalApi, SwitchedSink

    if (obstacle := find_obstacle()) is not None:
        yield from skip_network(obstacle)
        return
    for project in _projects(scope):
        try:
            adapters = scope.adapters(project)
        except AdaptersError as error:
            yield Step(Check.EVENT, Result.FAILED, str(error), project.shown_host)
            continue
        yield from NetworkCheckup(
            project.shown_host,
            adapters.identity_store,
            SwitchedPrincipalApi(adapters.principal_api, adapters.switch),
            SwitchedSink(adapters.analytics_sink, adapters.switch),
            adapters.clock,
            adapters.ids,
        ).run()


def skip_network(why: str) -> Iterator[Step]:
    """The steps that send, without sending."""
    for check in _NETWORK_CHECKS:
        yield Step(check, Result.SKIPPED, why)


def _projects(scope: Scope) -> list[Project]:
    """The tool's own project, unless options select others; without a tool, those with events here."""
    if scope.tool is not None and scope.host is None and scope.token is None:
        return [scope.own_project] if scope.own_project is not None else []
    return scope.projects()


def _own_problems(scope: Scope) -> list[object]:
    """What turns tracking off by the tool's own configuration."""
    return [
        reason
        for reason in scope.reasons()
        if reason.identifier == OFF_WITHOUT_TOKEN or (scope.tool and reason in scope.tool.problems)
    ]


def _adapters_problems(scope: Scope) -> list[str]:
    try:
        if scope.own_project is not None:
            scope.adapters(scope.own_project)
    except AdaptersError as error:
        return [str(error)]
    return []


def _check_folder(scope: Scope) -> Step:
    found = status.read_status(scope)
    problems = [reason.text for reason in found.reasons if reason.identifier == OFF_BY_CONFIG_DIR]
    if not problems:
        details = (*found.not_owned, *found.newer, *found.unusable_locks)
        problems = [trouble.text for trouble in found.troubles if trouble in _OF_THE_FOLDER]
        problems += details if problems else ()
    return _step(Check.FOLDER, problems, f"{scope.layout.config_dir} can be used")


def _check_notice(scope: Scope) -> Step:
    from arcade_usage.domain.notice import HELD_BACK_TEXT, NoticeState

    decision = status.decide_notice(scope)
    texts = {
        NoticeState.SHOWN: "it was shown",
        NoticeState.SHOW: "the next command on this terminal shows it",
        NoticeState.SHOW_TO_AGENT: "the next command of the coding agent shows it, and is not reported",
        NoticeState.SHOWN_ELSEWHERE: "the tool informs its users elsewhere",
    }
    fine = texts.get(decision) if decision is not None else None
    return _step(Check.NOTICE, [] if fine else [HELD_BACK_TEXT], fine or "")


def _check_process(scope: Scope) -> Step:
    """Start the delivery process as a command does, and let it show an event instead of sending it."""
    from arcade_usage.adapters.process.launcher import DetachedLauncher, can_launch
    from arcade_usage.application.command.payload import describe_tool, encode_payload

    if not can_launch():
        return Step(Check.PROCESS, Result.FAILED, Trouble.FROZEN.text)
    tool, project = scope.tool, scope.own_project or PLACEHOLDER
    facts = dict.fromkeys(("error_message", "duration_ms", "monotonic_start", "monotonic_end", "properties"))
    described = describe_tool(
        project={"host": project.host, "project_token": project.project_token},
        config_dir=scope.layout.config_dir,
        distribution=(tool and tool.distribution) or "",
        version=tool.version if tool else None,
        adapters=tool.adapters if tool else None,
    )
    payload = encode_payload(
        described,
        {"usage": None, "ledger": None, "stamp": None},
        {**facts, "name": "usage.doctor", "outcome": "success", "ended_at": time.time()},
    )
    try:
        shown = DetachedLauncher({**os.environ, DEBUG_VARIABLE: "1"}).launch_and_read(payload)
    except LaunchError as error:
        return Step(Check.PROCESS, Result.FAILED, f"{error}: {error.__cause__ or 'check sys.executable'}")
    if FACTORY_FAILED in shown:  # also where it can be imported here
        return Step(Check.PROCESS, Result.FAILED, shown.strip().removeprefix("arcade-usage: "))
    failed = ["it was started and did nothing: run `python -m arcade_usage` with this Python to see why"]
    return _step(Check.PROCESS, [] if shown else failed, "it starts and imports what it needs")


def _step(check: Check, problems: Sequence[str], fine: str) -> Step:
    return Step(check, Result.FAILED, "; ".join(problems)) if problems else Step(check, Result.OK, fine)
