"""The verdicts on an event, and the possible results of a principal look-up.

Invariant: an Attribution in a record is only a distinct id and a flag, so later knowledge can't change it.
"""

from attrs import field, frozen

from arcade_usage.domain.identity import is_anonymous_id, is_principal_id


@frozen
class Found:
    """The Cloud API named this principal for the stored credentials."""

    principal_id: str


@frozen
class Rejected:
    """A definite result without a principal: no usable credentials, or they were refused (401, 403).

    `reason`: message for users; it doesn't affect the verdict.
    """

    reason: str = field(default="the stored credentials name no account: log in again", eq=False)


@frozen
class NoAnswer:
    """The Cloud API could not be reached, or its response was unusable. `reason`: message for users."""

    reason: str = field(default="Arcade Cloud did not name the account of the stored credentials", eq=False)


Answer = Found | Rejected | NoAnswer


@frozen
class Principal:
    """The event belongs to this principal; the alias was accepted."""

    principal_id: str


@frozen
class AnonymousId:
    """The event belongs to this anonymous id, which may be linked later."""

    anon_id: str


@frozen
class Unattributable:
    """The event can't be attributed: it is sent under a one-off id that is never aliased."""


@frozen
class Wait:
    """The verdict can't be given yet; judge again later."""


Verdict = Principal | AnonymousId | Unattributable


@frozen
class Attribution:
    """A verdict as stored: the distinct id, and whether PostHog must not create a person profile."""

    distinct_id: str = field()
    personless: bool

    @distinct_id.validator
    def _validate_distinct_id(self, _: object, value: object) -> None:
        if not (is_anonymous_id(value) if self.personless else is_principal_id(value)):
            raise ValueError("not the distinct id of an event")


def attribute(verdict: Verdict, one_off: str) -> Attribution:
    """Converts a verdict for storage. `one_off`: a fresh id, used for an unattributable event."""
    if isinstance(verdict, Principal):
        return Attribution(verdict.principal_id, personless=False)
    if isinstance(verdict, AnonymousId):
        return Attribution(verdict.anon_id, personless=True)
    return Attribution(one_off, personless=True)
