"""Why a record cannot be reached or read. No database is needed to tell it."""

from teststation.errors import RecordError


class ServerAway(RecordError):
    """The record's server does not answer, or went away in the middle of something that it then did not keep."""


class Unreadable(RecordError):
    """A file that is damaged, or that this passphrase does not open: SQLCipher cannot tell the two apart."""
