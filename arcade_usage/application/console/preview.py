"""`show`: builds the next event and its identity without sending, asking or writing anything."""

from collections.abc import Mapping

from attrs import frozen

from arcade_usage.application.ports import AnalyticsSink, Clock, IdentityStore, IdGenerator, PrincipalApi
from arcade_usage.domain.attribution import Case
from arcade_usage.domain.event import Event
from arcade_usage.domain.identity_state import Snapshot
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.prediction import PreviewedIdentity, predict
from arcade_usage.domain.project import Project
from arcade_usage.domain.verdict import Attribution


@frozen
class Preview:
    """An event that is not sent.

    message: the message to PostHog; its distinct id is None if Arcade Cloud has to be asked first.
    """

    project: Project
    whose: PreviewedIdentity
    message: Mapping[str, object]


@frozen
class Previewer:
    """Builds the message of the next event, and predicts its identity. Sends and changes nothing."""

    store: IdentityStore
    principal_api: PrincipalApi
    sink: AnalyticsSink
    clock: Clock
    ids: IdGenerator

    def take_snapshot(self) -> Snapshot:
        """The snapshot that the next command would take. Raises StoreError."""
        return Snapshot(self.store.current(), self.principal_api.stamp())

    def preview(
        self, event: Event, snapshot: Snapshot, project: Project, *, is_logout: bool = False
    ) -> Preview:
        """Build the preview of an event. Raises StoreError, NotAcceptedError. Blocks: on two small files."""
        age = self.clock.time() - event.timestamp.timestamp()
        case = Case(snapshot, self.take_snapshot(), project.key, self.store.here, is_logout, age)
        one_off = self.ids.new()
        forecast = predict(case, self.ids.new(), one_off)
        message = dict(
            self.sink.preview(event, forecast.attribution or Attribution(one_off, personless=True))
        )
        if forecast.attribution is None:
            properties = message["properties"]
            items = properties.items() if isinstance(properties, Mapping) else ()
            message["distinct_id"] = None
            message["properties"] = {name: value for name, value in items if name != PERSONLESS}
        return Preview(project, forecast.whose, message)
