"""PostHog can't be reached, or says something else than that it took the events."""

from collections.abc import Callable

from attrs import define

from arcade_usage.demo.receiver import DOWN, HANGING, LOSING_REPLIES, WELL, Behaviour, Received, Receiver
from tests.e2e.gate import Gate
from verification.faults.bounds import check_bounds
from verification.faults.certificates import certify
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.outage import PAUSE_HOURS, ride_out

GROUP = "PostHog out of reach"
BAD = "bad command"
PAGE = b"<html><body>Log in to the Wi-Fi</body></html>"

BEHAVIOURS = {
    "answers 500": Behaviour(takes=False, status=500),
    "answers 503": Behaviour(takes=False, status=503, body=b"down for maintenance"),
    "answers 429, retry after a minute": Behaviour(takes=False, status=429, headers={"Retry-After": "60"}),
    "answers 403, as a proxy does": Behaviour(takes=False, status=403, body=PAGE),
    "answers 407, as a proxy does": Behaviour(takes=False, status=407, body=PAGE),
    "answers 200 with a page, as a captive portal does": Behaviour(takes=False, body=PAGE),
    "takes the events, and its reply is lost": LOSING_REPLIES,
    "takes the request and is dead": HANGING,
    "answers a byte each 0.6 s": Behaviour(takes=False, seconds_a_byte=0.6),
}
IN_TESTS = {"answers 200 with a page, as a captive portal does", "takes the events, and its reply is lost"}


def register(name: str, behaviour: Behaviour) -> None:
    @experiment(GROUP, name, rounds=3, quick=1 if name in IN_TESTS else 0)
    def answer_so(lab: Lab, rounds: int) -> Figures:
        return ride_out(lab, rounds, lambda: _set(lab, behaviour), lambda: _set(lab, WELL))


for name, behaviour in BEHAVIOURS.items():
    register(name, behaviour)


GATES: dict[str, Callable[[Gate], object]] = {
    "refuses connections": Gate.shut,
    "https: takes the connection, never completes the handshake": Gate.accept_only,
    "https: drops SYNs, its queue being full": Gate.swallow,
}


def register_gate(name: str, shut: Callable[[Gate], object]) -> None:
    @experiment(GROUP, name, rounds=3, quick=0)
    def shut_out(lab: Lab, rounds: int) -> Figures:
        tls = certify(("127.0.0.1",), lab.scratch, lab.monkeypatch) if "https" in name else None
        with Gate(lab.receiver.url, tls=tls) as gate:
            gate.open()
            return ride_out(lab, rounds, lambda: shut(gate), gate.open, posthog_url=gate.url)


for name, shut in GATES.items():
    register_gate(name, shut)


@experiment(GROUP, "redirects to a page with 200", rounds=3, quick=0)
def redirect(lab: Lab, rounds: int) -> Figures:
    with Receiver(cloud=Behaviour(body=b'{"status": "Ok"}')) as portal:
        behaviour = Behaviour(takes=False, status=302, headers={"Location": f"{portal.url}/login"})
        figures = ride_out(lab, rounds, lambda: _set(lab, behaviour), lambda: _set(lab, WELL))
        assert not portal.requests, "a redirect was followed"
        return figures


def _set(lab: Lab, behaviour: Behaviour) -> None:
    lab.receiver.posthog = behaviour


@define
class _Picky(Receiver):
    """PostHog, which refuses a batch as a whole for one event in it, or for having more than so many."""

    refusal: int = 400
    events_limit: int = 1000

    def _ingest(self, received: Received, behaviour: Behaviour) -> tuple[int, object]:
        batch = received.content["batch"]
        if len(batch) > self.events_limit or any(BAD in str(event["properties"]) for event in batch):
            return self.refusal, {"status": "refused"}
        return Receiver._ingest(self, received, behaviour)


def register_refusal(name: str, receiver: Callable[[], _Picky], lost: int, quick: int) -> None:
    @experiment(GROUP, name, rounds=20, quick=quick)
    def refuse(lab: Lab, rounds: int) -> Figures:
        with receiver() as lab.receiver:
            world = lab.home()
            lab.receiver.posthog = DOWN
            for number in range(rounds):
                is_bad = lost and number == rounds // 2
                (lab.attempt if is_bad else lab.track)(world, BAD if is_bad else f"command {number}")
            lab.settle()
            lab.receiver.posthog = WELL
            lab.let_hours_pass(PAUSE_HOURS)
            lab.track(world, "after")
            told = check_bounds(lab)
            assert sum(world.losses.values()) == lost, world.losses
            assert not world.waiting
            requests = len(lab.receiver.requests)
            return lab.judge(1, f"{lost} dropped and counted, {requests} requests, {told}")


register_refusal("answers 400 to a batch for one event in it", _Picky, lost=1, quick=5)
register_refusal(
    "answers 413 to a batch of more than 3", lambda: _Picky(refusal=413, events_limit=3), lost=0, quick=0
)
