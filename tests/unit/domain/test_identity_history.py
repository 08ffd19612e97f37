"""Under which ids events were sent, and when that changed."""

from arcade_usage.domain.identity_history import IdentityPeriod, identity_periods
from arcade_usage.domain.persons import ALIAS_EVENT, PERSONLESS
from arcade_usage.domain.sent import Sent
from tests.unit.domain.values import ALICE, A, B


def sent(at: float, distinct_id: str, *, anonymous: bool = False) -> Sent:
    properties = {PERSONLESS: False} if anonymous else {}
    return Sent(at, {"event": "x", "distinct_id": distinct_id, "properties": properties})


def test_events_in_a_row_with_one_id_are_a_period() -> None:
    """In the order in which they happened; an id that comes back is another period."""
    copies = [
        sent(3, ALICE),
        sent(1, A, anonymous=True),
        sent(2, A, anonymous=True),
        sent(5, ALICE),
        sent(4, B),
    ]
    assert identity_periods(copies) == [
        IdentityPeriod(A, True, 1, 2, 2),
        IdentityPeriod(ALICE, False, 3, 3, 1),
        IdentityPeriod(B, False, 4, 4, 1),
        IdentityPeriod(ALICE, False, 5, 5, 1),
    ]


def test_a_link_is_no_event() -> None:
    """It changes no period; without events there is none."""
    link = Sent(2, {"event": ALIAS_EVENT, "distinct_id": ALICE, "properties": {"alias": A}})
    assert identity_periods([link]) == []
    assert identity_periods([sent(1, A), link, sent(3, A)]) == [IdentityPeriod(A, False, 1, 3, 2)]
