"""Where events go: one project on one PostHog host."""

from collections.abc import Iterable

from attrs import field, frozen

from arcade_usage.domain.project_rules import base_url, check_project, project_key, trimmed


@frozen
class Project:
    """One PostHog project. Two tools that share a folder keep apart by `key`.

    `host`: an http or https URL. `project_token`: public by design, it can only add events.
    """

    host: str = field(converter=base_url)
    project_token: str = field(converter=trimmed, repr=False)

    def __attrs_post_init__(self) -> None:
        check_project(self.host, self.project_token)

    @property
    def key(self) -> str:
        """16 hex digits that name this sink in folders and in the ledger."""
        return project_key(self.host, self.project_token)


def choose(found: Iterable[Project], host: str | None, project_token: str | None) -> list[Project]:
    """The sinks that are meant: those found that match what is named, or the one that is named in full.

    Raises ValueError for what can't be a sink.
    """
    if host is not None and project_token is not None:
        return [Project(host, project_token)]
    return [
        project
        for project in found
        if host is None or base_url(host) == project.host
        if project_token is None or trimmed(project_token) == project.project_token
    ]
