"""A preview: the event as it would be sent, and as whom, with nothing sent, asked or written."""

from arcade_usage.application.console.preview import Preview, Previewer
from arcade_usage.domain.persons import PERSONLESS
from arcade_usage.domain.prediction import PreviewedIdentity
from arcade_usage.domain.project import Project
from tests.unit.application.simulation import SINK, Simulation


class _Named(Project):
    """A sink whose key is the one that the simulation's deliveries use."""

    @property
    def key(self) -> str:
        return SINK


POSTHOG = _Named("https://posthog.example", "phc_sample")


def preview(simulation: Simulation) -> Preview:
    previewer = Previewer(
        simulation.store, simulation.cloud, simulation.posthog, simulation.clock, simulation.ids
    )
    before = (simulation.store.state, simulation.posthog.calls, simulation.cloud.look_ups)
    made = previewer.preview(simulation.event("next"), previewer.take_snapshot(), POSTHOG)
    assert before == (simulation.store.state, simulation.posthog.calls, simulation.cloud.look_ups)
    assert simulation.outbox.queue.pending() == []
    return made


def test_an_anonymous_event_is_shown_under_its_id() -> None:
    """With the mark that keeps PostHog from making a profile."""
    simulation = Simulation()
    simulation.run("earlier")
    made = preview(simulation)
    assert (made.whose, made.message["distinct_id"]) == (PreviewedIdentity.ANONYMOUS, simulation.anon_id)
    assert made.message["properties"] == {PERSONLESS: False}


def test_a_linked_one_is_shown_under_the_account() -> None:
    """Without that mark."""
    simulation = Simulation()
    simulation.log_in("alice")
    made = preview(simulation)
    assert (made.whose, made.message["distinct_id"]) == (PreviewedIdentity.PRINCIPAL, "alice")
    assert made.message["properties"] == {}


def test_what_only_arcade_cloud_can_tell_is_shown_as_open() -> None:
    """No id is claimed that might not be it, and no mark that depends on it."""
    simulation = Simulation()
    simulation.run("earlier")
    simulation.switch_to("alice")
    made = preview(simulation)
    assert (made.whose, made.message["distinct_id"]) == (PreviewedIdentity.ASKING, None)
    assert made.message["properties"] == {}


def test_before_the_first_command_it_is_a_new_id() -> None:
    """None is made by looking."""
    simulation = Simulation()
    made = preview(simulation)
    assert made.whose is PreviewedIdentity.NEW
    assert simulation.store.state.identity is None
