"""What is wrong with a tool's configuration, and what to change."""

from collections.abc import Mapping

import click
import pytest

from arcade_usage.domain.configuration import TOKEN_LIMIT, find_problems
from arcade_usage.domain.declaration import Property
from arcade_usage.domain.notice import Notice
from tests.unit.domain.values import BytesPath, RaisingPath

RIGHT: Mapping[str, object] = {
    "distribution": "my-tool",
    "version": None,
    "project_token": "phc_x",
    "host": "https://us.i.posthog.com",
    "config_dir": None,
    "credentials": None,
    "context": None,
    "notice": None,
    "properties": (),
    "safe_errors": (),
    "private_errors": (),
    "daily_limit": 1000,
    "adapters": None,
    "consent": "notice",
    "erasure_url": None,
}


class Mine(Exception):  # noqa: N818 - a tool names its classes as it likes
    """An exception of the tool's own."""


SECRET = "phx_a_personal_key"


def problems(**values: object) -> list[str]:
    found = find_problems({**RIGHT, **values}, lambda path: path.startswith(("/", "~/")))
    return [reason.identifier for reason in found.values()]


@pytest.mark.parametrize(
    ("argument", "value", "problem"),
    [
        ("host", "us.i.posthog.com", "host_without_scheme"),
        ("host", "localhost:8000", "host_without_scheme"),
        ("erasure_url", 5, "erasure_url_type"),
        ("erasure_url", "", "erasure_url_invalid"),
        ("erasure_url", "example.com/erase", "erasure_url_invalid"),
        ("erasure_url", "http://example.com/erase", "erasure_url_invalid"),
        ("erasure_url", "https://user:password@example.com", "erasure_url_invalid"),
        ("erasure_url", "https://example.com/#part", "erasure_url_invalid"),
        ("erasure_url", "https://example.com:99999", "erasure_url_invalid"),
        ("erasure_url", f"https://example.com/{'x' * 500}", "erasure_url_invalid"),
        ("erasure_url", "mailto:", "erasure_url_invalid"),
        ("erasure_url", "mailto:privacy", "erasure_url_invalid"),
        ("erasure_url", "mailto:a@example.com?bcc=b@example.com", "erasure_url_invalid"),
        ("consent", "ask", "consent_without_notice"),
        ("consent", "Ask", "consent_invalid"),
        ("consent", None, "consent_invalid"),
        ("consent", [], "consent_invalid"),
        ("host", "", "host_empty"),
        ("host", "  ", "host_empty"),
        ("host", "ftp://us.i.posthog.com", "host_not_http"),
        ("host", "HTTPS://us.i.posthog.com", "host_not_http"),
        ("host", "https://us.i.posthog.com/batch/", "host_path"),
        ("host", "https://us.i.posthog.com?token=x", "host_path"),
        ("host", "https://me:hunter2@us.i.posthog.com", "host_password"),
        ("host", "https://[::1", "host_invalid"),
        ("host", "https://us.i.posthog.com:99999", "host_invalid"),
        ("host", "https://us.i posthog.com", "host_invalid"),
        ("host", "https://:443", "host_invalid"),
        ("host", f"https://{'x' * 500}.com", "host_invalid"),
        ("host", 5, "host_type"),
        ("project_token", "", "token_empty"),
        ("project_token", " \n", "token_empty"),
        ("project_token", SECRET, "token_secret"),
        ("project_token", "phs_secret", "token_secret"),
        ("project_token", f"'{SECRET}'", "token_secret"),
        ("project_token", f'"{SECRET.upper()}"', "token_secret"),
        ("project_token", f"Bearer {SECRET}", "token_secret"),
        ("project_token", "'phc_x'", "token_not_ascii"),
        ("project_token", "phc_...", "token_placeholder"),
        ("host", "https://...", "host_placeholder"),
        ("distribution", "a\ud800", "distribution_invalid"),
        ("distribution", "x" * 201, "distribution_invalid"),
        ("project_token", "p" * (TOKEN_LIMIT + 1), "token_too_long"),
        ("project_token", "phc_töken", "token_not_ascii"),
        ("project_token", "phc_ x", "token_not_ascii"),
        ("project_token", b"phc_x", "project_token_type"),
        ("distribution", 5, "distribution_type"),
        ("version", 2, "version_type"),
        ("version", "", "version_invalid"),
        ("version", "1.0 of alice", "version_invalid"),
        ("config_dir", ".my-tool", "config_dir_relative"),
        ("config_dir", "", "config_dir_relative"),
        ("config_dir", 5, "config_dir_type"),
        ("config_dir", b"/etc", "config_dir_type"),
        ("credentials", "credentials.yaml", "credentials_relative"),
        ("context", "staging", "context_type"),
        ("notice", "a text", "notice_type"),
        ("config_dir", "srv/\0", "config_dir_invalid"),
        ("config_dir", "\ud800", "config_dir_invalid"),
        ("credentials", RaisingPath(), "credentials_type"),
        ("credentials", BytesPath(), "credentials_type"),
        ("notice", Notice("a text", None), "notice_type"),  # type: ignore[arg-type]
        ("notice", Notice("a text", "a link", version="v2"), "notice_type"),  # type: ignore[arg-type]
        ("notice", Notice("a text", "a link", told_elsewhere="no"), "notice_type"),  # type: ignore[arg-type]
        ("notice", Notice("a text", "a link", version=10**5000), "notice_version"),
        ("properties", None, "properties_invalid"),
        ("properties", (Property("org|id", kind="id", reason="x"),), "properties_invalid"),
        ("safe_errors", None, "safe_errors_type"),
        ("safe_errors", Mine, "safe_errors_type"),
        ("safe_errors", [Mine], "safe_errors_type"),
        ("safe_errors", (Mine("x"),), "safe_errors_type"),
        ("safe_errors", (Mine, OSError), "safe_errors_foreign"),
        ("safe_errors", (click.ClickException,), "safe_errors_foreign"),
        ("private_errors", (int,), "private_errors_type"),
        ("adapters", "my_tool.usage", "adapters_invalid"),
        ("adapters", "my_tool.usage:", "adapters_invalid"),
        ("adapters", ":adapters", "adapters_invalid"),
        ("adapters", "my tool:adapters", "adapters_invalid"),
        ("adapters", print, "adapters_type"),
        ("daily_limit", 0, "daily_limit_invalid"),
        ("daily_limit", -1, "daily_limit_invalid"),
        ("daily_limit", 1_000_001, "daily_limit_invalid"),
        ("daily_limit", True, "daily_limit_invalid"),
        ("daily_limit", 10.0, "daily_limit_invalid"),
        ("daily_limit", "1000", "daily_limit_invalid"),
    ],
)
def test_what_is_wrong_has_an_identifier_of_its_own(argument: str, value: object, problem: str) -> None:
    """One for each mistake; the other arguments are right."""
    assert problems(**{argument: value}) == [problem]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("host", " https://eu.i.posthog.com/ "),
        ("host", "http://127.0.0.1:8000"),
        ("host", "http://[::1]:8000"),
        ("host", "https://pösthog.example"),
        ("project_token", None),
        ("project_token", "t" * TOKEN_LIMIT),
        ("project_token", " phc_x\n"),
        ("distribution", ""),
        ("distribution", None),
        ("version", "1.0.0rc1+local-2"),
        ("config_dir", "~/.my-tool"),
        ("notice", Notice("a text", "https://example.com")),
        ("properties", (Property("org_id", kind="id", reason="x"),)),
        ("properties", []),
        ("safe_errors", (Mine,)),
        ("private_errors", (Mine, OSError, Exception)),
        ("adapters", "my_tool.usage:adapters"),
        ("erasure_url", "http://127.0.0.1:8000/erase"),
        ("erasure_url", "https://example.com:8443/erase?project=1"),
        ("erasure_url", "mailto:privacy+usage@example.com"),
        ("daily_limit", 1),
        ("daily_limit", 1_000_000),
        ("daily_limit", None),
    ],
)
def test_what_is_unusual_but_right_is_no_problem(argument: str, value: object) -> None:
    """A token of an old project has no prefix; surrounding blanks are removed."""
    assert problems(**{argument: value}) == []


def test_every_mistake_is_named_at_once() -> None:
    """So that one correction does not only lead to the next message."""
    assert problems(host="", project_token="", config_dir="x") == [
        "token_empty",
        "host_empty",
        "config_dir_relative",
    ]


def test_no_text_repeats_a_secret() -> None:
    """Neither a key nor a URL's password: the text may be logged and printed."""
    for token in (SECRET, f"'{SECRET}'", f"Bearer {SECRET}"):
        values = {**RIGHT, "project_token": token, "host": "https://me:hunter2@us.i.posthog.com"}
        texts = " ".join(reason.text for reason in find_problems(values, bool).values())
        assert "personal_key" not in texts
        assert "hunter2" not in texts
