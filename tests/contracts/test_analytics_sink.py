"""What the analytics sink promises, in memory and through the real SDK over HTTP."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from attrs import frozen

from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.adapters.posthog.wire import BatchProtocol, EventProtocol, WireProtocol
from arcade_usage.application.errors import NotAcceptedError, PartlyAcceptedError, RefusedError
from arcade_usage.application.ports import AnalyticsSink
from arcade_usage.demo.receiver import DOWN, LOSING_REPLIES, WELL, Behaviour, Receiver
from arcade_usage.domain.persons import PERSONLESS, IngestedEvent, Persons, PersonStore
from arcade_usage.domain.project import Project
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Attribution
from arcade_usage.testing.in_memory import MemorySink
from tests.samples import ALICE, ANON, BOB, ONE_OFF, OTHER_ANON, anonymous, make_event, of, undecided

TOKEN = "phc_contract"
BAD = "a bad event"
LATER = "an event for later"


@frozen
class SinkUnderTest:
    """An analytics sink, what it knows, and what can be made to go wrong behind it."""

    sink: AnalyticsSink
    persons: Callable[[], Persons]
    fail: Callable[[], object]
    lose_replies: Callable[[], object]
    refuse: Callable[[], object]
    refuse_unclearly: Callable[[], object]  # BAD, in words that are not known to be PostHog's
    tell_apart: Callable[[], object]  # BAD is refused and LATER not accepted, each alone
    ask_to_wait: Callable[[float], object]
    recover: Callable[[], object]

    def events(self) -> tuple[IngestedEvent, ...]:
        return self.persons().events

    def people(self) -> list[str]:
        """The person that each event ended up with."""
        return [self.persons().person_of(event) for event in self.events()]


def _in_memory(store: PersonStore) -> SinkUnderTest:
    sink = MemorySink(Persons(store))

    def become(failing: bool = False, losing: bool = False, refused: frozenset[str] = frozenset()) -> None:
        sink.failing, sink.losing_replies, sink.refused = failing, losing, refused

    def tell_apart() -> None:
        sink.dropped, sink.postponed = frozenset({BAD}), frozenset({LATER})

    def refuse_unclearly() -> None:
        sink.unclear = frozenset({BAD})

    def ask_to_wait(seconds: float) -> None:
        sink.failing, sink.retry_after = True, seconds

    return SinkUnderTest(
        sink,
        persons=lambda: sink.persons,
        fail=lambda: become(failing=True),
        lose_replies=lambda: become(losing=True),
        refuse=lambda: become(refused=frozenset({BAD})),
        refuse_unclearly=refuse_unclearly,
        tell_apart=tell_apart,
        ask_to_wait=ask_to_wait,
        recover=become,
    )


def _over_http(receiver: Receiver, store: PersonStore, protocol: WireProtocol) -> SinkUnderTest:
    by_project = receiver.persons if store is PersonStore.CURRENT else receiver.next_persons

    def become(behaviour: Behaviour) -> Callable[[], object]:
        return lambda: setattr(receiver, "posthog", behaviour)

    return SinkUnderTest(
        PostHogSink(Project(receiver.url, TOKEN), protocol=protocol),
        persons=lambda: by_project.get(TOKEN, Persons(store)),
        fail=become(DOWN),
        lose_replies=become(LOSING_REPLIES),
        refuse=become(Behaviour(takes=False, status=400)),
        refuse_unclearly=become(
            Behaviour(takes=False, status=400, body=b"the timestamp is no moment", names=frozenset({BAD}))
        ),
        tell_apart=become(Behaviour(results={BAD: "drop", LATER: "retry"})),
        ask_to_wait=lambda seconds: become(
            Behaviour(takes=False, status=503, headers={"Retry-After": str(int(seconds))})
        )(),
        recover=become(WELL),
    )


PROTOCOLS: dict[str, WireProtocol] = {
    "over HTTP": BatchProtocol(),
    "over HTTP, with a result for each event": EventProtocol(),
}


@pytest.fixture(params=PersonStore, ids=lambda store: f"{store.value} store")
def store(request: pytest.FixtureRequest) -> PersonStore:
    return PersonStore(request.param)


@pytest.fixture(params=["in memory", *PROTOCOLS])
def subject(request: pytest.FixtureRequest, receiver: Receiver, store: PersonStore) -> SinkUnderTest:
    protocol = PROTOCOLS.get(request.param)
    return _in_memory(store) if protocol is None else _over_http(receiver, store, protocol)


def as_received(records: Sequence[Record]) -> list[IngestedEvent]:
    """Records as a sink has them; `properties` do not count in comparisons."""
    return [
        IngestedEvent(
            record.event.name,
            record.attribution.distinct_id,
            record.event.uuid,
            record.event.timestamp.date().isoformat(),
            {},
        )
        for record in records
        if record.attribution is not None
    ]


def test_what_is_accepted_is_there_in_order(subject: SinkUnderTest) -> None:
    """A batch arrives whole, in its order, with uuid, name, distinct id and day as they were frozen."""
    batch = [of(ALICE, 3), anonymous(1), anonymous(2, ONE_OFF)]
    subject.sink.capture(batch)
    assert list(subject.events()) == as_received(batch)


def test_properties_arrive(subject: SinkUnderTest) -> None:
    """What is known of an event is sent with it; a zero is one of those things."""
    subject.sink.capture([of(ALICE)])
    properties = subject.events()[0].properties
    assert properties.items() >= make_event().properties.items()


def test_only_a_principal_gets_a_profile(subject: SinkUnderTest) -> None:
    """Anonymous events are personless; those of a principal are not."""
    subject.sink.capture([anonymous(1), of(ALICE, 2)])
    assert [event.personless for event in subject.events()] == [True, False]


def test_events_before_and_after_an_alias_are_one_persons(subject: SinkUnderTest) -> None:
    """What was done before a login, and as the anonymous id after it, ends up with who logged in."""
    subject.sink.capture([anonymous(1)])
    subject.sink.alias(ANON, ALICE)
    subject.sink.capture([anonymous(2), of(ALICE, 3)])
    assert len(set(subject.people())) == 1


def test_a_second_device_is_the_same_person(subject: SinkUnderTest) -> None:
    """Each anonymous id of a principal attaches to the same person."""
    subject.sink.alias(ANON, ALICE)
    subject.sink.capture([of(ALICE, 1), anonymous(2, OTHER_ANON)])
    subject.sink.alias(OTHER_ANON, ALICE)
    subject.sink.capture([of(ALICE, 3)])
    assert len(set(subject.people())) == 1


def test_two_principals_stay_two(subject: SinkUnderTest) -> None:
    """Aliases of different ids to different principals mix nobody up; an id without one stays apart."""
    subject.sink.alias(ANON, ALICE)
    subject.sink.alias(OTHER_ANON, BOB)
    subject.sink.capture([anonymous(1), anonymous(2, OTHER_ANON), of(ALICE, 3), of(BOB, 4)])
    subject.sink.capture([anonymous(5, ONE_OFF)])
    first, second, alice, bob, apart = subject.people()
    assert (first, second) == (alice, bob)
    assert len({alice, bob, apart}) == 3


def test_a_repeated_alias_is_harmless(subject: SinkUnderTest) -> None:
    """An alias whose reply was lost may be sent again."""
    subject.sink.alias(ANON, ALICE)
    before = subject.persons()
    subject.sink.alias(ANON, ALICE)
    assert subject.persons() == before


def test_a_repeated_event_counts_once(subject: SinkUnderTest) -> None:
    """The same record sent again is recognised."""
    subject.sink.capture([anonymous(1), anonymous(2)])
    subject.sink.capture([anonymous(2), anonymous(3)])
    assert list(subject.events()) == as_received([anonymous(1), anonymous(2), anonymous(3)])


def test_out_of_reach_is_not_accepted(subject: SinkUnderTest) -> None:
    """Where nobody takes it, both calls raise, and neither has an effect."""
    subject.fail()
    with pytest.raises(NotAcceptedError):
        subject.sink.capture([anonymous()])
    with pytest.raises(NotAcceptedError):
        subject.sink.alias(ANON, ALICE)
    assert subject.persons() == Persons(subject.persons().store)


def test_a_failed_call_leaves_nothing_behind(subject: SinkUnderTest) -> None:
    """What was not accepted is not sent along with what comes next."""
    subject.fail()
    with pytest.raises(NotAcceptedError):
        subject.sink.capture([anonymous(1)])
    with pytest.raises(NotAcceptedError):
        subject.sink.alias(ANON, ALICE)
    subject.recover()
    subject.sink.capture([anonymous(2), of(BOB, 3)])
    assert list(subject.events()) == as_received([anonymous(2), of(BOB, 3)])
    assert len(set(subject.people())) == 2


def test_a_lost_reply_has_its_effect(subject: SinkUnderTest) -> None:
    """A call that raises may have been taken in all the same: why nothing may rely on its failure."""
    subject.lose_replies()
    with pytest.raises(NotAcceptedError):
        subject.sink.alias(ANON, ALICE)
    with pytest.raises(NotAcceptedError):
        subject.sink.capture([anonymous(1), of(ALICE, 2)])
    assert list(subject.events()) == as_received([anonymous(1), of(ALICE, 2)])
    assert len(set(subject.people())) == 1


def test_a_refused_batch_is_refused_whole(subject: SinkUnderTest) -> None:
    """A bad event gets the batch that it is in refused, with an error of its own; nothing of it is taken."""
    subject.refuse()
    with pytest.raises(RefusedError):
        subject.sink.capture([anonymous(1), anonymous(2, name=BAD)])
    subject.recover()
    subject.sink.capture([anonymous(1)])
    assert list(subject.events()) == as_received([anonymous(1)])


def test_an_event_that_alone_is_refused_in_unknown_words_is_refused(subject: SinkUnderTest) -> None:
    """The events with it are accepted, and the error names it; it holds no other event up."""
    subject.refuse_unclearly()
    batch = [anonymous(1, name=BAD), anonymous(2), of(ALICE, 3), anonymous(4, name=BAD), anonymous(5)]
    with pytest.raises(PartlyAcceptedError) as caught:
        subject.sink.capture(batch)
    assert caught.value.refused == {batch[0].event.uuid, batch[3].event.uuid}
    assert caught.value.accepted == {batch[place].event.uuid for place in (1, 2, 4)}
    assert list(subject.events()) == as_received([batch[1], batch[2], batch[4]])


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_refused_in_unknown_words_without_any_other_waits(subject: SinkUnderTest, count: int) -> None:
    """While nothing is accepted, a proxy may be the one that refuses."""
    subject.refuse_unclearly()
    with pytest.raises(NotAcceptedError) as caught:
        subject.sink.capture([anonymous(number, name=BAD) for number in range(count)])
    assert not isinstance(caught.value, RefusedError | PartlyAcceptedError)
    assert subject.events() == ()


@pytest.mark.parametrize(
    "subject", [name for name in ("in memory", *PROTOCOLS) if name != "over HTTP"], indirect=True
)
def test_a_result_for_each_event(subject: SinkUnderTest) -> None:
    """Where each event has a result, the error names what was accepted and what is refused; the rest may come."""
    subject.tell_apart()
    batch = [anonymous(1), anonymous(2, name=BAD), anonymous(3, name=LATER), of(ALICE, 4)]
    uuids = [record.event.uuid for record in batch]
    with pytest.raises(PartlyAcceptedError) as caught:
        subject.sink.capture(batch)
    assert caught.value.accepted == frozenset({uuids[0], uuids[3]})
    assert caught.value.refused == frozenset({uuids[1]})
    assert list(subject.events()) == as_received([batch[0], batch[3]])


def test_a_service_may_ask_to_wait(subject: SinkUnderTest) -> None:
    """The error of an alias and of a batch says for how long; 0 where nothing was asked."""
    subject.ask_to_wait(120.0)
    with pytest.raises(NotAcceptedError) as batch:
        subject.sink.capture([anonymous()])
    with pytest.raises(NotAcceptedError) as alias:
        subject.sink.alias(ANON, ALICE)
    assert (batch.value.retry_after, alias.value.retry_after) == (120.0, 120.0)


def test_nothing_is_a_batch_too(subject: SinkUnderTest) -> None:
    """An empty batch is accepted, and has no effect."""
    subject.sink.capture([])
    assert subject.persons() == Persons(subject.persons().store)


def test_an_undecided_record_is_never_sent(subject: SinkUnderTest) -> None:
    """A record without a verdict is a mistake of the caller; nothing beside it leaves, then or later."""
    with pytest.raises(ValueError, match="verdict"):
        subject.sink.capture([anonymous(1), undecided(2)])
    subject.sink.capture([anonymous(3)])
    assert list(subject.events()) == as_received([anonymous(3)])


@pytest.mark.parametrize("personless", [True, False])
def test_what_is_shown_is_not_sent(subject: SinkUnderTest, personless: bool) -> None:
    """The message has the event's name, properties and distinct id, and the mark of an event of no person."""
    event = make_event(note="shown")
    message = subject.sink.preview(event, Attribution(ANON, personless=personless))
    properties = message["properties"]
    assert isinstance(properties, Mapping)
    assert (message["event"], message["distinct_id"], properties["note"]) == (event.name, ANON, "shown")
    assert properties.get(PERSONLESS) == (False if personless else None)
    assert subject.events() == ()
