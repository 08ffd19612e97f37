"""What is true whoever asks: pure, immutable, without I/O, clock or chance."""
