"""Fault experiments: real processes are killed, disks filled and networks cut, and each event is accounted for."""
