"""Where events go: one project on one PostHog host."""

import hashlib
from collections.abc import Iterable

from attrs import field, frozen

HOST_LIMIT = 500  # characters
TOKEN_LIMIT = 200  # characters


def _base_url(host: str) -> str:
    return host.strip().rstrip("/")


def _trimmed(token: str) -> str:
    return token.strip()


@frozen
class Sink:
    """One PostHog project. Two tools that share a folder keep apart by `key`.

    `host`: an http or https URL. `project_token`: public by design, it can only add events.
    """

    host: str = field(converter=_base_url)
    project_token: str = field(converter=_trimmed, repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.host.startswith(("https://", "http://")) or len(self.host) > HOST_LIMIT:
            raise ValueError("a sink's host is a URL of http or https")
        if not 0 < len(self.project_token) <= TOKEN_LIMIT:
            raise ValueError("a sink needs a project token")
        if not (self.host.isprintable() and self.project_token.isprintable()):  # half a character is not
            raise ValueError("a sink's names are text")

    @property
    def key(self) -> str:
        """16 hex digits that name this sink in folders and in the ledger."""
        return hashlib.sha256(f"{self.host}\n{self.project_token}".encode()).hexdigest()[:16]


def choose(found: Iterable[Sink], host: str | None, project_token: str | None) -> list[Sink]:
    """The sinks that are meant: those found that match what is named, or the one that is named in full.

    Raises ValueError for what can't be a sink.
    """
    if host is not None and project_token is not None:
        return [Sink(host, project_token)]
    return [
        sink
        for sink in found
        if host is None or _base_url(host) == sink.host
        if project_token is None or _trimmed(project_token) == sink.project_token
    ]
