"""All families of experiments; a new module of them is named here."""

from tests.faults import (
    clocks,
    cloud_away,
    everything_away,
    full_disks,
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
    "everything_away",
    "full_disks",
    "no_process",
    "posthog_away",
    "read_only",
    "spacing",
    "vpn",
    "week",
    "wellness",
]
