"""What is known about the current anonymous id: where it was born, who used it, whom it was claimed for.

Owns the invariant that an anonymous id is claimed for one principal, for good: the claim is made
before the first alias is tried, because an alias may take effect though its reply is lost.
"""

from collections.abc import Iterable

from attrs import evolve, field, frozen
from attrs.validators import optional

from arcade_usage.domain.identity import AlreadyLinkedError, Linked, anonymous_id, principal_id

OWED_LIMIT = 10  # retired ids whose alias is still owed; the oldest goes first


@frozen
class Stamp:
    """Which credentials.yaml that was: one stat of it. Two stamps are equal when the file was not touched."""

    device: int
    inode: int
    size: int  # bytes
    mtime_ns: int
    ctime_ns: int


@frozen
class Owed:
    """An alias that some sinks have not accepted yet, of an id that is retired."""

    anon_id: str = field(validator=anonymous_id)
    principal_id: str = field(validator=principal_id)
    sinks: frozenset[str]


def _bounded(owed: Iterable[Owed]) -> tuple[Owed, ...]:
    return tuple(owed)[-OWED_LIMIT:]


@frozen
class Ledger:
    """The account of `anon_id`; the module's docstring says what for.

    `born`: fingerprint of the installation that it was made in. `seen`: the first stamp it was used with.
    `latest`: the last one.
    `reached`: the sinks (Sink.key) that events of it were recorded for. `claim`: the principal an
    alias was ever tried for. `accepted`: the sinks that took that alias. `confirmed`: the stamp under
    which a look-up last named the claim. `owed`: aliases of retired ids that are still to be sent.
    `first`: this is known to be the first identity of its folder.
    """

    anon_id: str = field(validator=anonymous_id)
    born: str
    seen: Stamp | None = None
    reached: frozenset[str] = frozenset()
    claim: str | None = field(default=None, validator=optional(principal_id))
    accepted: frozenset[str] = frozenset()
    confirmed: Stamp | None = None
    latest: Stamp | None = None
    owed: tuple[Owed, ...] = field(default=(), converter=_bounded)
    first: bool = False

    @property
    def untouched(self) -> bool:
        """No credentials were ever there when this id was used."""
        return self.seen is None and self.claim is None

    def names(self, stamp: Stamp | None) -> str | None:
        """The principal that a look-up named for the credentials with this stamp, where one did."""
        return self.claim if stamp is not None and stamp == self.confirmed else None

    @property
    def undisputed(self) -> bool:
        """The claim was confirmed for the credentials that this id was last used with."""
        return self.confirmed is not None and self.confirmed == self.latest

    def noted(self, sink: str, stamp: Stamp | None) -> "Ledger":
        """With word of an event: of where it goes, and of the credentials that it was made with."""
        seen = stamp if self.untouched else self.seen
        return evolve(self, seen=seen, latest=stamp or self.latest, reached=self.reached | {sink})

    def vouches_for(self, linked: Linked, sink: str) -> bool:
        """Whether `sink` accepted the alias that this link stands for."""
        return (self.anon_id, self.claim) == (linked.anon_id, linked.principal_id) and sink in self.accepted

    def claimed(self, principal_id: str) -> "Ledger":
        """With the claim written. Raises AlreadyLinkedError where it is somebody else's."""
        if self.claim not in (None, principal_id):
            raise AlreadyLinkedError("claimed for another principal: rotate first")
        return evolve(self, claim=principal_id)

    def confirmed_by(self, sink: str, stamp: Stamp | None) -> "Ledger":
        """After `sink` accepted the alias to the claim that the credentials with this stamp name."""
        return evolve(self.noted(sink, stamp), accepted=self.accepted | {sink}, confirmed=stamp)

    def owes(self, sink: str) -> tuple[tuple[str, str], ...]:
        """The aliases (id, principal) that this sink has not accepted yet, this id's own among them."""
        retired = tuple((debt.anon_id, debt.principal_id) for debt in self.owed if sink in debt.sinks)
        return (*retired, (self.anon_id, self.claim)) if self.claim and sink in self._waiting else retired

    def settled(self, anon_id: str, sink: str) -> "Ledger":
        """After `sink` accepted an alias that was owed. Says nothing of whom the credentials of now name."""
        if anon_id == self.anon_id:
            return evolve(self, accepted=self.accepted | {sink})
        left = (
            evolve(debt, sinks=debt.sinks - {sink}) if debt.anon_id == anon_id else debt for debt in self.owed
        )
        return evolve(self, owed=tuple(debt for debt in left if debt.sinks))

    def succeeded_by(self, fresh: str, born: str, seen: Stamp | None) -> "Ledger":
        """The ledger of a fresh id. It inherits what is owed and nothing else."""
        debts = (Owed(self.anon_id, self.claim, self._waiting),) if self.claim and self._waiting else ()
        return Ledger(fresh, born, seen, latest=seen, owed=self.owed + debts)

    @property
    def _waiting(self) -> frozenset[str]:
        """The sinks that have events of this id, and have not accepted its alias."""
        return self.reached - self.accepted
