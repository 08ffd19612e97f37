"""The demo: the real tracker and real processes, against a receiver on this machine."""
