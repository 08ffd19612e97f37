"""Whether somebody holds a lock of filelock's, told without it.

Most processes of a busy machine find a sender at work, and then have nothing more to do: importing filelock
would take a good part of all the time that they take.
"""

import os
import sys


def is_held(path: str) -> bool:
    """True where another process holds the lock; False where none does, or filelock has to tell.

    Blocks: not. Holds it itself for a moment, so who sees it held meanwhile relies on the caller to take it.
    """
    if sys.platform == "win32":
        return False
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # there is none yet, or no way to it
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no such locks on this file system
        return False
    finally:
        os.close(descriptor)
    return False
