"""What went wrong lately, for the file of whoever helps: listened for from the window's first moment on."""

import logging
from collections import deque

RECENT = 500


class Recent(logging.Handler):
    """The last records of the program's log, kept in memory."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: deque[logging.LogRecord] = deque(maxlen=RECENT)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


RECENT_LOG = Recent()
