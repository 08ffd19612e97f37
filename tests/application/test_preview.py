"""A preview: the event as it would be sent, and as whom, with nothing sent, asked or written."""

from arcade_usage.application.console.preview import Preview, Previewer
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.prediction import PreviewedIdentity
from arcade_usage.domain.project import Project
from tests.application.world import SINK, World


class _Named(Project):
    """A sink whose key is the one that the world's deliveries use."""

    @property
    def key(self) -> str:
        return SINK


POSTHOG = _Named("https://posthog.example", "phc_sample")


def preview(world: World) -> Preview:
    previewer = Previewer(world.store, world.cloud, world.posthog, world.clock, world.ids)
    before = (world.store.state, world.posthog.calls, world.cloud.look_ups)
    made = previewer.preview(world.event("next"), previewer.take_snapshot(), POSTHOG)
    assert before == (world.store.state, world.posthog.calls, world.cloud.look_ups)
    assert world.outbox.queue.pending() == []
    return made


def test_an_anonymous_event_is_shown_under_its_id() -> None:
    """With the mark that keeps PostHog from making a profile."""
    world = World()
    world.run("earlier")
    made = preview(world)
    assert (made.whose, made.message["distinct_id"]) == (PreviewedIdentity.ANONYMOUS, world.anon_id)
    assert made.message["properties"] == {PERSONLESS: False}


def test_a_linked_one_is_shown_under_the_account() -> None:
    """Without that mark."""
    world = World()
    world.log_in("alice")
    made = preview(world)
    assert (made.whose, made.message["distinct_id"]) == (PreviewedIdentity.PRINCIPAL, "alice")
    assert made.message["properties"] == {}


def test_what_only_arcade_cloud_can_tell_is_shown_as_open() -> None:
    """No id is claimed that might not be it, and no mark that depends on it."""
    world = World()
    world.run("earlier")
    world.switch_to("alice")
    made = preview(world)
    assert (made.whose, made.message["distinct_id"]) == (PreviewedIdentity.ASKING, None)
    assert made.message["properties"] == {}


def test_before_the_first_command_it_is_a_new_id() -> None:
    """None is made by looking."""
    world = World()
    made = preview(world)
    assert made.whose is PreviewedIdentity.NEW
    assert world.store.state.identity is None
