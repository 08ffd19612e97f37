"""What this machine, this Python and this installation are."""
