"""``python -m drivers.emulators``."""

import sys

from drivers.emulators.main import main
from teststation.errors import StationError

try:
    sys.exit(main(sys.argv[1:]))
except StationError as error:
    sys.stderr.write("\n".join(error.problems) + "\n")
    sys.exit(error.exit_status)
