"""Malformed credentials.yaml: no request, no exception and no output."""

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from arcade_usage.adapters.arcade_cloud.credentials import CREDENTIALS_LIMIT, Request, read_credentials
from tests.adapters.credentials_file import TOKEN, ask, ask_about
from tests.adapters.disk import deny


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    return tmp_path / "credentials.yaml"


DOCUMENTS: dict[str, object] = {
    "null": None, "a text": "cloud", "a number": 1, "a list": [{"cloud": {}}], "empty": {},
    "cloud null": {"cloud": None}, "cloud a text": {"cloud": TOKEN}, "cloud a list": {"cloud": [TOKEN]},
    "api a text": {"cloud": {"api": TOKEN}}, "auth a list": {"cloud": {"auth": [TOKEN]}},
    "a first context that is a text": {"cloud": {"contexts": {"me": TOKEN}}},
    "a context that is a text": {"cloud": {"active_context": "me", "contexts": {"me": TOKEN}}},
    "contexts that are a list": {"cloud": {"active_context": 0, "contexts": [{"api": {"key": TOKEN}}]}},
    "an active context that is a list": {"cloud": {"active_context": ["me"], "contexts": {"me": {}}}},
    "contexts next to a key": {"cloud": {"api": {"key": TOKEN}, "active_context": "me", "contexts": {}}},
}  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_of_another_shape_leads_to_no_request(credentials: Path, document: object) -> None:
    """A document of an unknown shape leads to no request."""
    assert ask_about(credentials, document) is None


_LEVELS = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
_MERGES = "\n".join(f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 9)}]" for n in range(1, 12))
_KEY = f"cloud: {{api: {{key: {TOKEN}}}}}\n"

TEXTS: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 4,
    "not UTF-8": b"cloud: {api: {key: \xff\xfe}}",
    "a broken indent": b"cloud:\n api:\n   key: x\n  other: y",
    "two documents": b"cloud: {}\n---\ncloud: {}",
    "not closed": b'cloud: {api: {key: "',
    "an alias bomb": f"l0: &l0 [lol]\n{_LEVELS}\n{_KEY}".encode(),
    "a merge bomb": f"m0: &m0 {{a: 1}}\n{_MERGES}\n{_KEY}".encode(),
    "an alias to itself": b"cloud: &c {api: *c}",
    "nested deeply": b"[" * 30_000,
    "nested deeply in blocks": b"- " * 30_000,
    "a Python object": b"cloud: !!python/object/apply:os.system [false]",
    "an unknown tag": b"cloud: !secret x",
    "an empty integer": b'cloud: !!int ""',
    "an empty fraction": b'cloud: !!float ""',
    "a boolean that is none": b"cloud: !!bool maybe",
    "a date that is none": b"cloud: !!timestamp soon",
    "a date outside the calendar": b"cloud: 2026-99-99",
    "bytes that are none": b"cloud: !!binary \xc3\xa9",
    "a huge integer": b"cloud: 1" + b"0" * 50_000,
    "a huge integer in base 60": b"cloud: 1" + b":59" * 20_000,
    "a key that is a list": b"? [a, b]\n: c",
    "too large": b"#" * CREDENTIALS_LIMIT + b"\n" + _KEY.encode(),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_malformed_text_leads_to_no_request(
    credentials: Path, text: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    """A malformed text raises nothing and prints nothing, and YAML bombs are not expanded."""
    credentials.write_bytes(text)
    assert ask(credentials) is None
    assert capfd.readouterr() == ("", "")


PLACES: dict[str, Callable[[Path], object]] = {
    "nothing": Path.exists,
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nowhere": lambda path: path.symlink_to("nowhere"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("make", PLACES.values(), ids=PLACES)
def test_anything_but_a_file_leads_to_no_request(credentials: Path, make: Callable[[Path], object]) -> None:
    """Anything but a regular file leads to no request and no wait."""
    make(credentials)
    assert ask(credentials) is None


def test_an_open_pipe_leads_to_no_request(credentials: Path) -> None:
    """A FIFO with a silent writer causes no wait."""
    os.mkfifo(credentials)
    writer = os.open(credentials, os.O_RDWR)
    assert ask(credentials) is None
    os.close(writer)


def test_an_unreadable_file_leads_to_no_request(credentials: Path, mocker: MockerFixture) -> None:
    """An unreadable file has a stamp but leads to no request."""
    credentials.write_text(_KEY)
    deny(mocker, credentials.parent)
    assert ask(credentials) is None


def test_a_file_at_its_limit_is_read(credentials: Path) -> None:
    """A file of exactly the limit is read."""
    credentials.write_text(_KEY + "#" * (CREDENTIALS_LIMIT - len(_KEY)))
    assert ask(credentials) is not None


def test_a_deep_stack_does_not_matter(credentials: Path) -> None:
    """Nothing is raised close to the recursion limit."""
    credentials.write_bytes(b"[" * 200 + b"]" * 200)

    def deep(levels: int) -> Request | None:
        return deep(levels - 1) if levels else read_credentials(str(credentials))[1]

    room = sys.getrecursionlimit() - len(inspect.stack(context=0))
    assert deep(room - 150) is None


_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(TOKEN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cloud", "api", "auth", "key", "access_token", "contexts", "active_context", "me"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(document=_documents)
def test_any_document_is_understood_or_not(
    document: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No document raises, and a request only has a token from the expected place."""
    credentials = tmp_path_factory.getbasetemp() / "any.yaml"
    request = ask_about(credentials, document)
    assert request is None or request.token in yaml.safe_dump(document)
