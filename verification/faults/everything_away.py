"""Neither PostHog nor Arcade Cloud can be reached: what a host that logs in meets at its worst."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.e2e.gate import Gate
from verification.faults.certificates import certify
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.lab import Lab
from verification.faults.network import ADDRESS, NAME, NO_NAME, Network, open_network
from verification.faults.outage import ride_out

GROUP = "PostHog and Arcade Cloud out of reach"
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")

Gates = tuple[Gate, Gate]


def register(name: str, shut: Callable[[Gate], object], quick: int) -> None:
    @experiment(GROUP, name, rounds=3, quick=quick)
    def shut_out(lab: Lab, rounds: int) -> Figures:
        tls = certify(("127.0.0.1",), lab.scratch, lab.monkeypatch)
        with Gate(lab.receiver.url, tls=tls) as posthog, Gate(lab.receiver.url, tls=tls) as cloud:
            return _ride_out(lab, rounds, (posthog, cloud), shut)


register("https: connections are refused", Gate.shut, quick=1)
register("https: no handshake is ever completed", Gate.accept_only, quick=0)
register("https: SYNs are dropped, the queue being full", Gate.swallow, quick=0)


@experiment(GROUP, "https: every packet vanishes", rounds=3, quick=0)
def packets_vanish(lab: Lab, rounds: int) -> Figures:
    with _inside(lab, ADDRESS) as (network, gates):
        return _ride_out(lab, rounds, gates, lambda _: None, network.cut_off, network.connect)


def register_resolver(name: str, answer: str | None) -> None:
    @experiment(GROUP, name, rounds=3, quick=0)
    def resolve(lab: Lab, rounds: int) -> Figures:
        with _inside(lab, NAME) as (network, gates):

            def begin() -> None:
                network.cut_off()
                network.answer = answer
                network.questions.clear()

            figures = _ride_out(lab, rounds, gates, Gate.shut, begin, network.connect)
            assert network.questions, "nobody asked for the name"
            return figures


register_resolver("DNS: no answer, ever", None)
register_resolver("DNS: no such name", NO_NAME)
register_resolver("DNS: 0.0.0.0, as blocked hosts are resolved", "0.0.0.0")


def register_proxy(name: str, shut: Callable[[Gate], object]) -> None:
    @experiment(GROUP, name, rounds=3, quick=0)
    def use_proxy(lab: Lab, rounds: int) -> Figures:
        with Gate(lab.receiver.url) as proxy, lab.monkeypatch.context() as patch:

            def begin() -> None:
                shut(proxy)
                for variable in PROXY_VARIABLES:
                    patch.setenv(variable, proxy.url)

            return ride_out(lab, rounds, begin, patch.undo, cloud_answers=False)


register_proxy("a proxy is set that refuses connections", Gate.shut)
register_proxy("a proxy is set that never answers", Gate.accept_only)


def _ride_out(
    lab: Lab,
    rounds: int,
    gates: Gates,
    shut: Callable[[Gate], object],
    begin: Callable[[], object] = lambda: None,
    end: Callable[[], object] = lambda: None,
) -> Figures:
    """With both gates shut this way, and what else begins and ends with that."""

    def shut_all() -> None:
        for gate in gates:
            shut(gate)
        begin()

    def open_all() -> None:
        for gate in gates:
            gate.open()
        end()

    posthog, cloud = gates
    for gate in gates:
        gate.open()
    return ride_out(
        lab, rounds, shut_all, open_all, posthog_url=posthog.url, cloud_url=cloud.url, cloud_answers=False
    )


@contextmanager
def _inside(lab: Lab, host: str) -> Iterator[tuple[Network, Gates]]:
    """The deliveries run in a network of their own, where the services are at `host`."""
    with open_network(lab.scratch) as network, lab.monkeypatch.context() as patch:
        tls = certify((ADDRESS, NAME), lab.scratch, lab.monkeypatch)
        posthog, cloud = (Gate(lab.receiver.url, tls=tls, listener=door, host=host) for door in network.doors)
        network.connect()
        patch.setattr(sys, "executable", network.python)
        with posthog, cloud:
            yield network, (posthog, cloud)
