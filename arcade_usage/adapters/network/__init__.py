"""Settings, deadlines and failure messages for HTTP requests."""
