"""What takes minutes: every interleaving, faults for real, what it all costs. Tests run small sets of it."""
