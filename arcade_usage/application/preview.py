"""Shows an event as it would be sent, and as whom; nothing is sent, asked or written."""

from collections.abc import Callable, Mapping

from attrs import frozen

from arcade_usage.application.ports import Clock, IdentityStore, Ids, PrincipalApi
from arcade_usage.domain.attribution import Case
from arcade_usage.domain.event import Event
from arcade_usage.domain.forecast import Whose, foresee
from arcade_usage.domain.known import Snapshot
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.sink import Sink
from arcade_usage.domain.verdict import Attribution


@frozen
class Preview:
    """`message`: the event as PostHog would get it; no distinct id where Arcade Cloud is asked first."""

    sink: Sink
    whose: Whose
    message: Mapping[str, object]


@frozen
class Previewer:
    """`show` gives the message that the analytics sink makes of an event and its attribution."""

    store: IdentityStore
    principal_api: PrincipalApi
    show: Callable[[Event, Attribution], Mapping[str, object]]
    clock: Clock
    ids: Ids

    def look(self) -> Snapshot:
        """What the next command would see. Raises StoreError."""
        return Snapshot(self.store.current(), self.principal_api.stamp())

    def preview(self, event: Event, snapshot: Snapshot, sink: Sink, *, is_logout: bool = False) -> Preview:
        """Raises StoreError. Blocks: on two small files."""
        age = self.clock.time() - event.timestamp.timestamp()
        case = Case(snapshot, self.look(), sink.key, self.store.here, is_logout, age)
        one_off = self.ids.fresh()
        forecast = foresee(case, self.ids.fresh(), one_off)
        message = dict(self.show(event, forecast.attribution or Attribution(one_off, personless=True)))
        if forecast.attribution is None:
            properties = message["properties"]
            known = properties.items() if isinstance(properties, Mapping) else ()
            message["distinct_id"] = None
            message["properties"] = {name: value for name, value in known if name != PERSONLESS}
        return Preview(sink, forecast.whose, message)
