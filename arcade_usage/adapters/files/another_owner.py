"""The error for a file or folder of another user, with the names of both users.

Imported only when there is one. Invariant: no user's name is looked up before the error is shown.
"""

import os

from arcade_usage.adapters.files.ownership import NotOwnedError


class AnotherOwnerError(NotOwnedError):
    """It belongs to another user. User names are looked up in str(), because that may query a server."""

    def __init__(self, path: str, uid: int) -> None:
        super().__init__(path)
        self._uid = uid
        self._user = os.geteuid()

    def __str__(self) -> str:
        owner, user = _name_of(self._uid), _name_of(self._user)
        if user == "root":
            cure = f"run this as {owner}, or name a folder of root's own in ARCADE_WORK_DIR"
        else:
            name = user.removeprefix("user ")  # chown takes a number too
            cure = f"take it back (sudo chown {name} '{self.path}'), or name your own in ARCADE_WORK_DIR"
        return f"{self.path} belongs to {owner}, not to {user}: {cure}"


def _name_of(uid: int) -> str:
    if uid == 0:  # avoids a look-up, which may query a server
        return "root"
    try:
        import pwd

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return f"user {uid}"
