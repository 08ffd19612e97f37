"""The principal API without an answer: each look-up ends within its limit."""

import socket
import time
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.arcade_cloud import principal_api
from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
from arcade_usage.application.time_limits import LOOK_UP_SECONDS
from arcade_usage.demo.receiver import HANGING, Behaviour, Receiver
from arcade_usage.domain.verdict import NoAnswer
from tests.adapters.credentials_file import TOKEN, stamp_of
from tests.adapters.failing_networks import hanging_resolver, url_of
from tests.samples import ALICE

SLACK_SECONDS = 30.0  # for a busy machine; a request that hangs takes longer


@pytest.fixture(autouse=True)
def soon(mocker: MockerFixture) -> None:
    mocker.patch.object(principal_api, "LOOK_UP_SECONDS", 0.2)


@pytest.fixture
def credentials(config_dir: Path) -> Path:
    config_dir.mkdir()
    return config_dir / "credentials.yaml"


def look_up(credentials: Path, url: str) -> None:
    """Look up at `url`: there is no answer, the stamp is that of the credentials, and the limit holds."""
    credentials.write_text(f"cloud: {{auth: {{access_token: {TOKEN}, coordinator_url: '{url}'}}}}")
    start = time.monotonic()
    assert ArcadeCloud(str(credentials)).look_up() == (stamp_of(credentials), NoAnswer())
    assert time.monotonic() - start < SLACK_SECONDS


def test_the_bound_is_that_of_the_port() -> None:
    """By default a look-up takes at most 2 s."""
    assert LOOK_UP_SECONDS == 2.0


def test_a_hanging_service(credentials: Path, receiver: Receiver) -> None:
    """A service that reads the request and never answers."""
    receiver.cloud = HANGING
    look_up(credentials, receiver.url)


@pytest.mark.parametrize("seconds_a_byte", [0.05, 0.19])
def test_an_answer_by_the_byte(credentials: Path, receiver: Receiver, seconds_a_byte: float) -> None:
    """A slow trickle, which restarts each read timeout, is no answer after the limit."""
    receiver.principals = {TOKEN: ALICE}
    receiver.cloud = Behaviour(body=b"x" * 1000, seconds_a_byte=seconds_a_byte)
    look_up(credentials, receiver.url)


def test_a_service_that_is_dead_after_accepting(credentials: Path, silent_server: socket.socket) -> None:
    """A service that accepts the connection and never reads."""
    look_up(credentials, url_of(silent_server))


def test_a_service_that_hangs_up(credentials: Path, receiver: Receiver) -> None:
    """A service that closes the connection without an answer."""
    receiver.cloud = Behaviour(replies=False)
    look_up(credentials, receiver.url)


def test_a_refused_connection(credentials: Path, silent_server: socket.socket) -> None:
    """A port without a listener."""
    url = url_of(silent_server)
    silent_server.close()
    look_up(credentials, url)


def test_no_encryption_where_there_has_to_be(credentials: Path, receiver: Receiver) -> None:
    """A service without TLS at an https URL does not receive the token."""
    look_up(credentials, receiver.url.replace("http://", "https://"))
    assert receiver.requests == []


def test_a_name_that_is_not_known(credentials: Path, mocker: MockerFixture) -> None:
    """A host name that does not resolve."""
    mocker.patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "Name or service not known"))
    look_up(credentials, "https://coordinator.example")


def test_a_resolver_that_hangs(credentials: Path, mocker: MockerFixture) -> None:
    """The look-up ends although the resolver hangs, which no library timeout bounds."""
    with hanging_resolver(mocker):
        look_up(credentials, "https://coordinator.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_PROXY", "http://127.0.0.1:CLOSED"),
        ("ALL_PROXY", "socks5://127.0.0.1:CLOSED"),
        ("HTTP_PROXY", "ftp://proxy.example"),
        ("HTTP_PROXY", "http://[broken"),
        ("SSL_CERT_FILE", "/nowhere/cert.pem"),
        ("SSL_CERT_DIR", "/nowhere"),
    ],
)
def test_an_environment_that_is_wrong(
    credentials: Path,
    receiver: Receiver,
    closed_port: int,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    """Invalid proxies or certificates in the environment are no answer."""
    monkeypatch.setenv(name, value.replace("CLOSED", str(closed_port)))
    look_up(
        credentials, receiver.url.replace("http://", "https://") if name.startswith("SSL") else receiver.url
    )


@pytest.mark.parametrize(
    "url", ["http://[::1]:99999", "http://127.0.0.1:99999", "http://exa mple", "http://\\x"]
)
def test_an_address_that_is_none(credentials: Path, url: str) -> None:
    """An invalid URL is no answer."""
    look_up(credentials, url)
