"""What is known about the current anonymous id: where it was born, who used it, whom it was claimed for.

Owns the invariant that an anonymous id is claimed for one principal, for good: the claim is made
before the first alias is tried, because an alias may take effect though its reply is lost.
"""

from collections.abc import Iterable
from typing import Protocol

from attrs import evolve, field, frozen
from attrs.validators import optional

from arcade_usage.domain.identity import AlreadyLinkedError, Linked, anonymous_id, principal_id


class StatResult(Protocol):
    """What of os.stat_result a stamp is made from."""

    @property
    def st_dev(self) -> int: ...
    @property
    def st_ino(self) -> int: ...
    @property
    def st_size(self) -> int: ...
    @property
    def st_mtime_ns(self) -> int: ...
    @property
    def st_ctime_ns(self) -> int: ...


PENDING_ALIASES_LIMIT = 10  # retired ids whose alias is still owed; the oldest goes first


@frozen
class Stamp:
    """Which credentials.yaml that was: one stat of it. Two stamps are equal when the file was not touched."""

    device: int
    inode: int
    size: int  # bytes
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: StatResult) -> "Stamp":
        """`status`: what os.stat returns."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@frozen
class PendingAlias:
    """An alias that some sinks have not accepted yet, of an id that is retired."""

    anon_id: str = field(validator=anonymous_id)
    principal_id: str = field(validator=principal_id)
    projects: frozenset[str]


def _bounded(pending_aliases: Iterable[PendingAlias]) -> tuple[PendingAlias, ...]:
    return tuple(pending_aliases)[-PENDING_ALIASES_LIMIT:]


@frozen
class Ledger:
    """The account of `anon_id`; the module's docstring says what for.

    `born`: fingerprint of the installation that it was made in. `seen`: the first stamp it was used with.
    `latest`: the last one.
    `reached`: the sinks (Project.key) that events of it were recorded for. `claim`: the principal an
    alias was ever tried for. `accepted`: the sinks that took that alias. `confirmed`: the stamp under
    which a look-up last named the claim. `owed`: aliases of retired ids that are still to be sent.
    `first`: this is known to be the first identity of its folder.
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
        """No credentials were ever there when this id was used."""
        return self.first_stamp is None and self.claimed_by is None

    def principal_for(self, stamp: Stamp | None) -> str | None:
        """The principal that a look-up named for the credentials with this stamp, where one did."""
        return self.claimed_by if stamp is not None and stamp == self.confirmed else None

    @property
    def undisputed(self) -> bool:
        """The claim was confirmed for the credentials that this id was last used with."""
        return self.confirmed is not None and self.confirmed == self.last_stamp

    def used_for(self, project: str, stamp: Stamp | None) -> "Ledger":
        """With word of an event: of where it goes, and of the credentials that it was made with."""
        first_stamp = stamp if self.never_had_credentials else self.first_stamp
        return evolve(
            self,
            first_stamp=first_stamp,
            last_stamp=stamp or self.last_stamp,
            reached=self.reached | {project},
        )

    def vouches_for(self, linked: Linked, project: str) -> bool:
        """Whether `sink` accepted the alias that this link stands for."""
        return (self.anon_id, self.claimed_by) == (
            linked.anon_id,
            linked.principal_id,
        ) and project in self.accepted

    def claimed(self, principal_id: str) -> "Ledger":
        """With the claim written. Raises AlreadyLinkedError where it is somebody else's."""
        if self.claimed_by not in (None, principal_id):
            raise AlreadyLinkedError("claimed for another principal: rotate first")
        return evolve(self, claimed_by=principal_id)

    def confirmed_by(self, project: str, stamp: Stamp | None) -> "Ledger":
        """After `sink` accepted the alias to the claim that the credentials with this stamp name."""
        return evolve(self.used_for(project, stamp), accepted=self.accepted | {project}, confirmed=stamp)

    def aliases_due(self, project: str) -> tuple[tuple[str, str], ...]:
        """The aliases (id, principal) that this sink has not accepted yet, this id's own among them."""
        retired = tuple(
            (debt.anon_id, debt.principal_id) for debt in self.pending_aliases if project in debt.projects
        )
        return (
            (*retired, (self.anon_id, self.claimed_by))
            if self.claimed_by and project in self._waiting
            else retired
        )

    def alias_accepted(self, anon_id: str, project: str) -> "Ledger":
        """After `sink` accepted an alias that was owed. Says nothing of whom the credentials of now name."""
        if anon_id == self.anon_id:
            return evolve(self, accepted=self.accepted | {project})
        left = (
            evolve(debt, projects=debt.projects - {project}) if debt.anon_id == anon_id else debt
            for debt in self.pending_aliases
        )
        return evolve(self, pending_aliases=tuple(debt for debt in left if debt.projects))

    def succeeded_by(self, fresh: str, installation: str, first_stamp: Stamp | None) -> "Ledger":
        """The ledger of a fresh id. It inherits what is owed and nothing else."""
        pending = (
            (PendingAlias(self.anon_id, self.claimed_by, self._waiting),)
            if self.claimed_by and self._waiting
            else ()
        )
        return Ledger(
            fresh,
            installation,
            first_stamp,
            last_stamp=first_stamp,
            pending_aliases=self.pending_aliases + pending,
        )

    @property
    def _waiting(self) -> frozenset[str]:
        """The sinks that have events of this id, and have not accepted its alias."""
        return self.reached - self.accepted
