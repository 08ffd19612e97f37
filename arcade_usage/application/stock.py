"""Takes stock: how tracking stands in one config folder. Reads, and changes nothing."""

from collections.abc import Sequence
from contextlib import suppress

from attrs import evolve

from arcade_usage.application.errors import StoreError
from arcade_usage.application.ports import Clock, IdentityStore, Outbox, PrincipalApi
from arcade_usage.domain.known import Known
from arcade_usage.domain.sink import Sink
from arcade_usage.domain.status import Circumstances, SinkStatus, Status, Trouble, find_troubles


def take_stock(
    *,
    config_dir: str,
    reasons: tuple[str, ...],
    off_files: tuple[tuple[str, bool], ...],
    debugging: bool,
    store: IdentityStore,
    principal_api: PrincipalApi,
    outboxes: Sequence[tuple[Sink, Outbox]],
    circumstances: Circumstances,
    clock: Clock,
    sdk_problem: str | None = None,
) -> Status:
    """The status, pieced together from what can be read. Blocks: on a bounded number of files."""
    now = clock.time()
    known: Known | None = None
    sinks: list[SinkStatus] = []
    with suppress(StoreError):  # what can't be read is told as a trouble
        known = store.current()
    for sink, outbox in outboxes:
        with suppress(StoreError):
            sinks.append(_count(sink, outbox, store.here))
    return Status(
        config_dir=config_dir,
        reasons=reasons,
        off_files=off_files,
        debugging=debugging,
        known=known,
        has_credentials=principal_api.stamp() is not None,
        sinks=tuple(sinks),
        troubles=find_troubles(known, store.here, circumstances, sinks, now),
        now=now,
        unusable_locks=circumstances.unusable_locks,
        not_owned=circumstances.not_owned,
        sdk_problem=sdk_problem,
    )


def unread(
    *,
    config_dir: str,
    reasons: tuple[str, ...],
    off_files: tuple[tuple[str, bool], ...],
    debugging: bool,
    now: float,
) -> Status:
    """The status of a folder that is not the user's own: nothing is read there. `reasons` name it."""
    troubles = (Trouble.UNREADABLE,)
    return Status(config_dir, reasons, off_files, debugging, None, False, (), troubles, now)


def _count(sink: Sink, outbox: Outbox, here: str) -> SinkStatus:
    records = outbox.pending()
    moments = [record.event.timestamp.timestamp() for record in records]
    return SinkStatus(
        sink,
        evolve(outbox.logbook(), losses=outbox.losses()),
        waiting=len(records),
        undecided=sum(record.attribution is None for record in records),
        foreign=sum(record.is_foreign(here) for record in records),
        strange=max(0, outbox.size() - len(records)),
        oldest_at=min(moments, default=None),
        newest_at=max(moments, default=None),
    )
