"""The ledger of the current anonymous id: its installation, its credentials stamps, its claim and aliases.

Invariant: an anonymous id is claimed for at most one principal. The claim is stored before the first alias
is sent, because an alias can take effect although its reply is lost.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen
from attrs.validators import optional

from arcade_usage.domain.identity import AlreadyLinkedError, Linked, anonymous_id, principal_id

if TYPE_CHECKING:
    from os import stat_result

PENDING_ALIASES_LIMIT = 10  # retired ids with a pending alias; the oldest is dropped first


@frozen
class Stamp:
    """Fingerprint of credentials.yaml from one stat(); equal stamps mean an unmodified file.

    `ctime_ns` is negative for another context of the file than the active one.
    """

    device: int
    inode: int
    size: int  # bytes
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: "stat_result") -> "Stamp":
        """Returns the stamp of an os.stat() result."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@frozen
class PendingAlias:
    """An alias of a retired id that `projects` have not accepted yet."""

    anon_id: str = field(validator=anonymous_id)
    principal_id: str = field(validator=principal_id)
    projects: frozenset[str]


def _bounded(pending_aliases: Iterable[PendingAlias]) -> tuple[PendingAlias, ...]:
    return tuple(pending_aliases)[-PENDING_ALIASES_LIMIT:]


@frozen
class Ledger:
    """The ledger of `anon_id`.

    `installation`: fingerprint of the installation that created the id.
    `first_stamp`, `last_stamp`: the first and the last credentials that the id was used with.
    `reached`: projects (Project.key) with recorded events of the id.
    `claimed_by`: the principal of the first attempted alias; it never changes.
    `accepted`: projects that accepted that alias.
    `confirmed`: stamp of the credentials for which a look-up last named `claimed_by`.
    `pending_aliases`: aliases of retired ids that are still to be sent.
    `first`: whether the id is known to be the folder's first identity.
    """

    anon_id: str = field(validator=anonymous_id)
    installation: str
    first_stamp: Stamp | None = None
    reached: frozenset[str] = frozenset()
    claimed_by: str | None = field(default=None, validator=optional(principal_id))
    accepted: frozenset[str] = frozenset()
    confirmed: Stamp | None = None
    last_stamp: Stamp | None = None
    pending_aliases: tuple[PendingAlias, ...] = field(default=(), converter=_bounded)
    first: bool = False

    @property
    def never_had_credentials(self) -> bool:
        """Whether this id was never used with credentials."""
        return self.first_stamp is None and self.claimed_by is None

    def principal_for(self, stamp: Stamp | None) -> str | None:
        """The principal that a look-up named for the credentials with this stamp; None if unknown."""
        return self.claimed_by if stamp is not None and stamp == self.confirmed else None

    @property
    def undisputed(self) -> bool:
        """Whether the claim was confirmed for the credentials that this id was last used with.

        False for those of another context than the active one: others may have been used since.
        """
        confirmed = self.confirmed
        return confirmed is not None and confirmed == self.last_stamp and confirmed.ctime_ns >= 0

    def used_for(self, project: str, stamp: Stamp | None) -> "Ledger":
        """The ledger after an event for `project` was recorded with these credentials."""
        first_stamp = stamp if self.never_had_credentials else self.first_stamp
        return evolve(
            self,
            first_stamp=first_stamp,
            last_stamp=stamp or self.last_stamp,
            reached=self.reached | {project},
        )

    def vouches_for(self, linked: Linked, project: str) -> bool:
        """Whether `project` accepted the alias behind this link."""
        is_of_link = (self.anon_id, self.claimed_by) == (linked.anon_id, linked.principal_id)
        return is_of_link and project in self.accepted

    def claimed(self, principal_id: str) -> "Ledger":
        """With the claim. Raises AlreadyLinkedError if the id is claimed for another principal."""
        if self.claimed_by not in (None, principal_id):
            raise AlreadyLinkedError("claimed for another principal: rotate first")
        return evolve(self, claimed_by=principal_id)

    def confirmed_by(self, project: str, stamp: Stamp | None) -> "Ledger":
        """After `project` accepted the alias to the principal of the credentials with this stamp.

        The last use stays: meanwhile others may have logged in.
        """
        used = self.used_for(project, self.last_stamp or stamp)
        return evolve(used, accepted=self.accepted | {project}, confirmed=stamp)

    def aliases_due(self, project: str) -> tuple[tuple[str, str], ...]:
        """Aliases (id, principal) that the project has not accepted yet, including this id's own."""
        due = [
            (alias.anon_id, alias.principal_id) for alias in self.pending_aliases if project in alias.projects
        ]
        if self.claimed_by and project in self._waiting:
            due.append((self.anon_id, self.claimed_by))
        return tuple(due)

    def alias_accepted(self, anon_id: str, project: str) -> "Ledger":
        """After `project` accepted an alias. Doesn't confirm the principal of the current credentials."""
        if anon_id == self.anon_id:
            return evolve(self, accepted=self.accepted | {project})
        left = (
            evolve(alias, projects=alias.projects - {project}) if alias.anon_id == anon_id else alias
            for alias in self.pending_aliases
        )
        return evolve(self, pending_aliases=tuple(alias for alias in left if alias.projects))

    def succeeded_by(self, fresh: str, installation: str, first_stamp: Stamp | None) -> "Ledger":
        """The ledger of a fresh id. It inherits the pending aliases and nothing else."""
        pending = self.pending_aliases
        if self.claimed_by and self._waiting:
            pending += (PendingAlias(self.anon_id, self.claimed_by, self._waiting),)
        return Ledger(fresh, installation, first_stamp, last_stamp=first_stamp, pending_aliases=pending)

    @property
    def _waiting(self) -> frozenset[str]:
        """Projects that have events of this id and have not accepted its alias."""
        return self.reached - self.accepted
