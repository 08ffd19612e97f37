"""The runtime for events, and a redactor for this user, as domain values."""

import os
from collections.abc import Mapping

from arcade_usage.adapters.machine.runtime_facts import read_facts, read_own_names
from arcade_usage.domain.event import Runtime
from arcade_usage.domain.redaction import Redactor


def read_runtime(distribution: str, environment: Mapping[str, str], version: str | None = None) -> Runtime:
    """The tool's runtime; this process shares its interpreter and machine. `version`: see read_facts."""
    return Runtime(**read_facts(distribution, environment, version))  # type: ignore[arg-type]


def local_redactor(environment: Mapping[str, str]) -> Redactor:
    """A redactor for this user's home folder, name and machine name."""
    homes = {os.path.expanduser("~"), environment.get("HOME", ""), environment.get("USERPROFILE", "")}
    homes |= {os.path.realpath(home) for home in homes if home}
    # The longest first, because one home can be inside another.
    by_length = sorted(home for home in homes if len(home) > 1 and os.path.isabs(home))
    return Redactor(
        home=tuple(sorted(by_length, key=len, reverse=True)),
        names=tuple(sorted(filter(None, read_own_names(environment)))),
    )
