"""How long tests wait for what is no fact of theirs: that a process starts, that it has ended.

Where the system itself is emulated (tools/windows) a process takes some ten seconds to start: there the tests wait
longer and begin fewer things side by side. What the product promises in seconds is held to them everywhere.
"""

import os

PATIENCE = int(os.environ.get("TESTSTATION_TEST_PATIENCE", "1"))
