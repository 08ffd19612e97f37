"""The daily limit: beyond it, a day's successes are counted instead of sent. Pure.

Invariants: each event is decided once, for the UTC day on which a sender first sees it. It is either sent or
counted, never both: the decision is stored before it is carried out, with the ids that it is about, until the
event no longer waits. The event with a day's counts has the same uuid, time and distinct id each time.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone
from functools import reduce

from attrs import evolve, field, frozen

from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import is_anonymous_id
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.properties import SUCCEEDED
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution

COUNTED = "CLI executions counted"

NAMES_LIMIT = 50  # commands that are counted by name
NAME_LIMIT = 60  # characters of such a name; longer ones count as others

# The properties of the event with a day's counts, and why they are sent.
COUNT_FIELDS: Mapping[str, str] = {
    "day": "the UTC day whose counts these are",
    "succeeded": "how often commands succeeded beyond the limit of that day",
    "commands": f"which commands: the count of each, for {NAMES_LIMIT} names up to {NAME_LIMIT} characters",
    "other_commands": "how often all further commands succeeded; if there were any",
    "tool": "separates the tools that report to one project; only if all counts are of one",
}


@frozen
class DailyCount:
    """What a project's senders decided about the events of one UTC day.

    day: an ISO date; empty before the first. uuid: that of the event with the counts.
    admitted: events that are sent; failures count too, though the limit does not hold them back.
    commands, others: successes that are counted, by the command's name. tool: the one that they are of; empty
    if they are of several. to_send, to_remove: uuids of decided events that may still wait.
    """

    day: str = ""
    uuid: str = ""
    admitted: int = 0
    commands: Mapping[str, int] = field(factory=dict)
    others: int = 0
    tool: str = ""
    to_send: frozenset[str] = frozenset()
    to_remove: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        numbers = (self.admitted, self.others, *self.commands.values())
        if self.day:
            is_valid = date.fromisoformat(self.day).isoformat() == self.day and is_anonymous_id(self.uuid)
        else:
            is_valid = not (self.uuid or any(numbers))
        if not is_valid or any(number < 0 for number in numbers):
            raise ValueError("not the counts of a day")

    @property
    def succeeded(self) -> int:
        """Successes that were counted."""
        return sum(self.commands.values()) + self.others

    def begin(self, day: str, uuid: str) -> "DailyCount":
        """The state at the beginning of another day: nothing of it is decided. `uuid`: a new one."""
        return DailyCount(day, uuid, to_send=self.to_send, to_remove=self.to_remove)

    def decide(self, waiting: Sequence[Record]) -> "DailyCount":
        """Decide about the events that wait, oldest first. `to_send` and `to_remove` then name no others.

        An event without a limit, and one that only another installation may judge, is in neither.
        """
        uuids, admitted, counted = {each.event.uuid for each in waiting}, self.admitted, list[Event]()
        to_send, to_remove = uuids & self.to_send, uuids & self.to_remove
        for record in waiting:
            uuid, limit = record.event.uuid, record.daily_limit
            if limit is None or uuid in to_send or uuid in to_remove:
                continue
            if record.event.name == SUCCEEDED and admitted >= limit:
                counted.append(record.event)
                to_remove.add(uuid)
            else:
                admitted += 1
                to_send.add(uuid)
        state = reduce(DailyCount._count, counted, self)
        return evolve(state, admitted=admitted, to_send=frozenset(to_send), to_remove=frozenset(to_remove))

    def decided(self, waiting: Sequence[Record]) -> list[Record]:
        """Those that are to be sent without a new decision."""
        return [each for each in waiting if each.daily_limit is None or each.event.uuid in self.to_send]

    def _count(self, event: Event) -> "DailyCount":
        name, tool = str(event.properties.get("command_name", "")), str(event.properties.get("tool", ""))
        state = evolve(self, tool=tool if tool == self.tool or not self.succeeded else "")
        is_named = len(name) <= NAME_LIMIT and (name in self.commands or len(self.commands) < NAMES_LIMIT)
        if not is_named:
            return evolve(state, others=self.others + 1)
        return evolve(state, commands={**self.commands, name: self.commands.get(name, 0) + 1})

    def summarize(self, machine: str) -> Record:
        """The record of the event with the counts. `machine`: see Record.

        It belongs to no person: a day's successes may be of several people, so its id is used once. Its
        time is noon, so that it falls on its day in nearly every time zone.
        """
        properties: dict[str, object] = {
            "day": self.day,
            "succeeded": self.succeeded,
            "commands": dict(self.commands),
        }
        if self.others:
            properties["other_commands"] = self.others
        if self.tool:
            properties["tool"] = self.tool
        noon = datetime.fromisoformat(f"{self.day}T12:00:00+00:00")
        event = Event(self.uuid, COUNTED, noon, properties)
        verdict = Attribution(self.uuid, personless=True)
        return Record(event, Snapshot(IdentityState(None, None), None), attribution=verdict, machine=machine)


def utc_day(now: float) -> str:
    """The UTC day of a Unix time, as an ISO date."""
    return datetime.fromtimestamp(now, timezone.utc).date().isoformat()
