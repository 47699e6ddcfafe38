"""The station's own settings: which clinic, which machines. One TOML file in the user's configuration folder."""

import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import platformdirs

from drivers.radio.ant_key import ENVIRONMENT as ANT_KEY_ENVIRONMENT
from teststation.cause import Cause
from teststation.errors import BadInput
from teststation.files.reading import read_text
from teststation.files.writing import write_whole

LOCK_MIN, LOCK_MAX = 1, 60


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stays the same from test to test. Devices are DEVICE strings as on the command line."""

    clinic_name: str = ""
    operator: str = ""
    treadmill: str = ""
    heart_rate: str = ""
    ant_network_key: str = ""  # the clinic's own; masked on the screen, in no log
    default_protocol: str = "submax-13"
    default_speed: str = "normal"
    language: Literal["nb", "nn", "en"] = "nb"  # of the window, and of the page of whoever has none of their own
    theme: Literal["light", "dark"] = "light"  # of the window
    # Which estimate is the result.
    headline: Literal["combined", "extrapolation", "extrapolation_or_combined"] = "combined"
    use_earlier_tests: bool = False  # whether the combined estimate also rests on the person's latest earlier test
    intervals_may_run: bool = False  # whether who walked the test may be told to run the intervals
    record: str = ""  # a file or postgresql+psycopg://USER@HOST/DATABASE; empty: the one in the user's data folder
    person_in_file_names: bool = False  # of exported files
    report_ledger: bool = False  # whether reports have page 3: what was sent to the belt, check sums, results
    csv_style: Literal["", "semicolon", "comma"] = ""  # of exported tables; empty: as the language writes numbers
    # Which number stands on the page: none, the clinic's own, or also a national one with its last five digits hidden.
    report_number: Literal["", "clinic", "masked"] = ""
    clinic_logo: str = ""  # a PNG or SVG file
    clinic_address: str = ""
    report_footer: str = ""
    report_without: str = ""  # blocks that the page leaves out: training,methods,course
    hand_over_folder: str = ""  # what a journal system watches; empty: asked for each time
    hand_over_name: str = ""  # such as {number}_{date}; empty: as other exported files
    backup_folder: str = ""  # empty: no scheduled backups
    backup_days: int = 14  # so many days of backups are kept, and the last of each month
    patient_screen: bool = False  # whether who walks sees the test on another screen, where there is one
    intended_use_accepted: bool = False
    # Minutes without a touch after which a station with users locks; never during a run.
    lock_after_min: Annotated[int, msgspec.Meta(ge=LOCK_MIN, le=LOCK_MAX)] = 10
    work_without_login: bool = False  # the first user was put off; the window goes on reminding


def ant_key(settings: Settings) -> str:
    """The ANT+ network key that counts: the environment's before the settings'; empty where there is none."""
    return os.environ.get(ANT_KEY_ENVIRONMENT, "").strip() or settings.ant_network_key


def settings_path() -> Path:
    """Where the settings are kept for this user."""
    return platformdirs.user_config_path("teststation", appauthor=False) / "settings.toml"


def interview_path() -> Path:
    """Where the clinic's own questions of the talk before the first session are looked for."""
    return settings_path().with_name("interview.toml")


def protocols_path() -> Path:
    """The folder of the clinic's own protocols, for every version one file."""
    return settings_path().with_name("protocols")


def load_settings(path: Path | None = None) -> Settings:
    """The settings, or the defaults where there is no file.

    Raises:
        BadInput: the file cannot be read as settings; it is left as it is.
    """
    path = path or settings_path()
    try:
        data = tomllib.loads(read_text(path))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(Cause("settings_unreadable", {"path": str(path), "why": str(error)})) from error
    try:
        return msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        raise BadInput(Cause("settings_wrong", {"path": str(path), "why": str(error)})) from error


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write the settings so that a crash in the middle leaves the old file whole."""
    path = path or settings_path()
    lines = [f"{name} = {_toml_value(value)}" for name, value in msgspec.to_builtins(settings).items()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, ("\n".join(lines) + "\n").encode("utf-8"))
    except OSError as error:
        raise BadInput(Cause("settings_unsaved", {"path": str(path), "why": str(error)})) from error


def _toml_value(value: str | bool | int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    # A JSON string is a TOML basic string, but for characters JSON leaves as they are and TOML does not allow.
    return msgspec.json.encode(value).decode("utf-8").replace("\x7f", "\\u007f")
