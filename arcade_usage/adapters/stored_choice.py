"""Stores a person's choice, and takes it back: the file whose being there is all it says."""

import os

from attrs import frozen

from arcade_usage.adapters.config_folder import Layout
from arcade_usage.adapters.writing import create_first, make_folder
from arcade_usage.application.errors import StoreError


@frozen
class StoredChoice:
    """The choice over a file of a config folder."""

    layout: Layout

    def turn_off(self) -> None:
        try:
            make_folder(self.layout.folder)
            create_first(self.layout.choice_off, b"", durable=True)
        except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
            raise StoreError("the choice can't be stored") from error

    def turn_on(self) -> bool:
        try:
            os.unlink(self.layout.choice_off)
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise StoreError("the choice can't be taken back") from error
        return True
