"""What must hold at the end of every schedule, and what must still hold once all has been well for a while.

Whose an event is, is known from the history: it is that of the person who was logged in when its command took
the last look of its snapshot; without one, that of the next person who logged in.
"""

from collections.abc import Iterator
from itertools import pairwise

from attrs import frozen

from arcade_usage.domain.backoff import Backoff
from arcade_usage.domain.daily_limit import DailyCount
from arcade_usage.domain.identity import Identity, Linked
from arcade_usage.domain.record import Record
from verification.interleavings.posthog import person_of
from verification.interleavings.shared_state import History, Period, PostHog, Profiles

PEOPLE = ("alice", "bob", "carol", "dora")

MIXED_UP = "an event ends with another person"
MERGED = "two people are one person"
SHARED = "a profile holds what different people did"
EARLY = "an event carries a principal's id before an alias to it was accepted"
SEVERAL_IDS = "several anonymous ids in one anonymous epoch"
LEFT_BEHIND = "an event is left behind though nothing holds it back"
COMES_BACK = "a logged-out principal is still, or again, who this home is"
LOST = "an accepted event was not delivered"
TWICE = "an event was delivered twice"
NOT_STITCHED = "what was done before login is not stitched"
OFF = "something left though tracking is off"
WAITS = "an event waits though tracking was turned off"
FORGOTTEN = "an event waits though everything was forgotten"
CRASHED = "a process raised what it should not"
STUCK = "processes wait for each other for ever"


@frozen
class Violation:
    invariant: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.invariant}: {self.detail}" if self.detail else self.invariant


@frozen
class Evidence:
    """All that a verdict on a state needs. By home, except the first two; `credentials`: the periods."""

    project: PostHog
    history: History
    credentials: tuple[tuple[Period, ...], ...]
    identities: tuple[Identity | None, ...]
    outboxes: tuple[frozenset[Record], ...]
    backoff: tuple[Backoff, ...]
    counts: tuple[DailyCount, ...]

    def is_count(self, uuid: str) -> bool:
        """Whether it is an event with counts, which nobody caused."""
        return any(each == uuid for each, _ in self.history.summed)

    def owners(self, uuid: str) -> set[str]:
        """Whose an event may be."""
        if self.is_count(uuid):
            return set()
        home, number = next(cause[1:] for cause in self.history.causes if cause[0] == uuid)
        elsewhere = {who for each, _, who in self.history.elsewhere if each == uuid}
        if elsewhere and self.credentials[home][number].who is not None:
            return elsewhere
        owners = self._owners(home, number) | elsewhere
        if self.credentials[home][number].who is None:
            # Taken while the credentials went: its identity may be the one from before.
            for earlier in range(self._began(uuid), number):
                owners |= self._owners(home, earlier)
        return owners

    def is_torn(self, uuid: str) -> bool:
        """Whether its snapshot was taken while credentials came or went: a command during a login or a logout."""
        return any(each == uuid and number != self._began(uuid) for each, _, number in self.history.causes)

    def is_logged_out_again(self, home: int, number: int) -> bool:
        """Whether a logout came after that period that ended a person's credentials, or gave an id up."""
        ended, periods = self.ended(home), self.credentials[home]
        return any(
            after.began == "logout" and (before.who is not None or number + place in ended)
            for place, (before, after) in enumerate(pairwise(periods[number:]))
        )

    def ended(self, home: int) -> set[int]:
        """The periods that a logout ended which gave an id up."""
        return {number for each, number, _ in self.history.seen_out if each == home}

    def epoch(self, home: int, number: int) -> int:
        """The period that began the time without credentials: a logout of nobody ends none."""
        periods, ended = self.credentials[home], self.ended(home)
        while (
            number > 0
            and periods[number].began == "logout"
            and periods[number - 1].who is None
            and number - 1 not in ended
        ):
            number -= 1
        return number

    def held(self, home: int) -> set[Record]:
        """What waits in an outbox, except what only another installation can attribute."""
        users = {here for each, here in self.history.users if each == home}
        own = users if len(users) == 1 else set()
        return {each for each in self.outboxes[home] if each.attribution is not None or each.machine in own}

    def own(self, home: int) -> set[Record]:
        """What waits in an outbox and was written there: a copy may be made before a record is taken back."""
        users = {here for each, here in self.history.users if each == home}
        return {each for each in self.outboxes[home] if each.machine in users}

    def cannot_tell(self, uuid: str) -> bool:
        """A logout seen late, after a switch of the credentials that no process of ours had noticed by then.

        Nothing on disk could tell that they were not the last noticed ones; see architecture.md.
        """
        cause = next(number for each, _, number in self.history.causes if each == uuid)
        return uuid in self.history.late and any(
            each == uuid and (began < cause or not noticed) for each, began, noticed in self.history.begun
        )

    def _began(self, uuid: str) -> int:
        return next(number for each, number, _ in self.history.begun if each == uuid)

    def _owners(self, home: int, number: int) -> set[str]:
        periods = self.credentials[home]
        who = periods[number].who
        if who:
            return {who}
        # What was done before a login goes to the account of the context that is used first.
        elsewhere = {whose for _, each, whose in self.history.elsewhere if each == home}
        return elsewhere | {periods[later].who or "" for later in self.successors(home, number)}

    def successors(self, home: int, number: int) -> Iterator[int]:
        """The periods that may inherit what was done in one without credentials: the next ones of a person.

        Several, where a time with credentials came and went before any process of ours had noticed: nothing
        on disk tells that it ever was. A logout that was carried through ends it in any case, and so does
        turning tracking on again.
        """
        periods = self.credentials[home]
        over = {ended: state for each, ended, state in self.history.seen_out if each == home}
        again = {known for each, known, began in self.history.turned_on if each == home and began > number}
        limit = min(again, default=len(periods))
        for later in range(number, len(periods)):
            if later >= limit:
                return
            if periods[later].who is not None:
                if later > number:
                    yield later
                    if periods[later].stamp in self.history.noticed and not periods[later].missed:
                        return
                limit = min(limit, over.get(later, limit))


def judge_safety(evidence: Evidence) -> Iterator[Violation]:
    """What must hold in every state; what is broken once stays broken."""
    project = evidence.project
    delivered: set[str] = set()
    for uuid, _, _ in sorted(project.events):
        if uuid in delivered:
            yield Violation(TWICE, uuid[:8])
        delivered.add(uuid)
    for profiles in dict.fromkeys(project.profiles):
        yield from _judge_profiles(evidence, profiles)
    if project.early:
        yield Violation(EARLY, str(sorted(project.early)))
    if project.told_off:
        yield Violation(OFF, str(sorted(project.told_off)))


def _judge_profiles(evidence: Evidence, profiles: Profiles) -> Iterator[Violation]:
    """Whose the events are in one person store."""
    project = evidence.project
    named = {who: person_of(profiles, who) for who in PEOPLE}
    if len(set(named.values())) < len(PEOPLE):
        yield Violation(MERGED, str(named))
    shared: dict[str, set[str]] = {}
    for uuid, distinct_id, _ in sorted(project.events):
        if uuid in project.older or (not evidence.is_count(uuid) and evidence.cannot_tell(uuid)):
            continue
        person, owners = person_of(profiles, distinct_id), evidence.owners(uuid)
        if any(person == named[who] for who in PEOPLE if who not in owners):
            yield Violation(
                MIXED_UP, f"{uuid[:8]} is of {sorted(owners)}, and counts for {person} ({distinct_id})"
            )
        elif person not in named.values() and owners:
            if shared.setdefault(person, set(owners)).isdisjoint(owners):
                yield Violation(SHARED, person)
            shared[person] &= owners


def judge_rest(evidence: Evidence, *, unfailing: bool, on: tuple[bool, ...]) -> Iterator[Violation]:
    """What must hold on disk when every process has ended. `on`: whether tracking is, by home."""
    history = evidence.history
    for home, periods in enumerate(evidence.credentials):
        identity = evidence.identities[home]
        ended = evidence.ended(home)
        logged_out = (
            periods[-1].began == "logout" and len(periods) - 2 in ended and home not in history.forced
        )
        used = identity is not None and history.was_used(home, identity.anon_id)
        if logged_out and (used or isinstance(identity, Linked)):
            yield Violation(COMES_BACK, str(identity))
        waiting = str(sorted(each.event.uuid[:8] for each in evidence.outboxes[home]))
        if home not in history.forced:
            for _, left in sorted(each for each in history.left if each[0] == home):
                yield Violation(COMES_BACK, left)
        if unfailing and evidence.own(home) and identity is None:
            yield Violation(FORGOTTEN, waiting)
        elif unfailing and evidence.own(home) and not on[home]:
            yield Violation(WAITS, waiting)
        elif unfailing and evidence.counts[home].day and not on[home]:
            yield Violation(WAITS, "counts")
        elif unfailing and on[home] and evidence.held(home) and not evidence.backoff[home].by_name:
            yield Violation(LEFT_BEHIND, waiting)


def judge_liveness(evidence: Evidence) -> Iterator[Violation]:
    """What must hold when all is well in the end."""
    delivered = {uuid for uuid, _, _ in evidence.project.events}
    absent = evidence.history.written - delivered - evidence.history.dropped
    counted = sum(number for _, number in evidence.history.summed)
    counted += sum(each.succeeded for each in evidence.counts)
    if len(absent) > counted:
        yield Violation(LOST, f"{counted} counted of {sorted(uuid[:8] for uuid in absent)}")
    if len(absent) < counted:
        yield Violation(TWICE, f"{counted} counted of {sorted(uuid[:8] for uuid in absent)}")


def judge_order(evidence: Evidence, *, unfailing: bool) -> Iterator[Violation]:
    """What must hold where each login follows a logout and each logout a login, and nothing else happens.

    `unfailing`: nothing went wrong either. After a failure, or where a person logged out before a
    look-up named them, an id may have been given up; but not one that was ever aliased.
    """
    project, history = evidence.project, evidence.history
    attempted = {anon_id for anon_id, _ in history.attempted}
    ids: dict[tuple[int, int], set[str]] = {}
    for uuid, home, number in sorted(history.causes):
        if not _is_orderly(evidence.credentials[home], evidence.ended(home)):
            continue
        for each, distinct_id, personless in project.events:
            if each != uuid or not personless or distinct_id not in history.current:
                continue
            owners = evidence.owners(uuid)
            if evidence.is_torn(uuid):
                continue
            if evidence.credentials[home][number].who is None:
                ids.setdefault((home, evidence.epoch(home, number)), set()).add(distinct_id)
            stitched = all(
                person_of(profiles, distinct_id) in {person_of(profiles, who) for who in owners}
                for profiles in dict.fromkeys(project.profiles)
            )
            stays = unfailing and not evidence.is_logged_out_again(home, number)
            if owners and not stitched and (stays or distinct_id in attempted):
                yield Violation(
                    NOT_STITCHED, f"{uuid[:8]} is of {sorted(owners)}, and counts for {distinct_id[:8]}"
                )
    for epoch, used in ids.items():
        if len(used) > 1 and unfailing:
            yield Violation(SEVERAL_IDS, f"{epoch}: {sorted(used)}")


def _is_orderly(periods: tuple[Period, ...], ended: set[int]) -> bool:
    return all(
        after.began == ("logout" if before.who else "login")
        or (after.began == "logout" and number not in ended)
        for number, (before, after) in enumerate(pairwise(periods))
    )
