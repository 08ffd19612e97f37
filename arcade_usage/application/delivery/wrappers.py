"""Wrappers of the ports that use the network: they read the opt-out before each request, or count deliveries.

Owns the invariant that no request is made once tracking is off, also with a tool's own adapters.
"""

from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from arcade_usage.application.errors import NotAcceptedError, PartlyAcceptedError
from arcade_usage.application.ports import AnalyticsSink, OptOut, PrincipalApi, Progress, Switch
from arcade_usage.domain.consent import WITHOUT_ERRORS
from arcade_usage.domain.event import Event
from arcade_usage.domain.ledger import Stamp
from arcade_usage.domain.record import Record
from arcade_usage.domain.verdict import Answer, Attribution, NoAnswer

_OFF = "tracking was turned off"


@frozen
class SwitchedPrincipalApi:
    """A principal API that makes no request once tracking is off."""

    api: PrincipalApi
    opt_out: OptOut

    def in_context(self, context: str | None) -> "SwitchedPrincipalApi":
        """The API for a context; the same one if a tool's own API knows none.

        Asks its class: an API that passes unknown names on to the default one would be replaced by that.
        """
        if not hasattr(type(self.api), "in_context"):
            return self
        return evolve(self, api=self.api.in_context(context))  # type: ignore[attr-defined] # it has it

    def stamp(self) -> Stamp | None:
        return self.api.stamp()

    def look_up(self) -> tuple[Stamp | None, Answer]:
        return self.api.look_up() if self.opt_out.is_on() else (self.api.stamp(), NoAnswer(_OFF))


@frozen
class SwitchedSink:
    """An analytics sink that sends nothing once tracking is off, and no error text if the user wants none."""

    sink: AnalyticsSink
    switch: Switch

    def alias(self, anon_id: str, principal_id: str) -> None:
        self._check()
        self.sink.alias(anon_id, principal_id)

    def capture(self, records: Sequence[Record]) -> None:
        self._check()
        if self.switch.level() == WITHOUT_ERRORS:  # records from before the choice may have the text
            records = [evolve(record, event=record.event.without_error_text()) for record in records]
        self.sink.capture(records)

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        return self.sink.preview(event, attribution)

    def _check(self) -> None:
        if not self.switch.is_on():
            raise NotAcceptedError(_OFF)


@frozen
class CountingSink:
    """An analytics sink that shows its progress."""

    sink: AnalyticsSink
    progress: Progress

    def alias(self, anon_id: str, principal_id: str) -> None:
        self.sink.alias(anon_id, principal_id)

    def capture(self, records: Sequence[Record]) -> None:
        try:
            self.sink.capture(records)
        except PartlyAcceptedError as error:
            self.progress.delivered(len(error.accepted))
            raise
        self.progress.delivered(len(records))

    def preview(self, event: Event, attribution: Attribution) -> Mapping[str, object]:
        return self.sink.preview(event, attribution)
