"""credentials.yaml: its three shapes, and the hosts that a token may be sent to."""

from pathlib import Path
from typing import Any

import pytest

from arcade_usage.adapters.arcade_cloud.credentials import Request
from arcade_usage.application.command.properties import UNKNOWN_CONTEXT
from tests.adapters.credentials_file import TOKEN, ask_about, stamp_of

VALIDATE = Request("https://cloud.arcade.dev/api/v1/auth/validate", TOKEN, ("principal_id",))
WHOAMI = Request("https://cloud.arcade.dev/api/v1/auth/whoami", TOKEN, ("account_id", "principal_id"))


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    return tmp_path / "credentials.yaml"


def with_url(url: object) -> dict[str, Any]:
    return {"cloud": {"api": {"key": TOKEN, "coordinator_url": url}}}


SHAPES: dict[str, tuple[object, Request]] = {
    "a key": ({"cloud": {"api": {"key": TOKEN}}}, VALIDATE),
    "a token": ({"cloud": {"auth": {"access_token": TOKEN}}}, WHOAMI),
    "a token next to a key": (
        {"cloud": {"auth": {"access_token": TOKEN}, "api": {"key": "another"}}},
        WHOAMI,
    ),
    "a context with a key": (
        {"cloud": {"active_context": "me", "contexts": {"me": {"api": {"key": TOKEN}}}}},
        VALIDATE,
    ),
    "a context with a token": (
        {"cloud": {"active_context": "me", "contexts": {"me": {"auth": {"access_token": TOKEN}}}}},
        WHOAMI,
    ),
    "one context of several": (
        {
            "cloud": {
                "active_context": "me",
                "contexts": {
                    "work": {"auth": {"access_token": "another"}},
                    "me": {"auth": {"access_token": TOKEN, "refresh_token": "r"}},
                },
            }
        },
        WHOAMI,
    ),
    "more keys": ({"cloud": {"api": {"key": TOKEN}, "user": {"email": "a@example.com"}}, "v": 1}, VALIDATE),
}


@pytest.mark.parametrize(("document", "request_"), SHAPES.values(), ids=SHAPES)
def test_every_shape_is_understood(credentials: Path, document: object, request_: Request) -> None:
    """Each shape of the file leads to its own request."""
    assert ask_about(credentials, document) == request_


KEYS: dict[str, object] = {"me": {"api": {"key": TOKEN}}, "you": {"api": {"key": "another"}}}
FLAT = {"api": {"key": TOKEN}}

# The stored contexts, the active one and the chosen one, and whether it is the first one that is used.
CHOICES: dict[str, tuple[object, str | None, bool]] = {
    "no active context": ({"contexts": KEYS}, None, True),
    "an unknown active context": ({"contexts": KEYS, "active_context": "gone"}, None, True),
    "an active context that is no name": ({"contexts": KEYS, "active_context": ["me"]}, None, True),
    "the active one is chosen": ({"contexts": KEYS, "active_context": "me"}, "me", True),
    "another one is chosen": ({"contexts": KEYS, "active_context": "you"}, "me", True),
    "an unknown one is chosen": ({"contexts": KEYS, "active_context": "me"}, "gone", False),
    "one that can't be read is chosen": ({"contexts": KEYS, "active_context": "me"}, UNKNOWN_CONTEXT, False),
    "no contexts, and the CLI's name for none": (FLAT, "default", True),
    "no contexts, and another name": (FLAT, "me", False),
}


@pytest.mark.parametrize(("cloud", "chosen", "is_used"), CHOICES.values(), ids=CHOICES)
def test_the_context_is_the_one_that_the_arcade_cli_uses(
    credentials: Path, cloud: object, chosen: str | None, is_used: bool
) -> None:
    """The chosen one, else the active one, else the first; never another in place of a wrong one."""
    assert ask_about(credentials, {"cloud": cloud}, chosen) == (VALIDATE if is_used else None)


def test_another_context_counts_as_other_credentials(credentials: Path) -> None:
    """Each context has a stamp of its own, which stays the same; without a chosen one, it is the file's."""
    ask_about(credentials, {"cloud": {"contexts": KEYS}})
    stamps = [stamp_of(credentials, name) for name in (None, "me", "you", "me", None)]
    assert stamps == [stamps[0], stamps[1], stamps[2], stamps[1], stamps[0]]
    assert len(set(stamps)) == 3


URLS = {
    "bare": ("https://coordinator.example", "https://coordinator.example/api/v1/auth/validate"),
    "with a slash": ("https://coordinator.example/", "https://coordinator.example/api/v1/auth/validate"),
    "with the path": ("https://coordinator.example/api/v1", "https://coordinator.example/api/v1/auth/validate"),
    "with both": ("https://coordinator.example/api/v1/", "https://coordinator.example/api/v1/auth/validate"),
    "with a port": ("http://localhost:8000", "http://localhost:8000/api/v1/auth/validate"),
    "below a path": ("https://example.com/arcade/", "https://example.com/arcade/api/v1/auth/validate"),
    "with blanks around": (" https://coordinator.example ", "https://coordinator.example/api/v1/auth/validate"),
    "null": (None, "https://cloud.arcade.dev/api/v1/auth/validate"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "asked"), URLS.values(), ids=URLS)
def test_a_coordinator_is_asked_where_it_is(credentials: Path, url: str | None, asked: str) -> None:
    """The API is below the coordinator's URL, which may include its path."""
    request = ask_about(credentials, with_url(url))
    assert request == Request(asked, TOKEN, ("principal_id",))


@pytest.mark.parametrize(
    "document",
    [
        {"cloud": {"auth": {"access_token": TOKEN, "coordinator_url": "http://here.example"}}},
        {"cloud": {"auth": {"access_token": TOKEN}, "coordinator_url": "http://here.example"}},
        {
            "cloud": {
                "active_context": "me",
                "contexts": {
                    "me": {"auth": {"access_token": TOKEN}, "coordinator_url": "http://here.example"}
                },
            }
        },
    ],
    ids=["next to the token", "next to its section", "in the context"],
)
def test_the_coordinator_s_url_may_stand_in_either_place(credentials: Path, document: object) -> None:
    """The URL may be next to the token, or next to the section with the token."""
    request = ask_about(credentials, document)
    assert request is not None
    assert request.url == "http://here.example/api/v1/auth/whoami"


NO_URLS: dict[str, object] = {
    "ftp": "ftp://coordinator.example",
    "file": "file:///etc/passwd",
    "javascript": "javascript:alert(1)",
    "no scheme": "coordinator.example",
    "no host": "https://",
    "only a path": "/api/v1",
    "user and password": "https://user:password@coordinator.example",
    "an empty user": "https://@coordinator.example",
    "a query": "https://coordinator.example?redirect=https://elsewhere.example",
    "a fragment": "https://coordinator.example#x",
    "a broken address": "https://[::1",
    "empty": "",
    "blank": " ",
    "a number": 443,
    "zero": 0,
    "false": False,
    "a list": ["https://coordinator.example"],
    "an empty list": [],
    "an empty object": {},
}


@pytest.mark.parametrize("url", NO_URLS.values(), ids=NO_URLS)
def test_a_token_goes_to_no_host_that_is_none(credentials: Path, url: object) -> None:
    """With an invalid coordinator URL, no request is made, not even to the default one."""
    assert ask_about(credentials, with_url(url)) is None
    assert ask_about(credentials, {"cloud": {"api": {"key": TOKEN}, "coordinator_url": url}}) is None


TOKENS: dict[str, object] = {
    "empty": "", "blank": " ", "a line break": "tok\nHost: elsewhere.example", "a blank inside": "tok en",
    "not ASCII": "tök", "a zero byte": "tok\0en", "a tab": "tok\ten", "too long": "t" * 20_000,
    "a number": 12345, "true": True, "null": None, "a list": [TOKEN], "an object": {"value": TOKEN},
}  # fmt: skip


@pytest.mark.parametrize("token", TOKENS.values(), ids=TOKENS)
def test_what_is_no_token_asks_nothing(credentials: Path, token: object) -> None:
    """A value that cannot be sent in a header is not a token, and no request is made."""
    assert ask_about(credentials, {"cloud": {"api": {"key": token}}}) is None
    assert ask_about(credentials, {"cloud": {"auth": {"access_token": token}}}) is None


def test_a_token_is_in_no_description() -> None:
    """The repr of a request does not contain its token."""
    assert TOKEN not in f"{VALIDATE!r} {VALIDATE!s} {[VALIDATE]}"
