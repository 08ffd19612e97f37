"""The steps of `doctor` that use the network.

Owns the invariant that a checkup changes no identity: its event is personless and under an id that is used
once, and it repeats an alias only where this installation is linked to that very account already.
"""

from collections.abc import Iterator

from attrs import frozen

from arcade_usage.application.errors import (
    NotAcceptedError,
    StoreError,
    UnreachableError,
    UnsupportedSdkError,
)
from arcade_usage.application.ports import AnalyticsSink, Clock, IdentityStore, IdGenerator, PrincipalApi
from arcade_usage.domain.checkup import TEST_EVENT, Check, Result, Step
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity import Linked
from arcade_usage.domain.identity_state import IdentityState, Snapshot
from arcade_usage.domain.properties import moment
from arcade_usage.domain.record import Record
from arcade_usage.domain.status import shorten
from arcade_usage.domain.verdict import Attribution, Found

_ACCEPTED = (
    f'accepted: look for "{TEST_EVENT}" in the project. PostHog accepts unknown tokens too: if the event is'
    " missing, check that token and host are of the same project and region (us.i or eu.i.posthog.com)"
)


@frozen
class NetworkCheckup:
    """Asks Arcade Cloud and sends to the PostHog project at `host`. The ports read the switch."""

    host: str
    store: IdentityStore
    principal_api: PrincipalApi
    sink: AnalyticsSink
    clock: Clock
    ids: IdGenerator

    def run(self) -> Iterator[Step]:
        """Each step as soon as it is done. Blocks: as long as the ports' requests."""
        account, principal_id = self._ask_account()
        yield account
        posthog, event = self._send_event()
        yield posthog
        yield event
        yield self._repeat_alias(principal_id, reached=event.result is Result.OK)

    def _ask_account(self) -> tuple[Step, str | None]:
        stamp, answer = self.principal_api.look_up()
        if stamp is None:
            text = "no credentials are stored, so events are anonymous"
            return Step(Check.ACCOUNT, Result.OK, text), None
        if isinstance(answer, Found):
            text = f"the stored credentials are of account {shorten(answer.principal_id)}"
            return Step(Check.ACCOUNT, Result.OK, text), answer.principal_id
        return Step(Check.ACCOUNT, Result.FAILED, answer.reason), None

    def _send_event(self) -> tuple[Step, Step]:
        event = Event(self.ids.new(), TEST_EVENT, moment(self.clock.time()), {})
        record = Record(
            event,
            Snapshot(IdentityState(None, None), None),
            attribution=Attribution(self.ids.new(), personless=True),
        )
        try:
            self.sink.capture([record])
        except UnreachableError as error:
            return self._step(Check.POSTHOG, Result.FAILED, str(error)), self._not_sent(Check.EVENT)
        except UnsupportedSdkError as error:
            return self._not_sent(Check.POSTHOG), self._step(Check.EVENT, Result.FAILED, str(error))
        except NotAcceptedError as error:
            return self._answers(), self._step(Check.EVENT, Result.FAILED, str(error))
        return self._answers(), self._step(Check.EVENT, Result.OK, _ACCEPTED)

    def _repeat_alias(self, principal_id: str | None, *, reached: bool) -> Step:
        if principal_id is None:
            return self._step(Check.LINK, Result.SKIPPED, "no account is known")
        if not reached:
            return self._not_sent(Check.LINK)
        try:
            state = self.store.current()
        except StoreError as error:
            return self._step(Check.LINK, Result.FAILED, str(error))
        identity, ledger, here = state.identity, state.matching_ledger, self.store.here
        if not isinstance(identity, Linked):
            text = "this installation is not linked to the account yet: the next command links it"
            return self._step(Check.LINK, Result.SKIPPED, text)
        claimed_by = ledger.claimed_by if ledger is not None and ledger.installation == here else None
        if not identity.principal_id == claimed_by == principal_id:
            text = "not repeated: the link that is stored here is not known to be of this account"
            return self._step(Check.LINK, Result.SKIPPED, text)
        try:
            self.sink.alias(identity.anon_id, principal_id)
        except NotAcceptedError as error:
            return self._step(Check.LINK, Result.FAILED, str(error))
        text = "accepted once more: this installation's random id belongs to the account"
        return self._step(Check.LINK, Result.OK, text)

    def _answers(self) -> Step:
        return self._step(Check.POSTHOG, Result.OK, f"answers at {self.host}")

    def _not_sent(self, check: Check) -> Step:
        return self._step(check, Result.SKIPPED, "not sent")

    def _step(self, check: Check, result: Result, text: str) -> Step:
        return Step(check, result, text, self.host)
