"""Where events go: one project on one PostHog host."""

import hashlib

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
