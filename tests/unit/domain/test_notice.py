"""Whether a notice is due: nothing is reported about somebody who was not told."""

from itertools import product

import pytest

from arcade_usage.domain.notice import Notice, Telling, decide

CI = {"CI": "true"}


def telling(
    shown: bool, stderr: bool, stdout: bool, ci: bool = False, told_elsewhere: bool = False
) -> Telling:
    return decide(
        Notice("text", "link", told_elsewhere=told_elsewhere),
        shown=shown,
        stderr_is_terminal=stderr,
        stdout_is_terminal=stdout,
        environment=CI if ci else {},
    )


@pytest.mark.parametrize(("ci", "elsewhere"), list(product([False, True], repeat=2)))
def test_once_shown_it_is_not_due(ci: bool, elsewhere: bool) -> None:
    """Whatever the circumstances are now."""
    for stderr, stdout in product([False, True], repeat=2):
        assert telling(True, stderr, stdout, ci, elsewhere) is Telling.TOLD


@pytest.mark.parametrize("elsewhere", [False, True])
def test_it_is_shown_to_a_person_only(elsewhere: bool) -> None:
    """Both streams are terminals, and no machine is at work; nowhere else is it shown."""
    assert telling(False, True, True, False, elsewhere) is Telling.SHOW
    others = [case for case in product([False, True], repeat=3) if case != (True, True, False)]
    tellings = {telling(False, stderr, stdout, ci, elsewhere) for stderr, stdout, ci in others}
    assert tellings <= {Telling.HELD_BACK, Telling.VOUCHED}


@pytest.mark.parametrize(("stderr", "stdout", "ci"), list(product([False, True], repeat=3)))
def test_where_it_is_not_shown_the_tool_may_vouch(stderr: bool, stdout: bool, ci: bool) -> None:
    """One stream that is a terminal makes no difference: the notice is shown on two or not at all."""
    shows = (stderr, stdout, ci) == (True, True, False)
    assert telling(False, stderr, stdout, ci) is (Telling.SHOW if shows else Telling.HELD_BACK)
    vouching = telling(False, stderr, stdout, ci, told_elsewhere=True)
    assert vouching is (Telling.SHOW if shows else Telling.VOUCHED)
