"""Faults for real: processes killed, disks filled, networks broken; and what became of the events, counted."""
