"""The possible answers to: whose event is it, and whom do the stored credentials name.

Owns the invariant that a verdict, once frozen into a record, is a distinct id and a mark; nothing in it
can change with what is learnt later.
"""

from attrs import field, frozen

from arcade_usage.domain.identity import is_anonymous_id, is_principal_id


@frozen
class Found:
    """The Cloud API names this principal for the stored credentials."""

    principal_id: str


@frozen
class Rejected:
    """A definite no: there are no credentials that could name anybody, or they were refused (401, 403).

    `reason`: why, for people to read; it makes no difference to a verdict.
    """

    reason: str = field(default="the stored credentials name no account: log in again", eq=False)


@frozen
class NoAnswer:
    """The Cloud API could not be asked, or said something that is no answer. `reason`: as with Nobody."""

    reason: str = field(default="Arcade Cloud did not say whose the stored credentials are", eq=False)


Answer = Found | Rejected | NoAnswer


@frozen
class Principal:
    """The event is this principal's; their alias was accepted."""

    principal_id: str


@frozen
class AnonymousId:
    """The event is that of whoever this anonymous id turns out to be."""

    anon_id: str


@frozen
class Unattributable:
    """The event is nobody's: it goes out under a one-off id that is never aliased."""


@frozen
class Wait:
    """It can't be told yet; ask again later."""


Verdict = Principal | AnonymousId | Unattributable


@frozen
class Attribution:
    """A verdict as it is frozen: the event's distinct id, and whether PostHog may make a profile for it."""

    distinct_id: str = field()
    personless: bool

    @distinct_id.validator
    def _names_one(self, _: object, value: object) -> None:
        if not (is_anonymous_id(value) if self.personless else is_principal_id(value)):
            raise ValueError("not the distinct id of an event")


def attribute(verdict: Verdict, one_off: str) -> Attribution:
    """Freeze a verdict. `one_off` is a fresh id, for the event that is nobody's."""
    if isinstance(verdict, Principal):
        return Attribution(verdict.principal_id, personless=False)
    if isinstance(verdict, AnonymousId):
        return Attribution(verdict.anon_id, personless=True)
    return Attribution(one_off, personless=True)
