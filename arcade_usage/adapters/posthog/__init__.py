"""PostHog through its SDK."""
