"""Facts about this machine, this Python and this installation."""
