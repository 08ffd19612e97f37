"""The analytics sink over PostHog's SDK, which is slow to import and therefore imported on first use."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext

from attrs import define, field

from arcade_usage.adapters.posthog.sdk import check_sdk, without_asynchronous_client
from arcade_usage.application.ports import AnalyticsSink, Clock, Copies
from arcade_usage.domain.event import Event
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution


@define(eq=False, repr=False)
class LazyPostHogSink:
    """`copies` stores accepted messages. Methods raise UnsupportedSdkError if the SDK is unusable.

    runs_alone: whether no code of a tool runs in this process.
    """

    project: Project
    copies: Copies
    clock: Clock
    runs_alone: bool = False
    _sink: AnalyticsSink | None = field(default=None, init=False)

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._open().alias(anon_id, principal_id)

    def capture(self, records: Sequence[Record]) -> None:
        self._open().capture(records)

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        return self._open().preview(event, attribution)

    def _open(self) -> AnalyticsSink:
        if self._sink is None:
            with without_asynchronous_client() if self.runs_alone else nullcontext():
                check_sdk()  # an unsupported SDK may fail anywhere
                from arcade_usage.adapters.posthog.sink import PostHogSink

            self._sink = PostHogSink(self.project, self._keep)
        return self._sink

    def _keep(self, messages: Sequence[Mapping[str, object]]) -> None:
        self.copies.keep(messages, self.clock.time())
