"""Which sinks are meant."""

import pytest

from arcade_usage.domain.project import Project, choose

ONE, OTHER = Project("https://a.example", "phc_1"), Project("https://b.example", "phc_1")
THIRD = Project("https://a.example", "phc_2")
FOUND = [ONE, OTHER, THIRD]


@pytest.mark.parametrize(
    ("host", "token", "meant"),
    [
        (None, None, FOUND),
        ("https://a.example", None, [ONE, THIRD]),
        (" https://a.example/ ", None, [ONE, THIRD]),
        (None, "phc_1", [ONE, OTHER]),
        (None, "phc_none", []),
        ("https://a.example/", "phc_1 ", [ONE]),
        ("https://new.example", "phc_9", [Project("https://new.example", "phc_9")]),
    ],
)
def test_a_host_a_token_or_both_name_sinks(host: str | None, token: str | None, meant: list[Project]) -> None:
    """One of them chooses among those found; both name one, found or not."""
    assert choose(FOUND, host, token) == meant


@pytest.mark.parametrize(
    "key", ["phx_personal", " phs_secret", "pha_access", "phr_refresh", "'phx_personal'"]
)
def test_a_secret_key_is_no_token(key: str) -> None:
    """Wherever it comes from: a payload, a file of an earlier version, an option. No text repeats it."""
    with pytest.raises(ValueError, match="secret key") as caught:
        Project("https://a.example", key)
    assert key.strip() not in str(caught.value)


def test_what_cannot_be_a_sink_is_said() -> None:
    """A host is a URL."""
    with pytest.raises(ValueError, match="URL"):
        choose(FOUND, "a.example", "phc_1")
