"""The destination of events: one project on one PostHog host."""

from collections.abc import Iterable

from attrs import field, frozen

from arcade_usage.domain.project_rules import base_url, check_project, project_key, trimmed


@frozen
class Project:
    """One PostHog project. `key` separates the events of tools that share a config folder.

    `host`: an http or https URL. `project_token`: a public key that can only add events.
    """

    host: str = field(converter=base_url)
    project_token: str = field(converter=trimmed, repr=False)

    def __attrs_post_init__(self) -> None:
        check_project(self.host, self.project_token)

    @property
    def shown_host(self) -> str:
        """The host for people to read: without a user and a password, which earlier versions took."""
        scheme, separator, rest = self.host.partition("://")
        authority, slash, path = rest.partition("/")
        return f"{scheme}{separator}{authority.rpartition('@')[2]}{slash}{path}"

    @property
    def key(self) -> str:
        """16 hex digits that identify this project in folder names and in the ledger."""
        return project_key(self.host, self.project_token)


def choose(found: Iterable[Project], host: str | None, project_token: str | None) -> list[Project]:
    """Selects projects: those of `found` that match host and token, or the one that both name.

    Raises ValueError for an invalid host or token.
    """
    if host is not None and project_token is not None:
        return [Project(host, project_token)]
    return [
        project
        for project in found
        if host is None or base_url(host) == project.host
        if project_token is None or trimmed(project_token) == project.project_token
    ]
