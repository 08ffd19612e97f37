"""All families of experiments; a new module of them is named here."""

from tests.faults import (
    clocks,
    cloud_away,
    corrupt_outboxes,
    everything_away,
    full_disks,
    full_outboxes,
    fuzzing,
    leftovers,
    no_process,
    posthog_away,
    read_only,
    spacing,
    vpn,
    week,
    wellness,
)

__all__ = [
    "clocks",
    "cloud_away",
    "corrupt_outboxes",
    "everything_away",
    "full_disks",
    "full_outboxes",
    "fuzzing",
    "leftovers",
    "no_process",
    "posthog_away",
    "read_only",
    "spacing",
    "vpn",
    "week",
    "wellness",
]
