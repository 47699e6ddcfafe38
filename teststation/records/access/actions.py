"""What is done with a record, who does it, and a row of the audit log as it is read. No database is needed for it."""

from enum import StrEnum

from teststation.ports import Value

Detail = dict[str, int | float | str | bool | list[str] | dict[str, str] | None]


class Action(StrEnum):
    """What was done. Each has its words in the window's catalogue under ``audit.``."""

    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PERSON_SEEN = "person_seen"
    PERSON_MERGED = "person_merged"
    PERSON_UNMERGED = "person_unmerged"
    PERSON_ERASED = "person_erased"
    TEST_KEPT = "test_kept"
    TEST_SEEN = "test_seen"
    TEST_MOVED = "test_moved"
    TEST_SIGNED = "test_signed"
    TEST_AMENDED = "test_amended"
    RESULT_ADDED = "result_added"
    REPORT_OPENED = "report_opened"
    REPORT_PRINTED = "report_printed"
    REPORT_SAVED = "report_saved"
    TEST_HANDED_OVER = "test_handed_over"  # page and text are in the folder that the journal system reads
    PERSON_EXPORTED = "person_exported"
    RECORD_EXPORTED = "record_exported"
    RECORD_RESTORED = "record_restored"
    RECORD_SEALED = "record_sealed"  # what an earlier version kept, as this one found it
    HEAD_ACCEPTED = "head_accepted"  # somebody has looked into a log whose end could not be compared
    HANDED_OVER = "handed_over"  # what a station had kept by itself is on the server
    JOURNAL_KEY_MADE = "journal_key_made"
    RESULTS_IMPORTED = "results_imported"
    TRAINING_WRITTEN = "training_written"  # a plan, diary rows, a 1RM, an interview: new or changed
    TRAINING_WITHDRAWN = "training_withdrawn"
    TRAINING_SEEN = "training_seen"
    TRAINING_PRINTED = "training_printed"
    LIST_SEEN = "list_seen"  # every test of the record, on the command line
    AUDIT_SEEN = "audit_seen"
    USERS_SEEN = "users_seen"  # the list of them
    RAW_FRAMES_SAVED = "raw_frames_saved"
    RECORD_BACKED_UP = "record_backed_up"
    PASSPHRASE_SHOWN = "passphrase_shown"
    PASSPHRASE_CHANGED = "passphrase_changed"
    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    LOGIN_REFUSED = "login_refused"
    LOCKED = "locked"
    PROTOCOL_SAVED = "protocol_saved"  # a version of one of the clinic's own; by its number and hash
    PROTOCOL_WITHDRAWN = "protocol_withdrawn"
    ROLES_SET = "roles_set"  # what stations' logins may do on the server
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    PASSWORD_RESET = "password_reset"
    PASSWORD_CHANGED = "password_changed"


class Actor(Value, frozen=True):
    """Who acts: a user of the station, or, where nobody has logged in, the program that was used."""

    name: str
    id: str | None = None


WINDOW, COMMAND_LINE = "window", "command line"  # who acts where nobody has logged in
NOBODY = Actor(COMMAND_LINE)


class AuditRow(Value, frozen=True):
    """One row as it is read."""

    seq: int
    at: str  # ISO 8601, UTC
    user_id: str | None
    actor: str
    action: str
    person_id: str | None
    test_id: str | None
    detail: Detail
