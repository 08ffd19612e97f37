"""The switch: whether tracking is on, and the user's stored choice, a file with the name of a level."""

from attrs import frozen

from arcade_usage.adapters.storage.config_folder import (
    OFF_FILE,
    Layout,
    choice_layouts,
    find_level,
    is_on,
    stored_level,
)
from arcade_usage.application.errors import StoreError
from arcade_usage.domain.consent import OFF, ON


@frozen
class FolderSwitch:
    """The switch of one config folder. `project_token`: the tool's."""

    layout: Layout
    project_token: str

    def is_on(self) -> bool:
        return is_on(self.layout, self.project_token)

    def level(self) -> str:
        return find_level(self.layout, self.project_token)

    def stored_level(self) -> str:
        return stored_level(choice_layouts(self.layout))

    def choose(self, level: str) -> bool:
        try:
            with self.layout.open_folder(make=level != ON) as folder:
                if level == ON:
                    return folder.remove(OFF_FILE)
                content = b"" if level == OFF else level.encode()
                if folder.create_exclusive(OFF_FILE, content, durable=True):
                    return False
                if stored_level([self.layout]) != level:  # a foreign file means off, and stays
                    folder.replace(OFF_FILE, content)
                return True
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:  # a name with a null byte is a ValueError
            raise StoreError(f"the choice {level} can't be stored") from error
