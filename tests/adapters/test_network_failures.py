"""Failures of requests: each has its own text, the same for PostHog and Arcade Cloud."""

import gzip
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.arcade_cloud import principal_api
from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
from arcade_usage.adapters.network.failures import Failure
from arcade_usage.adapters.posthog import sink as posthog_sink
from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.application.errors import NotAcceptedError
from arcade_usage.demo.receiver import Behaviour, Receiver
from arcade_usage.domain.logbook import REASON_LIMIT
from arcade_usage.domain.project import Project
from arcade_usage.domain.verdict import Found, NoAnswer, Rejected
from tests.adapters.credentials_file import TOKEN
from tests.adapters.failing_networks import LONG_AGO, PASSWORD, Cause, FailingNetwork, with_status
from tests.samples import ALICE, of

Ask = Callable[[str], str]


@pytest.fixture
def network(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FailingNetwork]:
    receiver.principals = {TOKEN: ALICE}
    network = FailingNetwork(receiver, tmp_path, monkeypatch)
    yield network
    network.close()


SLOW = (Failure.NAME_SLOW, Failure.CONNECT_SLOW, Failure.ANSWER_SLOW)


def set_limit(mocker: MockerFixture, failure: Failure) -> None:
    """For a request: short where it runs into the limit, else one that no machine is too busy for."""
    seconds = 1.0 if failure in SLOW else 60.0
    mocker.patch.object(principal_api, "LOOK_UP_SECONDS", seconds)
    mocker.patch.object(posthog_sink, "BATCH_SECONDS", seconds)


def ask_posthog(url: str) -> str:
    """The reason why PostHog did not accept a batch; empty if it did."""
    try:
        PostHogSink(Project(url, "phc_network")).capture([of(ALICE)])
    except NotAcceptedError as error:
        return str(error)
    return ""


@pytest.fixture(params=["PostHog", "Arcade Cloud"])
def who(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def ask(who: str, config_dir: Path) -> Ask:
    """A function that returns the reason why a request to a URL failed; empty if it did not."""

    def ask_cloud(url: str) -> str:
        config_dir.mkdir()
        credentials = config_dir / "credentials.yaml"
        auth = {"access_token": TOKEN, "coordinator_url": url}
        credentials.write_text(json.dumps({"cloud": {"auth": auth}}))
        answer = ArcadeCloud(str(credentials)).look_up()[1]
        if isinstance(answer, Found):
            return ""
        assert isinstance(answer, NoAnswer | Rejected)
        return answer.reason

    return ask_posthog if who == "PostHog" else ask_cloud


CAUSES: dict[str, tuple[Cause, Failure]] = {
    "no listener": (FailingNetwork.refused, Failure.REFUSED),
    "no such name": (lambda on: on.resolving(socket.EAI_NONAME), Failure.NAME_UNKNOWN),
    "no DNS server": (lambda on: on.resolving(socket.EAI_AGAIN), Failure.NAME_SLOW),
    "a resolver that hangs": (FailingNetwork.resolving_for_ever, Failure.NAME_SLOW),
    "no network": (FailingNetwork.without_route, Failure.NO_ROUTE),
    "connections that are dropped": (FailingNetwork.swallowed, Failure.CONNECT_SLOW),
    "a handshake that hangs": (FailingNetwork.silent_in_tls, Failure.CONNECT_SLOW),
    "no answer": (FailingNetwork.silent, Failure.ANSWER_SLOW),
    "a connection that is closed": (FailingNetwork.hung_up, Failure.HUNG_UP_IN_THE_CLEAR),
    "plain to a TLS port": (FailingNetwork.plain_to_tls, Failure.HUNG_UP_IN_THE_CLEAR),
    "TLS to a plain port": (FailingNetwork.tls_to_plain, Failure.NOT_TLS),
    "an authority that is not trusted": (
        lambda on: on.certified("127.0.0.1", trusted=False),
        Failure.CERTIFICATE_UNTRUSTED,
    ),
    "an old certificate": (
        lambda on: on.certified("127.0.0.1", trusted=True, dates=LONG_AGO),
        Failure.CERTIFICATE_EXPIRED,
    ),
    "another host's certificate": (
        lambda on: on.certified("other.example", trusted=True),
        Failure.CERTIFICATE_OF_ANOTHER,
    ),
    "another protocol": (lambda on: on.answering_bytes(b"220 mail.example\r\n\r\n"), Failure.NOT_HTTP),
    "a redirect": (with_status(302, headers={"Location": "http://127.0.0.1:9"}), Failure.REDIRECTED),
    "a sign-in page": (with_status(200, body=b"<html>Welcome to our Wi-Fi"), Failure.NOT_THEIRS),
    "too much": (with_status(200, body=b"x" * 100_000), Failure.TOO_LARGE),
    "no port": (lambda _: "http://127.0.0.1:99999", Failure.NO_ADDRESS),
}


@pytest.mark.parametrize(("cause", "failure"), CAUSES.values(), ids=CAUSES)
def test_a_cause_has_its_words(
    network: FailingNetwork, ask: Ask, who: str, cause: Cause, failure: Failure, mocker: MockerFixture
) -> None:
    """The text names the service or its address, and what to check."""
    set_limit(mocker, failure)
    url = cause(network)
    trust = "REQUESTS_CA_BUNDLE" if who == "PostHog" else "SSL_CERT_FILE"
    where = url.rpartition("/")[2]
    assert ask(url) == failure.value.format(who=who, where=where, trust=trust)


STATUSES: dict[int, tuple[str, str]] = {
    401: (
        "PostHog does not accept the project token (401): inform the author of the tool",
        "Arcade Cloud does not accept the stored login (401): log in again",
    ),
    403: (
        "PostHog or a proxy before it forbids the request (403): check the network and the address {where}",
        "Arcade Cloud does not let the stored login name its account (403): log in again, or ask the administrator",
    ),
    404: ("{who} is not at {where} (404): check the address",) * 2,
    407: ("a proxy before {who} wants a name and a password (407): ask your network's administrator",) * 2,
    413: ("{who} says that the request is too large (413)",) * 2,
    418: ("{who} answered with an unexpected status (418): check the address {where}",) * 2,
    429: ("{who} gets too many requests (429): it is asked again later",) * 2,
    500: ("{who} reports an error of its own (500): it is asked again later",) * 2,
    503: ("{who} is overloaded or down for a moment (503): it is asked again later",) * 2,
}


@pytest.mark.parametrize(("status", "words"), STATUSES.items(), ids=map(str, STATUSES))
def test_a_status_has_its_words(
    network: FailingNetwork, ask: Ask, who: str, status: int, words: tuple[str, str]
) -> None:
    """Statuses that mean different things for both services have different texts."""
    url = network.answering(Behaviour(takes=False, status=status))
    expected = words[0] if who == "PostHog" else words[1]
    assert ask(url) == expected.format(who=who, where=url.rpartition("/")[2])


ASKS_FOR_A_PASSWORD = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
FORBIDS = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"

PROXIES: dict[str, tuple[Cause, Failure]] = {
    "it is not there": (lambda on: on.through(on.refused()), Failure.REFUSED),
    "it takes no connection": (lambda on: on.through(on.swallowed()), Failure.CONNECT_SLOW),
    "another password": (
        lambda on: on.through(on.answering_bytes(ASKS_FOR_A_PASSWORD)),
        Failure.PROXY_PASSWORD,
    ),
    "another password, to a tunnel": (
        lambda on: on.through(on.answering_bytes(ASKS_FOR_A_PASSWORD), "https://service.example"),
        Failure.PROXY_PASSWORD,
    ),
    "it forbids the tunnel": (
        lambda on: on.through(on.answering_bytes(FORBIDS), "https://service.example"),
        Failure.PROXY_REFUSED,
    ),
    "it is no proxy": (lambda on: on.through(on.answering_bytes(b"220 mail\r\n\r\n")), Failure.NOT_HTTP),
}


@pytest.mark.parametrize(("cause", "failure"), PROXIES.values(), ids=PROXIES)
def test_a_proxy_that_fails_is_named(
    network: FailingNetwork, ask: Ask, cause: Cause, failure: Failure, mocker: MockerFixture
) -> None:
    """The text names the proxy's variable, not the service, and does not contain the password."""
    set_limit(mocker, failure)
    url = cause(network)
    variable = "HTTPS_PROXY" if url.startswith("https:") else "HTTP_PROXY"
    where = os.environ[variable].rpartition("@")[2]
    reason = ask(url)
    assert reason == failure.value.format(who=f"the proxy named by {variable}", where=where)
    assert PASSWORD not in reason


def test_each_cause_has_other_words() -> None:
    """All texts differ, fit the delivery log, and contain no internal terms."""
    host = "a-host-with-quite-a-long-name.internal.example:8443"
    texts = [
        each.value.format(
            who="the proxy named by HTTPS_PROXY", where=host, trust="REQUESTS_CA_BUNDLE", error="X"
        )
        for each in Failure
    ]
    assert len(set(texts)) == len(texts)
    assert max(map(len, texts)) <= REASON_LIMIT
    assert not [text for text in texts for word in ("sink", "outbox", "pause", "stamp") if word in text]


def test_a_large_compressed_response_is_not_read(network: FailingNetwork) -> None:
    """A compressed response of 50 MB is read only up to the limit."""
    packed = gzip.compress(b'{"status": 1, "more": "' + b"0" * 50_000_000, compresslevel=9)
    url = network.answering(Behaviour(body=packed, headers={"Content-Encoding": "gzip"}))
    assert "sends more than PostHog does" in ask_posthog(url)
