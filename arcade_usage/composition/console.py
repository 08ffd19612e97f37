"""The composition root of the command line: one function for each command.

Owns the invariant that a command writes or sends nothing unless that is its purpose.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from arcade_usage.adapters.storage.config_folder import choice_layouts, find_problem, is_on, stored_level
from arcade_usage.adapters.storage.consent_board import agree_to_unanswered
from arcade_usage.adapters.storage.not_owned import find_not_owned, is_event, is_lock
from arcade_usage.adapters.storage.sent_copies import is_copies
from arcade_usage.application.console import opt_out
from arcade_usage.application.console.opt_out import TurnedOff, collecting
from arcade_usage.application.errors import StoreError
from arcade_usage.composition.command import FolderWriter
from arcade_usage.composition.delivery import find_obstacle, make_delivery, make_previewer
from arcade_usage.composition.scope import PLACEHOLDER, Scope
from arcade_usage.domain.consent import OFF, ON, WITHOUT_ERRORS
from arcade_usage.domain.project import Project

if TYPE_CHECKING:
    from arcade_usage.application.console.erasure import Eraser
    from arcade_usage.application.console.flush import Flushed
    from arcade_usage.application.console.preview import Preview
    from arcade_usage.application.ports import Progress
    from arcade_usage.domain.sent import Sent
    from arcade_usage.domain.subject_ids import SubjectIds

_ERASURE_ANSWERS = {
    status: f"{{who}} could not take the request ({status}): try again later"
    for status in (429, *range(500, 600))
}


def find_tools(scope: Scope) -> tuple[str, ...]:
    """The tools whose events wait here or were sent from here, and the one that mounts the commands."""
    from arcade_usage.application.console import status

    tools: set[str] = set()
    with suppress(StoreError):
        tools.update(status.find_tools(scope.stores()))
    if scope.tool is not None and scope.tool.distribution:
        tools.add(scope.tool.distribution)
    return tuple(sorted(tools))


def turn_off(scope: Scope, level: str = OFF) -> TurnedOff:
    """Turn tracking off, or local. Raises StoreError. Blocks as long as console.opt_out.turn_off."""
    done = opt_out.turn_off(scope.switch, scope, level)
    return evolve(done, failures=_merge(done.failures, describe_not_owned(scope, is_event)))


def describe_not_owned(scope: Scope, wanted: Callable[[str], bool] = lambda _: True) -> tuple[str, ...]:
    """The files and folders here that are not the user's own and are therefore not used."""
    return tuple(str(error) for error in find_not_owned(scope.layout, wanted))


def _merge(failures: Sequence[str], not_owned: Sequence[str]) -> tuple[str, ...]:
    """The failures, and the entries of others that no failure names."""
    others = [entry for entry in not_owned if not any(entry in each for each in failures)]
    return (*failures, *others)


def turn_on(scope: Scope, level: str = ON) -> bool:
    """Store on, or on without errors; returns whether this turned it on or changed it. Raises StoreError.

    Agrees to the question of the tool; without a tool, to those of this folder that got no answer.
    Blocks: 0.5 s.
    """
    was_stored, is_new = opt_out.turn_on(scope.switch, FolderWriter(scope.layout), level), False
    try:
        if (board := scope.consent_board) is not None:
            is_new = board.agree()
        elif scope.tool is None:
            is_new = agree_to_unanswered(scope.layout)
    except OSError as error:
        raise StoreError("the answer can't be stored") from error
    return was_stored or is_new


def show(
    scope: Scope, command_name: str, error_message: str | None, distribution: str | None, elapsed: float
) -> "tuple[Preview, bool]":
    """Preview the event of a command that ends now and took `elapsed` seconds.

    Returns the preview, and whether its project is known. Blocks: on a bounded number of files. Raises
    UsageTrackingError, ValueError.
    """
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
    from arcade_usage.domain.event import Command, describe
    from arcade_usage.domain.outcome import ERROR, SUCCESS

    projects, clock = scope.projects(), time
    project = projects[0] if projects else PLACEHOLDER
    version = scope.tool.version if scope.tool and distribution is None else None
    distribution = distribution or (scope.tool.distribution if scope.tool else None)
    runtime = read_runtime(distribution or "", os.environ, version)
    if distribution is None and version is None:
        tool, last = _last_tool(scope, project)
        runtime = evolve(runtime, tool=tool or runtime.tool, cli_version=last or runtime.cli_version)
    ended = Command(
        name=command_name,
        outcome=SUCCESS if error_message is None else ERROR,
        ended_at=clock.time(),
        duration_ms=round(elapsed * 1000.0, 2),
        error_message=error_message,
        monotonic_start=clock.monotonic() - elapsed,
        monotonic_end=clock.monotonic(),
        is_tty=os.isatty(1),
    )
    previewer = make_previewer(scope.adapters(project))
    event = describe(ended, runtime, UuidGenerator().new(), local_redactor(os.environ))
    if stored_level(choice_layouts(scope.layout)) == WITHOUT_ERRORS:
        event = event.without_error_text()
    return previewer.preview(event, previewer.take_snapshot(), project), bool(projects)


def _last_tool(scope: Scope, project: Project) -> tuple[str, str]:
    """Name and version of the tool of the last event that was sent to the project, or waits for it."""
    properties: list[Mapping[str, object]] = [copy.properties for to, copy in sent(scope)[0] if to == project]
    with suppress(StoreError):
        properties += [record.event.properties for record in scope.stored(project).outbox.queue.pending()]
    of_commands = [each for each in properties if "cli_version" in each]
    last = of_commands[-1] if of_commands else {}
    return str(last.get("tool", "")), str(last.get("cli_version", ""))


def sent(scope: Scope) -> "tuple[list[tuple[Project, Sent]], tuple[str, ...]]":
    """The copies of events, newest last; and the failures to read some. Raises ValueError."""
    copies: list[tuple[Project, Sent]] = []
    unread: list[str] = []
    for project in scope.projects():
        with collecting(unread):
            copies += ((project, copy) for copy in scope.stored(project).copies.all())
    return sorted(copies, key=lambda pair: pair[1].at), _merge(unread, describe_not_owned(scope, is_copies))


def count_waiting(scope: Scope) -> int:
    """How many events wait, without the outboxes that can't be read. Raises ValueError."""
    waiting = 0
    for project in scope.projects():
        with suppress(StoreError):
            waiting += sum(each.events for each in scope.stored(project).outbox.queue.waiting())
    return waiting


def flush(scope: Scope, failures: list[str], progress: "Progress | None" = None) -> "Iterator[Flushed]":
    """Send the waiting events and pending aliases, one project after the other; yields each result.

    failures: the function adds what can't be sent, and why.

    Blocks as long as the network steps of application/delivery/delivery.py. Raises ValueError.
    """
    from arcade_usage.application.console import flush as flushing
    from arcade_usage.application.delivery.wrappers import CountingSink

    for project in scope.projects():
        if is_on(scope.layout, project.project_token):
            with collecting(failures):
                adapters = scope.adapters(project)
                if progress is not None:
                    counting = CountingSink(adapters.analytics_sink, progress)
                    adapters = evolve(adapters, analytics_sink=counting)
                yield flushing.flush(make_delivery(adapters, project.key, obstacle=find_obstacle()), project)
    failures[:] = _merge(failures, describe_not_owned(scope, is_event))


def name_what_is_left(scope: Scope, failures: Sequence[str]) -> tuple[str, ...]:
    """What an erasure left: its failures, and files that are not the user's own."""
    return _merge(failures, describe_not_owned(scope, lambda name: not is_lock(name)))


def make_eraser(scope: Scope) -> "Eraser":
    from arcade_usage.application.console.erasure import Eraser

    return Eraser(scope.stored(scope.own_project or PLACEHOLDER).identity_store, scope)


def send_erasure_request(url: str, tool: str, ids: "SubjectIds") -> None:
    """Send the erased ids to the tool's author. Blocks: 5 s. Raises NotAcceptedError, with what to check."""
    import json

    from arcade_usage.adapters.network.failures import Peer
    from arcade_usage.adapters.network.json_request import TRUST, post_json
    from arcade_usage.application.time_limits import ERASURE_SECONDS

    peer = Peer("the author's address", url, TRUST, _ERASURE_ANSWERS)
    post_json(peer, json.dumps({"version": 1, "tool": tool, **ids.as_json()}).encode(), ERASURE_SECONDS)


def check(scope: Scope) -> None:
    """Raise StoreError if the config folder is not the user's own, or can't be read."""
    if (problem := find_problem(scope.layout)) is not None:
        raise StoreError(str(problem))
    try:
        os.listdir(scope.layout.config_dir)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError("the config folder can't be read") from error
