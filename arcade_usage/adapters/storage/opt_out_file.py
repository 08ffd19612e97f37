"""Stores a person's choice, and takes it back: the file whose being there is all it says."""

from attrs import frozen

from arcade_usage.adapters.storage.config_folder import OFF_FILE, Layout
from arcade_usage.application.errors import StoreError


@frozen
class OptOutFile:
    """The choice over a file of a config folder."""

    layout: Layout

    def turn_off(self) -> None:
        try:
            with self.layout.open_folder(make=True) as folder:
                folder.create_first(OFF_FILE, b"", durable=True)
        except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
            raise StoreError("the choice can't be stored") from error

    def turn_on(self) -> bool:
        try:
            with self.layout.open_folder() as folder:
                return folder.remove(OFF_FILE)
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise StoreError("the choice can't be taken back") from error
