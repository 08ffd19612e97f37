"""Every order of things: the application's own code, stopped at each port call by a scheduler that tries them all."""
