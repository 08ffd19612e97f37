"""Neither PostHog nor Arcade Cloud can be reached: the worst case for a tool that waits during a login."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.e2e.gate import Gate
from verification.faults.certificates import certify
from verification.faults.experiment import experiment
from verification.faults.figures import Figures
from verification.faults.network import ADDRESS, NAME, NO_NAME, Network, open_network
from verification.faults.outage import work_through_outage
from verification.faults.testbed import Testbed

GROUP = "PostHog and Arcade Cloud unreachable"
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")

Gates = tuple[Gate, Gate]


def register(name: str, shut: Callable[[Gate], object], quick: int) -> None:
    @experiment(GROUP, name, rounds=3, quick=quick)
    def shut_out(testbed: Testbed, rounds: int) -> Figures:
        tls = certify(("127.0.0.1",), testbed.scratch, testbed.monkeypatch)
        with Gate(testbed.receiver.url, tls=tls) as posthog, Gate(testbed.receiver.url, tls=tls) as cloud:
            return _work_through_outage(testbed, rounds, (posthog, cloud), shut)


register("https: connections are refused", Gate.shut, quick=1)
register("https: the TLS handshake never completes", Gate.accept_only, quick=0)
register("https: SYN packets are dropped, as by a full backlog", Gate.swallow, quick=0)


@experiment(GROUP, "https: each packet is dropped", rounds=3, quick=0)
def drop_packets(testbed: Testbed, rounds: int) -> Figures:
    with _inside(testbed, ADDRESS) as (network, gates):
        return _work_through_outage(testbed, rounds, gates, lambda _: None, network.cut_off, network.connect)


def register_resolver(name: str, answer: str | None) -> None:
    @experiment(GROUP, name, rounds=3, quick=0)
    def resolve(testbed: Testbed, rounds: int) -> Figures:
        with _inside(testbed, NAME) as (network, gates):

            def begin() -> None:
                network.cut_off()
                network.answer = answer
                network.questions.clear()

            figures = _work_through_outage(testbed, rounds, gates, Gate.shut, begin, network.connect)
            assert network.questions, "the name was never resolved"
            return figures


register_resolver("DNS: no answer", None)
register_resolver("DNS: unknown name", NO_NAME)
register_resolver("DNS: 0.0.0.0, as for a blocked host", "0.0.0.0")


def register_proxy(name: str, shut: Callable[[Gate], object]) -> None:
    @experiment(GROUP, name, rounds=3, quick=0)
    def use_proxy(testbed: Testbed, rounds: int) -> Figures:
        with Gate(testbed.receiver.url) as proxy, testbed.monkeypatch.context() as patch:

            def begin() -> None:
                shut(proxy)
                for variable in PROXY_VARIABLES:
                    patch.setenv(variable, proxy.url)

            return work_through_outage(testbed, rounds, begin, patch.undo, cloud_answers=False)


register_proxy("the proxy refuses connections", Gate.shut)
register_proxy("the proxy never answers", Gate.accept_only)


def _work_through_outage(
    testbed: Testbed,
    rounds: int,
    gates: Gates,
    shut: Callable[[Gate], object],
    begin: Callable[[], object] = lambda: None,
    end: Callable[[], object] = lambda: None,
) -> Figures:
    """Work through an outage in which `shut` closes both gates; `begin` and `end` are called with it."""

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
    return work_through_outage(
        testbed, rounds, shut_all, open_all, posthog_url=posthog.url, cloud_url=cloud.url, cloud_answers=False
    )


@contextmanager
def _inside(testbed: Testbed, host: str) -> Iterator[tuple[Network, Gates]]:
    """The delivery processes run in a network namespace, where the services are at `host`."""
    with open_network(testbed.scratch) as network, testbed.monkeypatch.context() as patch:
        tls = certify((ADDRESS, NAME), testbed.scratch, testbed.monkeypatch)
        posthog, cloud = (
            Gate(testbed.receiver.url, tls=tls, listener=listener, host=host)
            for listener in network.listeners
        )
        network.connect()
        patch.setattr(sys, "executable", network.python)
        with posthog, cloud:
            yield network, (posthog, cloud)
