"""Whether a notice is due: nothing is reported about a user who did not get it."""

from itertools import product

import pytest

from arcade_usage.domain.agents import AGENTS
from arcade_usage.domain.notice import Notice, NoticeState, decide

CI = {"CI": "true"}
AGENT = {AGENTS["codex"][0]: "1"}
STREAMS = list(product([False, True], repeat=2))


def decided(
    shown: bool,
    stderr: bool,
    stdout: bool,
    ci: bool = False,
    told_elsewhere: bool = False,
    *,
    agent: bool = False,
    shown_to_agent: bool = False,
) -> NoticeState:
    return decide(
        Notice("text", "link", told_elsewhere=told_elsewhere),
        shown=shown,
        shown_to_agent=shown_to_agent,
        stderr_is_terminal=stderr,
        stdout_is_terminal=stdout,
        environment={**(CI if ci else {}), **(AGENT if agent else {})},
    )


@pytest.mark.parametrize(("ci", "elsewhere"), list(product([False, True], repeat=2)))
def test_once_shown_it_is_not_due(ci: bool, elsewhere: bool) -> None:
    """Whatever the circumstances are now."""
    for stderr, stdout in product([False, True], repeat=2):
        assert decided(True, stderr, stdout, ci, elsewhere) is NoticeState.SHOWN


@pytest.mark.parametrize("elsewhere", [False, True])
def test_it_is_shown_to_a_person_only(elsewhere: bool) -> None:
    """Both streams are terminals, and no machine is at work; nowhere else is it shown."""
    assert decided(False, True, True, False, elsewhere) is NoticeState.SHOW
    others = [case for case in product([False, True], repeat=3) if case != (True, True, False)]
    states = {decided(False, stderr, stdout, ci, elsewhere) for stderr, stdout, ci in others}
    assert states <= {NoticeState.HELD_BACK, NoticeState.SHOWN_ELSEWHERE}


@pytest.mark.parametrize(("stderr", "stdout", "ci"), list(product([False, True], repeat=3)))
def test_where_it_is_not_shown_the_tool_may_vouch(stderr: bool, stdout: bool, ci: bool) -> None:
    """One stream that is a terminal makes no difference: the notice is shown on two or not at all."""
    shows = (stderr, stdout, ci) == (True, True, False)
    assert decided(False, stderr, stdout, ci) is (NoticeState.SHOW if shows else NoticeState.HELD_BACK)
    vouching = decided(False, stderr, stdout, ci, told_elsewhere=True)
    assert vouching is (NoticeState.SHOW if shows else NoticeState.SHOWN_ELSEWHERE)


@pytest.mark.parametrize(("stderr", "stdout"), STREAMS)
def test_an_agent_gets_it_once(stderr: bool, stdout: bool) -> None:
    """Whatever the streams are; its later runs are reported."""
    assert decided(False, stderr, stdout, agent=True) is NoticeState.SHOW_TO_AGENT
    assert decided(False, stderr, stdout, agent=True, shown_to_agent=True) is NoticeState.SHOWN
    assert decided(False, stderr, stdout, ci=True, agent=True) is NoticeState.HELD_BACK


@pytest.mark.parametrize(("stderr", "stdout"), STREAMS)
def test_what_an_agent_got_does_not_count_for_a_person(stderr: bool, stdout: bool) -> None:
    """The person may not have seen it."""
    assert decided(False, stderr, stdout, shown_to_agent=True) is decided(False, stderr, stdout)


def test_a_tool_that_informs_elsewhere_does_not_disturb_an_agent() -> None:
    """Without a terminal; on one, the agent gets it as anyone does."""
    assert decided(False, False, False, told_elsewhere=True, agent=True) is NoticeState.SHOWN_ELSEWHERE
    assert decided(False, True, True, told_elsewhere=True, agent=True) is NoticeState.SHOW_TO_AGENT
