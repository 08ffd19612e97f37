"""A user's own OpenTelemetry collector."""
