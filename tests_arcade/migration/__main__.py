"""`python -m tests_arcade.migration FOLDER`."""

import sys
from pathlib import Path

from tests_arcade.migration import migrate

for package, (added, removed) in migrate(Path(sys.argv[1])).items():
    sys.stdout.write(f"{package}: {added} lines added, {removed} removed\n")
