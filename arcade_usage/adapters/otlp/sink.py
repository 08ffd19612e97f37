"""The analytics sink that also gives each accepted event to the user's own collector.

Invariant: the collector costs PostHog's events nothing. It gets an event only after PostHog accepted it, in
what is left of the batch's time, and no failure of it is raised.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress

from attrs import define, field

from arcade_usage.adapters.network.failures import Peer
from arcade_usage.adapters.network.json_request import post_json
from arcade_usage.adapters.otlp.collector import Collector
from arcade_usage.adapters.otlp.spans import make_request
from arcade_usage.application.errors import PartlyAcceptedError
from arcade_usage.application.ports import AnalyticsSink, Clock, OptOut
from arcade_usage.application.time_limits import BATCH_SECONDS, COLLECTOR_PAUSE_SECONDS, COLLECTOR_SECONDS
from arcade_usage.domain.event import Event
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution

_LEAST_SECONDS = 0.1  # less is not worth a request


@define(eq=False, repr=False)
class CollectorSink:
    """Sends to `posthog`, then to `collector`. After a failure, the collector is left alone for 30 s."""

    posthog: AnalyticsSink
    collector: Collector
    opt_out: OptOut
    clock: Clock
    _resumes_at: float = field(default=0.0, init=False)  # monotonic seconds

    def alias(self, anon_id: str, principal_id: str) -> None:
        self.posthog.alias(anon_id, principal_id)

    def capture(self, records: Sequence[Record]) -> None:
        ends = self.clock.monotonic() + BATCH_SECONDS
        try:
            self.posthog.capture(records)
        except PartlyAcceptedError as error:
            self._export([each.event for each in records if each.event.uuid in error.accepted], ends)
            raise
        self._export([each.event for each in records], ends)

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        return self.posthog.preview(event, attribution)

    def _export(self, events: Sequence[Event], ends: float) -> None:
        """Give events to the collector. Never raises. Blocks: 1 s, and no longer than until `ends`."""
        events = [event for event in events if not event.name.startswith("$")]  # PostHog's own
        now = self.clock.monotonic()
        seconds = min(COLLECTOR_SECONDS, ends - now)
        if not events or seconds < _LEAST_SECONDS or now < self._resumes_at or not self.opt_out.is_on():
            return
        try:
            peer = Peer("the collector", self.collector.url, self.collector.trust)
            content = json.dumps(make_request(events)).encode()
            post_json(peer, content, seconds, self.collector.headers, self.collector.client)
        except Exception as error:  # noqa: BLE001 - PostHog accepted the events, which must not be sent again
            self._resumes_at = now + COLLECTOR_PAUSE_SECONDS
            with suppress(Exception):
                logging.getLogger("arcade_usage").debug("the collector did not get events: %s", error)
