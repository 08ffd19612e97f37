"""The detached delivery process, and hooks for fork and exit."""
