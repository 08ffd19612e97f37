"""The composition root of the command line: what a person asks for, put together for one config folder.

Owns the invariant that nothing is written or sent unless that is what was asked for.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from arcade_usage.adapters.storage.config_folder import (
    Layout,
    choice_layouts,
    find_config_dir,
    find_problem,
    is_on,
    reasons_off,
)
from arcade_usage.adapters.storage.outbox import find_outboxes, find_projects
from arcade_usage.adapters.storage.record_files import SENDER_LOCK
from arcade_usage.adapters.storage.sent_copies import FileCopies
from arcade_usage.adapters.storage.switch import FolderSwitch
from arcade_usage.application.errors import AdaptersError, StoreError
from arcade_usage.composition.adapters import apply_factory, default_adapters
from arcade_usage.composition.command import DEFAULT_HOST, ToolConfig
from arcade_usage.composition.delivery import make_delivery, make_previewer
from arcade_usage.domain.consent import wants_debug
from arcade_usage.domain.project import Project, choose

if TYPE_CHECKING:
    from arcade_usage.application.adapters import Adapters
    from arcade_usage.application.console.erasure import Eraser
    from arcade_usage.application.console.opt_out import TurnedOff
    from arcade_usage.application.console.preview import Preview
    from arcade_usage.application.delivery.delivery import Flushed
    from arcade_usage.application.ports import Copies, Outbox
    from arcade_usage.domain.sent import Sent
    from arcade_usage.domain.status import Status

_SOME_TOKEN = "phc_of_some_tool"  # noqa: S105 - stands for that of whichever tool is meant
_SOME_PROJECT = Project(DEFAULT_HOST, _SOME_TOKEN)


@frozen
class Place:
    """What a person asks about: a config folder, and the sinks that `host` and `token` name there.

    `tool`: what mounts the commands; None where they are called as `arcade-usage`.
    """

    tool: ToolConfig | None = None
    config_dir: "str | os.PathLike[str] | None" = None
    host: str | None = None
    token: str | None = None
    layout: Layout = field(init=False)

    @layout.default
    def _find(self) -> Layout:
        named, credentials = (self.tool.config_dir, self.tool.credentials) if self.tool else (None, None)
        return Layout(find_config_dir(self.config_dir or named), credentials)

    def projects(self) -> list[Project]:
        """Those that have an outbox here, and that of the tool, first. Raises ValueError."""
        found = find_projects(self.layout.outboxes) if find_problem(self.layout) is None else []
        own = self.own_project
        if own is not None:
            found = [own, *(project for project in found if project != own)]
        return choose(found, self.host, self.token)

    @property
    def own_project(self) -> Project | None:
        """The project of the tool that mounts the commands. Raises ValueError."""
        if self.tool is None or not self.tool.project_token:
            return None
        return Project(self.tool.host, self.tool.project_token)

    def adapters(self, project: Project) -> "Adapters":
        """The adapters of a project, the tool's own where it is its own project. Raises AdaptersError."""
        factory = self.tool.adapters if self.tool is not None and project == self.own_project else None
        return apply_factory(factory, self._default_adapters(project))

    def stored(self, project: Project) -> "Adapters":
        """As `adapters`; the default ones where the tool's factory fails, for what only reads or erases."""
        with suppress(AdaptersError):
            return self.adapters(project)
        return self._default_adapters(project)

    def _default_adapters(self, project: Project) -> "Adapters":
        return default_adapters(self.layout, project, makes_folder=False)

    @property
    def switch(self) -> FolderSwitch:
        return FolderSwitch(self.layout, (self.tool and self.tool.project_token) or _SOME_TOKEN)

    def stores(self) -> "list[tuple[Outbox, Copies]]":
        """Every outbox here with its copies, also of projects that nothing is known of. Raises StoreError."""
        found: dict[str, tuple[Outbox, Copies]] = {
            outbox.folder: (outbox, FileCopies(outbox.folder))
            for outbox in find_outboxes(self.layout.outboxes)
        }
        if self.tool is not None and self.tool.adapters is not None and self.own_project is not None:
            own = self.stored(self.own_project)
            found[self.layout.outbox(self.own_project.key)] = (own.outbox, own.copies)
        return list(found.values())

    def outboxes(self) -> "list[Outbox]":
        return [outbox for outbox, _ in self.stores()]

    def reasons(self) -> tuple[str, ...]:
        """Everything that turns tracking off here; empty where it is on."""
        problem = find_problem(self.layout)
        found = reasons_off(self.layout, self.tool.project_token if self.tool else _SOME_TOKEN)
        return (*found, str(problem)) if problem is not None else found

    def off_files(self) -> tuple[tuple[str, bool], ...]:
        from arcade_usage.adapters.storage.diagnostics import read_off_files

        return read_off_files(choice_layouts(self.layout))

    @property
    def debugging(self) -> bool:
        """Whether events are to be shown instead of sent."""
        return wants_debug(os.environ)


def status(place: Place) -> "Status":
    """Blocks: on a bounded number of files."""
    from arcade_usage.adapters.process.launcher import can_launch
    from arcade_usage.adapters.storage.diagnostics import read_diagnostics
    from arcade_usage.application.console.status import collect_status, unread

    if find_problem(place.layout) is not None:
        return unread(
            config_dir=place.layout.config_dir,
            reasons=place.reasons(),
            off_files=place.off_files(),
            debugging=place.debugging,
            now=time.time(),
        )
    layout, projects = place.layout, place.projects()
    own = place.stored(_own_project(place))
    locks = [os.path.join(layout.outbox(project.key), SENDER_LOCK) for project in projects]
    return collect_status(
        config_dir=layout.config_dir,
        reasons=place.reasons(),
        off_files=place.off_files(),
        debugging=place.debugging,
        store=own.identity_store,
        principal_api=own.principal_api,
        outboxes=[(project, place.stored(project).outbox) for project in projects],
        diagnostics=read_diagnostics(
            layout,
            can_launch=can_launch(),
            locks=[*locks, layout.identity_lock],
            not_owned=_name_strangers(place),
        ),
        clock=time,
        sdk_problem=_sdk_problem(),
        adapters_problem=_adapters_problem(place),
    )


def _sdk_problem() -> str | None:
    from arcade_usage.adapters.posthog.sdk import check_sdk
    from arcade_usage.application.errors import UnsupportedSdkError

    try:
        check_sdk()
    except UnsupportedSdkError as error:
        return f"nothing can be sent: {error}"
    return None


def _own_project(place: Place) -> Project:
    """The tool's own project, or one that stands for it: the identity is the same for every project."""
    return place.own_project or _SOME_PROJECT


def _adapters_problem(place: Place) -> str | None:
    try:
        place.adapters(_own_project(place))
    except AdaptersError as error:
        return f"nothing can be sent: {error}"
    return None


def turn_off(place: Place) -> "TurnedOff":
    """Raises StoreError. Blocks: as application.choosing says."""
    from arcade_usage.adapters.storage.strangers import is_event
    from arcade_usage.application.console import opt_out as choosing

    done = choosing.turn_off(place.switch, place.outboxes)
    return evolve(done, left=_merge(done.left, _name_strangers(place, is_event)))


def _name_strangers(place: Place, wanted: Callable[[str], bool] = lambda _: True) -> tuple[str, ...]:
    from arcade_usage.adapters.storage.strangers import find_strangers

    return tuple(str(stranger) for stranger in find_strangers(place.layout, wanted))


def _merge(failures: Sequence[str], strangers: Sequence[str]) -> tuple[str, ...]:
    """What can't be done, and what was left out because it is a stranger's: each once."""
    others = [stranger for stranger in strangers if not any(stranger in each for each in failures)]
    return (*failures, *others)


def turn_on(place: Place) -> bool:
    """Whether there was a choice to take back. Raises StoreError."""
    return place.switch.turn_on()


def show(
    place: Place, command_name: str, error_message: str | None, distribution: str | None, elapsed: float
) -> "tuple[Preview, bool]":
    """What a command would send that ends now and took `elapsed` seconds; and whether its sink is known.

    Raises StoreError, ValueError. Blocks: on a bounded number of files.
    """
    from arcade_usage.adapters.machine.ids import UuidGenerator
    from arcade_usage.adapters.machine.runtime_info import local_redactor, read_runtime
    from arcade_usage.domain.event import Command, describe
    from arcade_usage.domain.outcome import ERROR, SUCCESS

    projects, clock = place.projects(), time
    project = projects[0] if projects else _SOME_PROJECT
    distribution = distribution or (place.tool.distribution if place.tool else None)
    runtime = read_runtime(distribution or "", os.environ)
    if distribution is None and (version := _last_version(place, project)) is not None:
        runtime = evolve(runtime, cli_version=version)
    command = Command(
        name=command_name,
        outcome=SUCCESS if error_message is None else ERROR,
        ended_at=clock.time(),
        duration_ms=elapsed * 1000.0,
        error_message=error_message,
        monotonic_start=clock.monotonic() - elapsed,
        monotonic_end=clock.monotonic(),
    )
    previewer = make_previewer(place.adapters(project))
    event = describe(command, runtime, UuidGenerator().new(), local_redactor(os.environ))
    return previewer.preview(event, previewer.look(), project), bool(projects)


def _last_version(place: Place, project: Project) -> str | None:
    """The `cli_version` of the last event that went to a sink, or waits for it."""
    properties: list[Mapping[str, object]] = [copy.properties for to, copy in sent(place)[0] if to == project]
    with suppress(StoreError):
        properties += [record.event.properties for record in place.stored(project).outbox.queue.pending()]
    versions = [each["cli_version"] for each in properties if "cli_version" in each]
    return str(versions[-1]) if versions else None


def sent(place: Place) -> "tuple[list[tuple[Project, Sent]], tuple[str, ...]]":
    """What was sent, the newest last; and what can't be read, and why. Raises ValueError."""
    from arcade_usage.adapters.storage.strangers import is_copies
    from arcade_usage.application.console.opt_out import collecting

    copies: list[tuple[Project, Sent]] = []
    unread: list[str] = []
    for project in place.projects():
        with collecting(unread):
            copies += ((project, copy) for copy in place.stored(project).copies.all())
    return sorted(copies, key=lambda pair: pair[1].at), _merge(unread, _name_strangers(place, is_copies))


def count_waiting(place: Place) -> int:
    """How many events wait, of those that can be read. Raises ValueError."""
    waiting = 0
    for project in place.projects():
        with suppress(StoreError):
            waiting += len(place.stored(project).outbox.queue.waiting())
    return waiting


def flush(place: Place, delivered: Callable[[int], None], failures: list[str]) -> "Iterator[Flushed]":
    """Deliver what waits, sink by sink, an alias that is owed too; `delivered`: called with a batch's events.

    `failures`: is given what can't be done, and why. Raises ValueError. Blocks: as long as the network steps
    of application/delivery/delivery.py take.
    """
    from arcade_usage.adapters.storage.strangers import is_event
    from arcade_usage.application.console.opt_out import collecting
    from arcade_usage.application.delivery.wrappers import CountingSink

    for project in place.projects():
        if is_on(place.layout, project.project_token):
            with collecting(failures):
                adapters = place.adapters(project)
                counting = CountingSink(adapters.analytics_sink, delivered)
                delivery = make_delivery(evolve(adapters, analytics_sink=counting), project.key)
                yield delivery.flush(project)
    failures[:] = _merge(failures, _name_strangers(place, is_event))


def name_what_is_left(place: Place, failures: Sequence[str]) -> tuple[str, ...]:
    """After an erasure: what could not be done, and what is not the user's own and so was left out."""
    from arcade_usage.adapters.storage.strangers import is_lock

    return _merge(failures, _name_strangers(place, lambda name: not is_lock(name)))


def make_eraser(place: Place) -> "Eraser":
    from arcade_usage.adapters.storage.diagnostics import sweep
    from arcade_usage.application.console.erasure import Eraser

    own = place.stored(_own_project(place))
    return Eraser(own.identity_store, place.stores, lambda: sweep(place.layout))


def check(place: Place) -> None:
    """Raises StoreError where the config folder is not the user's own, or can't be read."""
    if (problem := find_problem(place.layout)) is not None:
        raise StoreError("it is not safe to use") from problem
    try:
        os.listdir(place.layout.config_dir)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError("the config folder can't be read") from error
