"""PostHog cannot be reached, or does not accept the events."""

from collections.abc import Callable

from attrs import define

from arcade_usage.demo.receiver import DOWN, HANGING, LOSING_REPLIES, WELL, Behaviour, Received, Receiver
from tests.e2e.gate import Gate
from verification.faults.certificates import certify
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.outage import BACKOFF_HOURS, work_through_outage
from verification.faults.testbed import Testbed
from verification.faults.time_limits import check_time_limits

GROUP = "PostHog unreachable"
BAD = "bad command"
PAGE = b"<html><body>Log in to the Wi-Fi</body></html>"

BEHAVIOURS = {
    "answers 500": Behaviour(takes=False, status=500),
    "answers 503": Behaviour(takes=False, status=503, body=b"down for maintenance"),
    "answers 429 with Retry-After: 60": Behaviour(takes=False, status=429, headers={"Retry-After": "60"}),
    "answers 403, like a proxy": Behaviour(takes=False, status=403, body=PAGE),
    "answers 407, like a proxy": Behaviour(takes=False, status=407, body=PAGE),
    "answers 200 with an HTML page, like a captive portal": Behaviour(takes=False, body=PAGE),
    "accepts the events, but the reply is lost": LOSING_REPLIES,
    "reads the request and never answers": HANGING,
    "answers one byte every 0.6 s": Behaviour(takes=False, seconds_a_byte=0.6),
}
IN_TESTS = {
    "answers 200 with an HTML page, like a captive portal",
    "accepts the events, but the reply is lost",
}


def register(name: str, behaviour: Behaviour) -> None:
    @experiment(GROUP, name, rounds=3, quick=1 if name in IN_TESTS else 0)
    def run(testbed: Testbed, rounds: int) -> Figures:
        return work_through_outage(
            testbed, rounds, lambda: _set(testbed, behaviour), lambda: _set(testbed, WELL)
        )


for name, behaviour in BEHAVIOURS.items():
    register(name, behaviour)


GATES: dict[str, Callable[[Gate], object]] = {
    "refuses connections": Gate.shut,
    "https: the TLS handshake never completes": Gate.accept_only,
    "https: SYN packets are dropped, as by a full backlog": Gate.swallow,
}


def register_gate(name: str, shut: Callable[[Gate], object]) -> None:
    @experiment(GROUP, name, rounds=3, quick=0)
    def shut_out(testbed: Testbed, rounds: int) -> Figures:
        tls = certify(("127.0.0.1",), testbed.scratch, testbed.monkeypatch) if "https" in name else None
        with Gate(testbed.receiver.url, tls=tls) as gate:
            gate.open()
            return work_through_outage(testbed, rounds, lambda: shut(gate), gate.open, posthog_url=gate.url)


for name, shut in GATES.items():
    register_gate(name, shut)


@experiment(GROUP, "redirects to an HTML page", rounds=3, quick=0)
def redirect(testbed: Testbed, rounds: int) -> Figures:
    with Receiver(cloud=Behaviour(body=b'{"status": "Ok"}')) as portal:
        behaviour = Behaviour(takes=False, status=302, headers={"Location": f"{portal.url}/login"})
        figures = work_through_outage(
            testbed, rounds, lambda: _set(testbed, behaviour), lambda: _set(testbed, WELL)
        )
        assert not portal.requests, "a redirect was followed"
        return figures


def _set(testbed: Testbed, behaviour: Behaviour) -> None:
    testbed.receiver.posthog = behaviour


@define
class _Picky(Receiver):
    """A PostHog that refuses a whole batch for one bad event in it, or for more than `events_limit` events."""

    refusal: int = 400
    events_limit: int = 1000

    def _ingest(self, received: Received, behaviour: Behaviour) -> tuple[int, object]:
        batch = received.content["batch"]
        if len(batch) > self.events_limit or any(BAD in str(event["properties"]) for event in batch):
            return self.refusal, {"detail": "refused"}
        return Receiver._ingest(self, received, behaviour)


def register_refusal(name: str, receiver: Callable[[], _Picky], lost: int, quick: int) -> None:
    @experiment(GROUP, name, rounds=20, quick=quick)
    def refuse(testbed: Testbed, rounds: int) -> Figures:
        with receiver() as testbed.receiver:
            world = testbed.home()
            testbed.receiver.posthog = DOWN
            for number in range(rounds):
                is_bad = lost and number == rounds // 2
                (testbed.attempt if is_bad else testbed.track)(world, BAD if is_bad else f"command {number}")
            testbed.settle()
            testbed.receiver.posthog = WELL
            testbed.advance_clock(BACKOFF_HOURS)
            testbed.track(world, "after")
            longest = check_time_limits(testbed)
            assert sum(world.losses.values()) == lost, world.losses
            assert not world.waiting
            requests = len(testbed.receiver.requests)
            return testbed.judge(1, f"{lost} dropped and counted, {requests} requests, {longest}")


register_refusal("answers 400 to a batch with one bad event", _Picky, lost=1, quick=5)
register_refusal(
    "answers 413 to a batch of more than 3 events",
    lambda: _Picky(refusal=413, events_limit=3),
    lost=0,
    quick=0,
)
