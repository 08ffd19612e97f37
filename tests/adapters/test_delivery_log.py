"""logbook.json in the outbox."""

import json

from arcade_usage.adapters.storage import delivery_log
from arcade_usage.domain.logbook import Failed, Logbook


def test_sentences_of_earlier_versions_become_identifiers() -> None:
    """Counts under former sentences are added to the identifier's; other names stay."""
    earlier = {
        "more than 1,000 were waiting": 1,
        "more than 1 MiB was waiting": 2,
        "it waited for 30 days": 3,
        "PostHog refused it": 4,
        "a server had more to report than it could write down, or reported what is no event": 5,
        "refused": 10,
        "of_newer": 6,
    }
    content = {**json.loads(delivery_log.write_logbook(Logbook())), "losses": earlier}
    assert delivery_log.read_logbook(json.dumps(content).encode()).losses.counts == {
        "too_many": 1, "too_large": 2, "too_old": 3, "refused": 14, "not_taken": 5, "of_newer": 6,
    }  # fmt: skip


def test_an_unknown_field_stays() -> None:
    """The next write keeps an unknown field."""
    before = {**json.loads(delivery_log.write_logbook(Logbook())), "of_newer": {"a": 1}}
    after = json.loads(delivery_log.write_logbook(Logbook(failed=Failed(1.0, "it rained")), before))
    assert (after["of_newer"], after["failed"]["at"]) == ({"a": 1}, 1.0)
