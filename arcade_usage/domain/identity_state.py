"""What one look at the config folder tells: identity, ledger and credentials stamp, and how they change.

Owns the invariant that identity and ledger change together.
"""

from attrs import evolve, frozen

from arcade_usage.domain.identity import Anonymous, Identity, Linked
from arcade_usage.domain.ledger import Ledger, Stamp


@frozen
class Malformed:
    """There is a file, and it does not say what it should."""


@frozen
class IdentityState:
    """usage.json and the ledger as read; None where there is no such file."""

    identity: Identity | Malformed | None
    ledger: Ledger | Malformed | None

    @property
    def anon_id(self) -> str | None:
        return self.identity.anon_id if isinstance(self.identity, Anonymous | Linked) else None

    @property
    def is_consistent(self) -> bool:
        """Whether there is a ledger about this very id, or none at all: else somebody else wrote here."""
        if self.ledger is None:
            return self.anon_id is not None
        return isinstance(self.ledger, Ledger) and self.ledger.anon_id == self.anon_id

    @property
    def matching_ledger(self) -> Ledger | None:
        """The ledger, where it is about this id."""
        return self.ledger if isinstance(self.ledger, Ledger) and self.is_consistent else None

    @property
    def never_logged_in(self) -> bool:
        """No credentials were ever there when this id was used. An older CLI's file can't tell."""
        ledger = self.matching_ledger
        never = ledger is not None and ledger.never_had_credentials and ledger.last_stamp is None
        return never and not isinstance(self.identity, Linked)

    @property
    def as_made(self) -> "IdentityState | None":
        """The first identity of this folder as it was made; None where another one has followed it."""
        ledger = self.matching_ledger
        return (
            make_first(ledger.anon_id, ledger.installation) if ledger is not None and ledger.first else None
        )

    def logged_out(self, fresh: str, here: str, *, had_credentials: bool) -> "IdentityState":
        """After a logout. `had_credentials`: whether there were any when it began.

        An id that was never used with any stays, if there were not: there is nobody to be separated from.
        """
        if self.identity is None or (self.never_logged_in and not had_credentials):
            return self
        return self.rotated(fresh, here)

    def rotated(self, fresh: str, here: str, first_stamp: Stamp | None = None) -> "IdentityState":
        """A fresh anonymous identity born `here`, first used with the credentials of `seen`."""
        identity = (
            self.identity.rotate(fresh) if isinstance(self.identity, Anonymous | Linked) else Anonymous(fresh)
        )
        past = self.ledger if isinstance(self.ledger, Ledger) else None
        return IdentityState(
            identity,
            past.succeeded_by(fresh, here, first_stamp) if past else Ledger(fresh, here, first_stamp),
        )

    def used_for(self, project: str, stamp: Stamp | None, here: str) -> "IdentityState":
        """With the account of an event that is being recorded: adopts an older CLI's file that has none.

        A linked file without ledger and credentials stays as it is: there is nothing to note about it
        that would not look like a logout behind its back the next time.
        """
        if self.anon_id is None or not self.is_consistent:
            return self
        ledger = self.matching_ledger
        if ledger is None:
            if isinstance(self.identity, Linked) and stamp is None:
                return self
            ledger = Ledger(self.anon_id, here)
        return evolve(self, ledger=ledger.used_for(project, stamp))

    def claimed(self, principal_id: str, here: str) -> "IdentityState":
        """With the claim that has to be on disk before an alias is tried. Raises AlreadyLinkedError."""
        ledger = self.matching_ledger or Ledger(self._current().anon_id, here)
        return evolve(self, ledger=ledger.claimed(principal_id))

    def accepted(self, principal_id: str, project: str, stamp: Stamp | None) -> "IdentityState":
        """After `sink` took the claimed alias: linked, unless somebody else wrote here in the meantime."""
        ledger = self.matching_ledger
        if ledger is None or ledger.claimed_by != principal_id:
            return self
        identity = self._current()
        if not (isinstance(identity, Linked) and identity.principal_id != principal_id):
            identity = identity.link(principal_id)
        return IdentityState(identity, ledger.confirmed_by(project, stamp))

    def alias_accepted(self, anon_id: str, project: str) -> "IdentityState":
        """After `sink` accepted an alias that was owed."""
        if not isinstance(self.ledger, Ledger):
            return self
        return evolve(self, ledger=self.ledger.alias_accepted(anon_id, project))

    def _current(self) -> Identity:
        if not isinstance(self.identity, Anonymous | Linked):
            raise ValueError("there is no identity to change")  # noqa: TRY004 - no type of an argument
        return self.identity


def make_first(anon_id: str, here: str) -> IdentityState:
    """The first identity of a folder."""
    return IdentityState(Anonymous(anon_id), Ledger(anon_id, here, first=True))


@frozen
class Snapshot:
    """What is known, and which credentials lie beside it, at one moment."""

    state: IdentityState
    stamp: Stamp | None

    def is_forgotten(self, now: IdentityState) -> bool:
        """Whether the identity that this was made under was erased since: nothing may go out under it."""
        return self.state.identity is not None and now.identity is None

    def missed_credentials(self, later: "Snapshot") -> bool:
        """Whether credentials came and went between two looks that found none: the ledger tells."""
        before, after = self.state.matching_ledger, later.state.matching_ledger
        return (
            self.stamp is None
            and after is not None
            and after.last_stamp != (before.last_stamp if before else None)
        )

    def holds_until(self, later: "Snapshot") -> bool:
        """Whether what was done between the two was done by whom both tell of.

        An id is never taken up again and a stamp never comes back, so what is equal at both ends was so
        all the time. A link made meanwhile is that of the same credentials.
        """
        identity, now = self.state.identity, later.state.identity
        same = self.state.anon_id == later.state.anon_id and self.stamp == later.stamp
        same = same and not self.missed_credentials(later)
        return same and (identity == now or isinstance(identity, Anonymous))
