"""Random ids. Runs on the command path.

Avoids uuid, whose import adds 4.8 ms to the 10 ms before an event is on disk.
"""

import os


class UuidGenerator:
    """Generates random identifiers from the system's random source."""

    def new(self) -> str:
        """A random UUID, version 4 (RFC 9562)."""
        raw = bytearray(os.urandom(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        text = raw.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
