"""Request settings in the environment: followed where they apply, ignored elsewhere."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
from arcade_usage.adapters.network import request_settings
from arcade_usage.adapters.network.request_settings import is_exempt
from arcade_usage.adapters.posthog.sink import PostHogSink
from arcade_usage.application.errors import NotAcceptedError
from arcade_usage.demo.receiver import Receiver
from arcade_usage.domain.project import Project
from arcade_usage.domain.verdict import Answer, Found, NoAnswer
from tests.adapters.credentials_file import TOKEN
from tests.samples import ALICE, of

PASSWORD = "hunter2"

EXEMPT = {
    "everything": ("*", "http://a.example"),
    "a name": ("b.example,a.example", "http://a.example"),
    "a name, in capitals": ("A.Example", "http://a.example"),
    "a domain": ("example", "http://a.example"),
    "a domain with a dot": (".example", "http://a.example"),
    "a domain with a star": ("*.example", "http://a.example"),
    "a name that ends with a dot": ("a.example", "http://a.example."),
    "a port": ("a.example:8080", "http://a.example:8080"),
    "the port of the scheme": ("a.example:443", "https://a.example"),
    "a scheme": ("https://a.example", "https://a.example"),
    "all schemes": ("all://a.example", "https://a.example"),
    "blanks between": ("b.example a.example", "http://a.example"),
    "an address": ("127.0.0.1", "http://127.0.0.1:1"),
    "a network": ("127.0.0.0/8", "http://127.0.0.1:1"),
    "IPv6": ("::1", "http://[::1]:1"),
    "IPv6 in brackets": ("[::1]", "http://[::1]:1"),
    "IPv6 in brackets, with a port": ("[::1]:1", "http://[::1]:1"),
    "IPv6 written otherwise": ("0:0::1", "http://[::1]:1"),
    "an IPv6 network": ("fd00::/8", "http://[fd12::1]"),
    "an IPv6 network in brackets": ("[fd00::]/8", "http://[fd12::1]"),
}
NOT_EXEMPT = {
    "nothing": ("", "http://a.example"),
    "another name": ("b.example", "http://a.example"),
    "a name that only ends so": ("a.example", "http://ba.example"),
    "another port": ("a.example:81", "http://a.example"),
    "another scheme": ("https://a.example", "http://a.example"),
    "another network": ("10.0.0.0/8", "http://127.0.0.1"),
    "a network of another family": ("::/0", "http://127.0.0.1"),
    "what is none": ("[::1,127.0.0.0/99,:,[]:1,...", "http://127.0.0.1"),
}


@pytest.mark.parametrize(("exempt", "url"), EXEMPT.values(), ids=EXEMPT)
def test_what_no_proxy_exempts(exempt: str, url: str) -> None:
    """NO_PROXY is understood in each form of curl, httpx and requests."""
    assert is_exempt(urlsplit(url), exempt)


@pytest.mark.parametrize(("exempt", "url"), NOT_EXEMPT.values(), ids=NOT_EXEMPT)
def test_what_no_proxy_does_not_exempt(exempt: str, url: str) -> None:
    """An unknown form in NO_PROXY exempts nothing and raises nothing."""
    assert not is_exempt(urlsplit(url), exempt)


def look_up(config_dir: Path, url: str) -> Answer:
    config_dir.mkdir(exist_ok=True)
    credentials = config_dir / "credentials.yaml"
    auth = {"access_token": TOKEN, "coordinator_url": url}
    credentials.write_text(json.dumps({"cloud": {"auth": auth}}))
    return ArcadeCloud(str(credentials)).look_up()[1]


def capture(url: str) -> None:
    PostHogSink(Project(url, "phc_settings")).capture([of(ALICE)])


HARMLESS: dict[str, dict[str, str]] = {
    "an exemption in brackets": {"NO_PROXY": "[::1]"},
    "an exempt IPv6 network": {"NO_PROXY": "fd00::/8,[fd00::]/8"},
    "an exempt SOCKS proxy": {"ALL_PROXY": "socks5://127.0.0.1:1", "NO_PROXY": "127.0.0.1"},
    "an exempt proxy that is none": {"HTTP_PROXY": "http://[broken", "NO_PROXY": "127.0.0.0/8"},
    "a proxy of the other scheme": {"HTTPS_PROXY": "socks5://127.0.0.1:1"},
    "a broken proxy of the other scheme": {"HTTPS_PROXY": "ftp://:x"},
    "certificates that are missing": {
        "SSL_CERT_FILE": "/nowhere/a.pem",
        "REQUESTS_CA_BUNDLE": "/nowhere/a.pem",
    },
    "a folder that is missing": {"SSL_CERT_DIR": "/nowhere", "CURL_CA_BUNDLE": "/nowhere"},
    "a key log that can't be written": {"SSLKEYLOGFILE": "/nowhere/keys"},
}


@pytest.mark.parametrize("variables", HARMLESS.values(), ids=HARMLESS)
def test_what_does_not_concern_a_request_does_not_keep_it_back(
    config_dir: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """With settings that do not apply, Arcade Cloud answers and PostHog accepts."""
    receiver.principals = {TOKEN: ALICE}
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(url=receiver.url))
    assert look_up(config_dir, receiver.url) == Found(ALICE)
    capture(receiver.url)
    assert len(receiver.requests) == 2


SOCKS = "the proxy named by {name} needs the SOCKS extra: pip install '{extra}', or unset it"
NO_PROXY = "{name} names no usable proxy: correct it (http://host:port), or unset it"
NO_FILE = "the certificates named by {name} can't be read: correct it, or unset it"
CERTIFICATES = {
    "httpx[socks]": ("SSL_CERT_FILE", "SSL_CERT_DIR"),
    "requests[socks]": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
}

UNUSABLE = {
    "SOCKS for all": ("ALL_PROXY", f"socks5://me:{PASSWORD}@127.0.0.1:1", SOCKS),
    "SOCKS in small letters": ("all_proxy", "socks5h://127.0.0.1:1", SOCKS),
    "SOCKS for https": ("HTTPS_PROXY", "socks5://127.0.0.1:1", SOCKS),
    "another protocol": ("HTTPS_PROXY", f"ftp://me:{PASSWORD}@proxy.example", NO_PROXY),
    "brackets that do not close": ("HTTPS_PROXY", f"http://me:{PASSWORD}@[broken", NO_PROXY),
    "a port that is none": ("https_proxy", f"http://me:{PASSWORD}@proxy.example:port", NO_PROXY),
    "no host": ("ALL_PROXY", "http://", NO_PROXY),
    "a blank in it": ("HTTPS_PROXY", "http://proxy .example", NO_PROXY),
}


@pytest.mark.parametrize(("name", "value", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_proxy_that_can_not_be_used_is_a_reason_of_its_own(
    config_dir: Path,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    mocker: MockerFixture,
    name: str,
    value: str,
    words: str,
) -> None:
    """The reason names the variable and the remedy, not the service, and no password. Nothing is sent."""
    mocker.patch.object(
        request_settings, "find_spec", return_value=None
    )  # as if the extra were not installed
    monkeypatch.setenv(name, value)
    url = receiver.url.replace("http:", "https:")
    answer = look_up(config_dir, url)
    assert isinstance(answer, NoAnswer)
    assert answer.reason == words.format(name=name, extra="httpx[socks]")
    with pytest.raises(NotAcceptedError) as caught:
        capture(url)
    assert str(caught.value) == words.format(name=name, extra="requests[socks]")
    assert receiver.requests == []


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "malformed"])
@pytest.mark.parametrize("which", [0, 1])
def test_certificates_that_can_not_be_read_are_replaced_by_no_others(
    config_dir: Path,
    receiver: Receiver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes | None,
    which: int,
) -> None:
    """No request is made, and the reason names the variable."""
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_bytes(content)
    for names in CERTIFICATES.values():
        monkeypatch.setenv(names[which], str(path))
    url = receiver.url.replace("http:", "https:")
    answer = look_up(config_dir, url)
    assert isinstance(answer, NoAnswer)
    assert answer.reason == NO_FILE.format(name=CERTIFICATES["httpx[socks]"][which])
    with pytest.raises(NotAcceptedError) as caught:
        capture(url)
    assert str(caught.value) == NO_FILE.format(name=CERTIFICATES["requests[socks]"][which])


def test_a_key_log_that_can_not_be_written_is_local(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason names SSLKEYLOGFILE, not PostHog. An older httpx has no such log."""
    monkeypatch.setenv("SSLKEYLOGFILE", "/nowhere/keys")
    with pytest.raises(NotAcceptedError, match="SSLKEYLOGFILE"):
        capture(receiver.url.replace("http:", "https:"))


def test_a_proxy_that_works_is_used(
    config_dir: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both services use the proxy with its password."""
    receiver.principals = {TOKEN: ALICE}
    monkeypatch.setenv("HTTP_PROXY", receiver.url.replace("//", f"//me:{PASSWORD}@"))
    assert look_up(config_dir, "http://service.example") == Found(ALICE)
    with pytest.raises(NotAcceptedError):  # as a proxy, the receiver treats the whole URL as a path
        capture("http://service.example")
    asked = receiver.requests
    assert [request.path.partition("/api")[0].partition("/batch")[0] for request in asked] == [
        "http://service.example"
    ] * 2
    assert all(request.headers["proxy-authorization"].startswith("Basic ") for request in asked)
