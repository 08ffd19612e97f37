"""The switch: whether tracking is on, and the user's stored opt-out, which is an empty file."""

from attrs import frozen

from arcade_usage.adapters.storage.config_folder import OFF_FILE, Layout, is_on
from arcade_usage.application.errors import StoreError


@frozen
class FolderSwitch:
    """The switch of one config folder. `project_token`: the tool's."""

    layout: Layout
    project_token: str

    def is_on(self) -> bool:
        return is_on(self.layout, self.project_token)

    def turn_off(self) -> None:
        try:
            with self.layout.open_folder(make=True) as folder:
                folder.create_exclusive(OFF_FILE, b"", durable=True)
        except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
            raise StoreError("the opt-out can't be stored") from error

    def turn_on(self) -> bool:
        try:
            with self.layout.open_folder() as folder:
                return folder.remove(OFF_FILE)
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise StoreError("the opt-out can't be removed") from error
