"""PostHog, through its SDK."""
