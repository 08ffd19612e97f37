"""The demo: the real tracker and real delivery processes, against a receiver on loopback."""
