"""All families of experiments; a new module of them is named here."""

from tests.faults import clocks, cloud_away, everything_away, posthog_away, spacing, vpn, week, wellness

__all__ = ["clocks", "cloud_away", "everything_away", "posthog_away", "spacing", "vpn", "week", "wellness"]
