"""`status`: reads the state of tracking in one config folder. Changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from attrs import evolve

from arcade_usage.application.errors import NewerFormatError, StoreError
from arcade_usage.application.ports import Clock, Copies, IdentityStore, Outbox, PrincipalApi
from arcade_usage.domain.configuration import Reason
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.identity_state import IdentityState
from arcade_usage.domain.logbook import Logbook
from arcade_usage.domain.project import Project
from arcade_usage.domain.properties import FAILED, SUCCEEDED
from arcade_usage.domain.status import Diagnostics, ProjectStatus, Status, find_troubles


def collect_status(
    *,
    config_dir: str,
    reasons: tuple[Reason, ...],
    debugging: bool,
    store: IdentityStore,
    principal_api: PrincipalApi,
    stores: Sequence[tuple[Project, Outbox, Copies]],
    diagnostics: Diagnostics,
    clock: Clock,
) -> Status:
    """Read the status, without what can't be read. Blocks: on a bounded number of files."""
    now = clock.time()
    state: IdentityState | None = None
    projects: list[ProjectStatus] = []
    with suppress(StoreError):  # reported as a trouble
        state = store.current()
    for project, outbox, copies in stores:
        with suppress(StoreError):
            tools = find_tools([(outbox, copies)], recent=True)
            projects.append(evolve(_count(project, outbox, store.here), tools=tools))
    return Status(
        config_dir=config_dir,
        reasons=reasons,
        debugging=debugging,
        state=state,
        has_credentials=principal_api.stamp() is not None,
        projects=tuple(projects),
        troubles=find_troubles(state, store.here, diagnostics, projects, now),
        now=now,
        unusable_locks=diagnostics.unusable_locks,
        not_owned=diagnostics.not_owned,
        newer=diagnostics.newer,
    )


def find_tools(stores: Iterable[tuple[Outbox, Copies]], *, recent: bool = False) -> tuple[str, ...]:
    """The tools that waiting and sent events name, sorted; without those that can't be read.

    recent: of sent events, only the recent ones.
    """
    events: list[tuple[str, Mapping[str, object]]] = []
    for outbox, copies in stores:
        with suppress(StoreError):
            events += [(each.event.name, each.event.properties) for each in outbox.queue.pending()]
        with suppress(StoreError):
            events += [(each.name, each.properties) for each in (copies.recent() if recent else copies.all())]
    # Only a command's event has the library's `tool`; in a server's it is the tool's own, of any type.
    named = [properties.get("tool") for name, properties in events if name in (SUCCEEDED, FAILED)]
    return tuple(sorted({str(tool) for tool in named if tool}))


def _count(project: Project, outbox: Outbox, here: str) -> ProjectStatus:
    records = outbox.queue.pending()
    logbook, count = Logbook(), DailyCount()
    with suppress(NewerFormatError):  # reported as a trouble
        logbook = outbox.log.read()
    with suppress(StoreError):  # a file of a newer version or another user: reported as a trouble
        count = outbox.counts.read()
    moments = [record.event.timestamp.timestamp() for record in records]
    return ProjectStatus(
        project,
        evolve(logbook, losses=outbox.log.losses()),
        waiting=len(records),
        undecided=sum(record.attribution is None for record in records),
        foreign=sum(record.is_foreign(here) for record in records),
        strange=max(0, sum(each.events for each in outbox.queue.waiting()) - len(records)),
        oldest_at=min(moments, default=None),
        newest_at=max(moments, default=None),
        count=count,
    )
