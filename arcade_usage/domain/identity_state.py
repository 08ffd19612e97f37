"""The stored identity, its ledger and the credentials stamp, and their transitions.

Invariant: identity and ledger change together.
"""

from collections.abc import Mapping

from attrs import evolve, field, frozen

from arcade_usage.domain.identity import Anonymous, Identity, Linked
from arcade_usage.domain.ledger import Ledger, Stamp


@frozen
class Malformed:
    """The file exists, but its content is not valid."""


@frozen
class NewerLedger:
    """A ledger that a newer version of the library wrote; `content`: its JSON object as read."""

    content: Mapping[str, object] = field(hash=False)


@frozen
class IdentityState:
    """usage.json and the ledger as read; None if the file is missing."""

    identity: Identity | Malformed | None
    ledger: Ledger | Malformed | NewerLedger | None

    @property
    def anon_id(self) -> str | None:
        return self.identity.anon_id if isinstance(self.identity, Identity) else None

    @property
    def is_consistent(self) -> bool:
        """Whether the ledger is about this identity or missing; else another program wrote here."""
        if self.ledger is None:
            return self.anon_id is not None
        return isinstance(self.ledger, Ledger) and self.ledger.anon_id == self.anon_id

    @property
    def matching_ledger(self) -> Ledger | None:
        """The ledger if it is about this identity, else None."""
        return self.ledger if isinstance(self.ledger, Ledger) and self.is_consistent else None

    @property
    def never_logged_in(self) -> bool:
        """Whether this id was never used with credentials; False for an older CLI's file without ledger."""
        ledger = self.matching_ledger
        never = ledger is not None and ledger.never_had_credentials and ledger.last_stamp is None
        return never and not isinstance(self.identity, Linked)

    @property
    def as_made(self) -> "IdentityState | None":
        """The folder's first identity in its initial state; None if this identity is not the first."""
        ledger = self.matching_ledger
        if ledger is None or not ledger.first:
            return None
        return make_first(ledger.anon_id, ledger.installation)

    def logged_out(self, fresh: str, here: str, *, had_credentials: bool) -> "IdentityState":
        """The state after a logout. `had_credentials`: whether there were any when it began.

        An id that was never used with credentials stays: no principal's events have to be separated.
        """
        if self.identity is None or (self.never_logged_in and not had_credentials):
            return self
        rotated = self.rotated(fresh, here)
        # A newer version starts over when its ledger is about another id than usage.json.
        return evolve(rotated, ledger=self.ledger) if isinstance(self.ledger, NewerLedger) else rotated

    def rotated(self, fresh: str, here: str, first_stamp: Stamp | None = None) -> "IdentityState":
        """A fresh anonymous identity of installation `here`, first used with `first_stamp`'s credentials."""
        known = self.identity
        identity = known.rotate(fresh) if isinstance(known, Identity) else Anonymous(fresh)
        past = self.ledger if isinstance(self.ledger, Ledger) else None
        return IdentityState(
            identity,
            past.succeeded_by(fresh, here, first_stamp) if past else Ledger(fresh, here, first_stamp),
        )

    def used_for(self, project: str, stamp: Stamp | None, here: str) -> "IdentityState":
        """The state after an event was recorded; creates the ledger if an older CLI's file has none.

        A linked identity without ledger and credentials stays unchanged: a ledger without a stamp would make
        the next command see a logout outside the tool.
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
        """With the claim that must be stored before the alias is sent. Raises AlreadyLinkedError."""
        ledger = self.matching_ledger or Ledger(self._current().anon_id, here)
        return evolve(self, ledger=ledger.claimed(principal_id))

    def accepted(self, principal_id: str, project: str, stamp: Stamp | None) -> "IdentityState":
        """Linked, after `project` accepted the alias. Unchanged if another process changed the claim."""
        ledger = self.matching_ledger
        if ledger is None or ledger.claimed_by != principal_id:
            return self
        identity = self._current()
        if not (isinstance(identity, Linked) and identity.principal_id != principal_id):
            identity = identity.link(principal_id)
        return IdentityState(identity, ledger.confirmed_by(project, stamp))

    def alias_accepted(self, anon_id: str, project: str) -> "IdentityState":
        """After `project` accepted a pending alias."""
        if not isinstance(self.ledger, Ledger):
            return self
        return evolve(self, ledger=self.ledger.alias_accepted(anon_id, project))

    def _current(self) -> Identity:
        if not isinstance(self.identity, Identity):
            raise ValueError("there is no identity to change")  # noqa: TRY004 - no type of an argument
        return self.identity


def make_first(anon_id: str, here: str) -> IdentityState:
    """The initial state of a folder's first identity."""
    return IdentityState(Anonymous(anon_id), Ledger(anon_id, here, first=True))


@frozen
class Snapshot:
    """Identity state and credentials stamp at one moment.

    context: the name of the credentials' context; None: the active one.
    """

    state: IdentityState
    stamp: Stamp | None
    context: str | None = None

    def is_forgotten(self, now: IdentityState) -> bool:
        """Whether the identity was erased after this snapshot; its events must not be sent.

        A folder gets a first identity only while it has none: another first one has followed an erasure,
        unless the ledger named it before. Then an older CLI replaced usage.json alone, and a link that was
        under way brought the id back.
        """
        if self.state.identity is None or now.identity is None:
            return self.state.identity is not None
        ledger = self.state.ledger
        known = (self.state.anon_id, ledger.anon_id if isinstance(ledger, Ledger) else None)
        return self.state.anon_id is not None and now.anon_id not in known and now.as_made is not None

    def missed_credentials(self, later: "Snapshot") -> bool:
        """Whether the ledger shows credentials that existed only between the two snapshots."""
        if isinstance(later.state.ledger, NewerLedger):  # unreadable here: any change may be that
            return self.state.ledger != later.state.ledger
        before, after = self.state.matching_ledger, later.state.matching_ledger
        return (
            self.stamp is None
            and after is not None
            and after.last_stamp != (before.last_stamp if before else None)
        )

    def holds_until(self, later: "Snapshot") -> bool:
        """Whether identity and credentials stayed the same between the two snapshots.

        An anonymous id is never reused and a stamp never recurs, so equal values at both ends were equal
        throughout. A link made in between belongs to the same credentials.
        """
        identity, now = self.state.identity, later.state.identity
        same = self.state.anon_id == later.state.anon_id and self.stamp == later.stamp
        same = same and not self.missed_credentials(later)
        return same and (identity == now or isinstance(identity, Anonymous))

    def may_be_refreshed(self, later: "Snapshot") -> bool:
        """Whether the credentials were replaced, and nothing else: those from before are confirmed.

        If the later ones are of the same principal, so is what happened in between.
        """
        identity, ledger = self.state.identity, self.state.matching_ledger
        return (
            isinstance(identity, Linked)
            and identity == later.state.identity
            and later.stamp is not None
            and ledger is not None
            and ledger.principal_for(self.stamp) == identity.principal_id
        )
