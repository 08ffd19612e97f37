"""What a test sees of an installation in memory: its events, its login, its faults and its clock."""

import json
import os
from collections.abc import Mapping

from attrs import frozen

from arcade_usage.domain.backoff import LONGEST_SECONDS
from arcade_usage.domain.consent import DEBUG_VARIABLE, DO_NOT_TRACK_VARIABLE
from arcade_usage.domain.event import Event
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent
from arcade_usage.domain.verdict import Found
from arcade_usage.testing.in_memory import ManualClock, MemoryPrincipalApi, MemorySink
from arcade_usage.testing.installation import InProcessLauncher, Installation

_SHOWN = "arcade-usage: not sent to "  # begins each event that ARCADE_USAGE_DEBUG shows


@frozen
class RecordedEvent:
    """An event that PostHog accepted.

    distinct_id: the id that it was sent under.
    whose: the principal whose profile now has the event; None if no known principal's has.
    """

    name: str
    properties: Mapping[str, object]
    distinct_id: str
    whose: str | None

    @property
    def command_name(self) -> object:
        return self.properties.get("command_name")


class Usage:
    """The recorded events of a test, its login, its faults and its clock.

    Faults: `posthog.failing`, `posthog.losing_replies`, `cloud.reachable`, `processes.failing` and
    `make_folder_read_only()`. Only `clock.advance(seconds)` moves the time.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    @property
    def posthog(self) -> MemorySink:
        return self._installation.sink

    @property
    def cloud(self) -> MemoryPrincipalApi:
        return self._installation.cloud

    @property
    def clock(self) -> ManualClock:
        return self._installation.clock

    @property
    def processes(self) -> InProcessLauncher:
        return self._installation.processes

    # Recorded events.

    @property
    def events(self) -> list[RecordedEvent]:
        """The events that PostHog accepted, oldest first."""
        return [self._recorded(event) for event in self.posthog.persons.events]

    @property
    def names(self) -> list[str]:
        """The names of `events`."""
        return [event.name for event in self.events]

    @property
    def the_only_event(self) -> RecordedEvent:
        """The event, if there is exactly one. Otherwise raises AssertionError with a list of them."""
        __tracebackhide__ = True
        events = self.events
        if len(events) != 1:
            raise AssertionError(f"{len(events)} events were sent, not one:\n{self}")
        return events[0]

    @property
    def waiting(self) -> list[Event]:
        """The events that are not sent yet, oldest first."""
        return [record.event for record in self._installation.outbox.queue.pending()]

    # Events of processes.

    def process_environment(self) -> dict[str, str]:
        """The environment for a process of the tool: it writes its events to stderr and sends nothing.

        Without it, tracking is off in the processes that a test starts.
        """
        kept = {name: value for name, value in os.environ.items() if name != DO_NOT_TRACK_VARIABLE}
        return {**kept, DEBUG_VARIABLE: "1"}

    def process_events(self, stderr: str) -> list[RecordedEvent]:
        """The events in the stderr of a process with `process_environment()`, oldest first.

        `whose` is None: a process does not know the test's principals.
        """
        found = []
        for part in stderr.split(_SHOWN)[1:]:
            message = json.JSONDecoder().raw_decode(part, part.index("{"))[0]
            distinct_id = message["distinct_id"] or ""  # none before a login is looked up
            found.append(RecordedEvent(message["event"], message["properties"], distinct_id, None))
        return found

    def __repr__(self) -> str:
        return f"<Usage: {len(self.events)} events sent, {len(self.waiting)} waiting>"

    def __str__(self) -> str:
        lines = [f"  sent: {_line(event.name, event.properties)}, {_whose(event)}" for event in self.events]
        lines += [f"  waiting: {_line(event.name, event.properties)}" for event in self.waiting]
        return "\n".join(lines) or "  no events were sent, and none are waiting"

    # The login.

    def begin_logged_in(self, principal_id: str) -> None:
        """Start as an installation that is linked to this principal. Trackers start anew."""
        self.begin_anonymous()
        self.store_credentials(principal_id)
        self._installation.link(principal_id)

    def begin_anonymous(self) -> None:
        """Start as a new installation without a login, the state before each test. Trackers start anew."""
        self.delete_credentials()
        self._installation.restart()

    def store_credentials(self, principal_id: str) -> None:
        """Store this principal's credentials, as the tool's `login` does."""
        self.cloud.answers[principal_id] = Found(principal_id)
        self.cloud.log_in(principal_id)

    def delete_credentials(self) -> None:
        """Delete the credentials, as the tool's `logout` does."""
        self.cloud.log_out()

    # Faults and time.

    def make_folder_read_only(self) -> None:
        """Make every write to the config folder fail."""
        store, outbox = self._installation.store, self._installation.outbox
        store.writable = outbox.queue.writable = outbox.log.writable = outbox.counts.writable = False

    def wait_out_backoff(self) -> None:
        """Advance the clock until every backoff is over; the next event then sends the waiting ones."""
        self.clock.advance(LONGEST_SECONDS)

    def _recorded(self, event: IngestedEvent) -> RecordedEvent:
        persons = self.posthog.persons
        principals = [found.principal_id for found in self.cloud.answers.values() if isinstance(found, Found)]
        person = persons.person_of(event)
        whose = next((who for who in principals if persons.person_of_id.get(who) == person), None)
        properties = {name: value for name, value in event.properties.items() if name != PERSONLESS}
        return RecordedEvent(event.name, properties, event.distinct_id, whose)


def _line(name: str, properties: Mapping[str, object]) -> str:
    facts = [str(properties[each]) for each in ("command_name", "error_message") if each in properties]
    return f"{name} ({', '.join(facts)})" if facts else name


def _whose(event: RecordedEvent) -> str:
    return f"{event.whose}'s" if event.whose else "anonymous"
