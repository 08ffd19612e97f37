"""The worker of a server whose user keeps events on this machine."""

from collections.abc import Mapping, Sequence

from attrs import define

from arcade_usage.application.adapters import Adapters
from arcade_usage.application.attempt import Attempt
from arcade_usage.application.command.tracker import suppress_and_log
from arcade_usage.application.console.preview import Previewer
from arcade_usage.application.delivery.local import record
from arcade_usage.application.server.queue import QueuedEvent
from arcade_usage.application.server.worker import ServerWorker
from arcade_usage.domain.consent import LOCAL
from arcade_usage.domain.project import Project


@define(eq=False, repr=False)
class LocalWorker:
    """Records events instead of sending them while the user chose `local`; otherwise it is `worker`."""

    worker: ServerWorker
    previewer: Previewer
    project: Project
    adapters: Adapters

    @property
    def lost(self) -> int:
        return self.worker.lost

    def enqueue(self, batch: Sequence[QueuedEvent]) -> Mapping[str, object] | None:
        if self.adapters.switch.level() != LOCAL:
            return self.worker.enqueue(batch)
        notice, late_imports = self.worker.notice, self.worker.late_imports
        if notice is not None and not notice.show_if_due():
            return None
        if late_imports is not None:
            late_imports.load()
        messages: list[Mapping[str, object]] = []
        for queued in batch:
            with suppress_and_log():
                event, snapshot = self.worker.describer.describe(queued), self.previewer.take_snapshot()
                messages.append(self.previewer.preview(event, snapshot, self.project).message)
        record(self.adapters, messages)
        return None

    def send(self, lost_before: int) -> Attempt:
        return self.worker.send(lost_before)
