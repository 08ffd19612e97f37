"""The principal API: valid responses, and a token that only its coordinator receives."""

import gzip
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from arcade_usage.adapters.arcade_cloud.principal_api import ArcadeCloud
from arcade_usage.demo.receiver import WELL, Behaviour, Receiver
from arcade_usage.domain.verdict import Answer, Found, NoAnswer, Rejected
from tests.adapters.credentials_file import TOKEN, stamp_of
from tests.samples import ALICE, BOB


@pytest.fixture
def credentials(config_dir: Path, receiver: Receiver) -> Path:
    config_dir.mkdir()
    path = config_dir / "credentials.yaml"
    store(path, receiver.url)
    receiver.principals = {TOKEN: ALICE, "tok_bobs": BOB}
    return path


@pytest.fixture
def cloud(credentials: Path) -> ArcadeCloud:
    return ArcadeCloud(str(credentials))


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    """Another server, which must not receive requests."""
    with Receiver() as receiver:
        yield receiver


def store(path: Path, url: str, token: str = TOKEN, kind: str = "auth") -> None:
    """Write the credentials of a login."""
    secret = {"access_token": token} if kind == "auth" else {"key": token}
    written = path.with_name("written")
    written.write_text(json.dumps({"cloud": {kind: {**secret, "coordinator_url": url}}}))
    os.replace(written, path)


def data(**content: object) -> bytes:
    return json.dumps({"data": content}).encode()


ANSWERS: dict[str, tuple[Behaviour, Answer]] = {
    "200": (WELL, Found(ALICE)),
    "401": (Behaviour(status=401), Rejected()),
    "403": (Behaviour(status=403), Rejected()),
    "403 with a principal": (Behaviour(status=403, body=data(account_id=BOB)), Rejected()),
    "400": (Behaviour(status=400), NoAnswer()),
    "404": (Behaviour(status=404), NoAnswer()),
    "407": (Behaviour(status=407), NoAnswer()),
    "429": (Behaviour(status=429), NoAnswer()),
    "500": (Behaviour(status=500), NoAnswer()),
    "500 with a principal": (Behaviour(status=500, body=data(account_id=BOB)), NoAnswer()),
    "201 with a principal": (Behaviour(status=201, body=data(account_id=BOB)), NoAnswer()),
    "204": (Behaviour(status=204, body=b""), NoAnswer()),
    "no reply": (Behaviour(replies=False), NoAnswer()),
}

BODIES: dict[str, tuple[bytes, Answer]] = {
    "the account": (data(account_id=BOB), Found(BOB)),
    "the principal": (data(principal_id=BOB), Found(BOB)),
    "the account before the principal": (data(principal_id=ALICE, account_id=BOB), Found(BOB)),
    "no account, a principal": (data(account_id=None, principal_id=BOB), Found(BOB)),
    "an empty account, a principal": (data(account_id="", principal_id=BOB), Found(BOB)),
    "empty": (b"", NoAnswer()),
    "HTML": (b"<html><body>Sign in to the Wi-Fi</body></html>", NoAnswer()),
    "not UTF-8": (b'{"data": {"account_id": "\xff\xfe"}}', NoAnswer()),
    "null": (b"null", NoAnswer()),
    "a list": (b'[{"data": {}}]', NoAnswer()),
    "a text": (b'"alice"', NoAnswer()),
    "no data": (b'{"account_id": "bob"}', NoAnswer()),
    "data null": (b'{"data": null}', NoAnswer()),
    "data a list": (b'{"data": [{"account_id": "bob"}]}', NoAnswer()),
    "data empty": (data(), NoAnswer()),
    "an account that is a number": (data(account_id=7), NoAnswer()),
    "an account that is a list": (data(account_id=[BOB]), NoAnswer()),
    "an account that is true": (data(account_id=True), NoAnswer()),
    "an unmergeable account": (data(account_id="anonymous"), NoAnswer()),
    "an unmergeable account, a principal": (data(account_id="null", principal_id=BOB), NoAnswer()),
    "an account of 400 characters": (data(account_id="a" * 400), NoAnswer()),
    "an account with a line break": (data(account_id="bob\n"), NoAnswer()),
    "nested deeply": (b'{"data":' * 5000, NoAnswer()),
    "10 MB": (data(account_id=BOB, more="x" * 10_000_000), NoAnswer()),
}


@pytest.mark.parametrize(("behaviour", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_what_a_status_says(
    cloud: ArcadeCloud, receiver: Receiver, behaviour: Behaviour, answer: Answer, credentials: Path
) -> None:
    """200 names a principal, 401 and 403 reject the credentials, and each other status is no answer."""
    receiver.cloud = behaviour
    assert cloud.look_up() == (stamp_of(credentials), answer)


@pytest.mark.parametrize(("body", "answer"), BODIES.values(), ids=BODIES)
def test_what_a_body_says(cloud: ArcadeCloud, receiver: Receiver, body: bytes, answer: Answer) -> None:
    """Only the expected JSON with an id that can belong to one person names a principal."""
    receiver.cloud = Behaviour(body=body)
    assert cloud.look_up()[1] == answer


@pytest.mark.parametrize(
    ("kind", "path"),
    [("auth", "/api/v1/auth/whoami"), ("api", "/api/v1/auth/validate")],
    ids=["a token", "a key"],
)
def test_one_question_is_asked(
    cloud: ArcadeCloud, receiver: Receiver, credentials: Path, kind: str, path: str
) -> None:
    """A look-up is one GET to the endpoint for its kind, with the token as bearer and no body."""
    store(credentials, receiver.url, kind=kind)
    assert cloud.look_up()[1] == Found(ALICE)
    (asked,) = receiver.requests
    assert (asked.method, asked.path, asked.body) == ("GET", path, b"")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_failure_is_not_tried_again(cloud: ArcadeCloud, receiver: Receiver) -> None:
    """A look-up is one request, whatever the response."""
    receiver.cloud = Behaviour(status=503)
    cloud.look_up()
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(
    cloud: ArcadeCloud, receiver: Receiver, elsewhere: Receiver, status: int
) -> None:
    """A redirect is no answer, and its target receives no request."""
    elsewhere.principals = {TOKEN: BOB}
    target = f"{elsewhere.url}/api/v1/auth/whoami"
    receiver.cloud = Behaviour(status=status, headers={"Location": target}, body=data(account_id=BOB))
    assert cloud.look_up()[1] == NoAnswer()
    assert elsewhere.requests == []


def test_no_netrc_is_consulted(
    cloud: ArcadeCloud, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A default password in .netrc is not sent."""
    netrc = tmp_path / "home" / ".netrc"
    netrc.write_text("default login someone password theirs\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert cloud.look_up()[1] == Found(ALICE)
    assert receiver.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_packed_answer_is_not_unpacked(cloud: ArcadeCloud, receiver: Receiver) -> None:
    """A compressed response, which was not requested, is no answer and is not decompressed."""
    packed = gzip.compress(data(account_id=BOB))
    receiver.cloud = Behaviour(body=packed, headers={"Content-Encoding": "gzip"})
    assert cloud.look_up()[1] == NoAnswer()
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


def test_a_large_compressed_response_is_not_decompressed(cloud: ArcadeCloud, receiver: Receiver) -> None:
    """A response that decompresses from 50 KB to 50 MB is not decompressed."""
    packed = gzip.compress(b'{"data": "' + b"0" * 50_000_000, compresslevel=9)
    receiver.cloud = Behaviour(body=packed, headers={"Content-Encoding": "gzip"})
    assert cloud.look_up()[1] == NoAnswer()


def test_a_file_that_is_replaced_while_it_is_read_is_the_old_one(
    cloud: ArcadeCloud, receiver: Receiver, credentials: Path, mocker: MockerFixture
) -> None:
    """If a login replaces the file after it was opened, answer and stamp are those of the opened file."""
    alices, open_ = cloud.stamp(), os.open

    def then_bob_logs_in(path: str, *flags: int) -> int:
        descriptor = open_(path, *flags)
        if path == str(credentials):
            store(credentials, receiver.url, "tok_bobs")
        return descriptor

    mocker.patch("os.open", then_bob_logs_in)
    stamp, answer = cloud.look_up()
    assert stamp is not None
    assert alices is not None
    assert (stamp.inode, answer) == (alices.inode, Found(ALICE))


@pytest.mark.parametrize(
    "behaviour", [WELL, Behaviour(status=401), Behaviour(status=500), Behaviour(replies=False)]
)
def test_no_token_is_in_a_log_or_on_a_terminal(
    cloud: ArcadeCloud,
    receiver: Receiver,
    behaviour: Behaviour,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """With all loggers at DEBUG, no line contains the token, and nothing is printed."""
    receiver.cloud = behaviour
    with caplog.at_level(logging.NOTSET):
        cloud.look_up()
    assert TOKEN not in caplog.text
    assert capfd.readouterr() == ("", "")


def test_without_a_token_no_request_is_made(
    cloud: ArcadeCloud, receiver: Receiver, credentials: Path
) -> None:
    """Credentials without a token lead to no request."""
    credentials.write_text("cloud: {}")
    assert cloud.look_up() == (stamp_of(credentials), Rejected())
    assert receiver.requests == []
