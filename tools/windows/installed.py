"""``setup.exe`` on that Windows: built, installed, used, installed over itself, refused, removed."""

import json
import subprocess
import time
from pathlib import Path

from tools.windows.installer import build, version
from tools.windows.steps import PASSPHRASE, Failed, completed, said
from tools.windows.system import NoWindows, Windows

IN_USE, NOT_BACKED_UP = 3, 4
SCALE = "20"
GOES_S = 10.0  # the copy of itself, in which the uninstaller goes on, has begun and ended
LONG = "4"  # a demonstration that is still going on when another program is installed over it
PROTOCOL = """
id = "short"
title = "Short"
citation = "One stage for a record to keep."
[[stages]]
name = "1"
duration_s = 60
speed_kmh = 4.8
incline_pct = 0
[cool_down]
duration_s = 30
speed_kmh = 3.0
incline_pct = 0
"""


def installed(windows: Windows) -> str:
    """Everything that happens to a clinic's computer in the program's life. Raises Failed."""
    setup = windows.folder / "setup.exe"
    try:
        build(windows, setup)
    except (NoWindows, subprocess.SubprocessError, OSError) as error:
        raise Failed(f"setup.exe was not built: {error}") from error
    here = Installation(windows, setup)
    here.clear()
    here.install()
    told = [f"setup.exe {setup.stat().st_size / 1e6:.1f} MB", here.shows_its_version(), here.demonstrates()]
    here.keeps_a_test()
    here.is_not_replaced_in_use()
    here.upgrades_only_with_a_backup()
    here.goes_and_leaves_the_record()
    told.append("not replaced in use; upgraded with a backup, not without; removed, record and settings left")
    return "; ".join(told)


class Installation:
    """The program as it is installed for one user, and what it keeps."""

    def __init__(self, windows: Windows, setup: Path) -> None:
        self.windows, self.setup = windows, setup
        (user,) = (folder for folder in (windows.drive / "users").iterdir() if folder.name != "Public")
        local = user / "AppData" / "Local"
        self.program = local / "Programs" / "Teststation"
        self.kept = local / "teststation"
        self.menu = user / "AppData" / "Roaming" / "Microsoft" / "Windows" / "Start Menu" / "Programs"

    def clear(self) -> None:
        """Nothing of an earlier trial."""
        if (self.program / "uninstall.exe").exists():
            self.remove()
        for file in sorted(self.kept.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()

    def install(self, status: int = 0, *, passphrase: bool = True) -> None:
        """Run ``setup.exe`` without questions; that it ends so is a fact."""
        more = PASSPHRASE if passphrase else {}
        said(self.windows.program(str(self.setup), "/S", more=more, cwd=self.windows.folder), status)

    def station(self, *words: str, within_s: float = 600) -> str:
        """One command of the installed program."""
        program = str(self.program / "teststation.exe")
        return said(self.windows.program(program, *words, within_s=within_s, more=PASSPHRASE, cwd=self.windows.drive))

    def shows_its_version(self) -> str:
        """It runs, it is this version, and it is in the start menu."""
        if (told := self.station("--version").strip()) != f"teststation {version()}":
            raise Failed(f"the installed program says {told}")
        if len(list(self.menu.glob("*/*.lnk"))) != 3:
            raise Failed(f"in the start menu are {list(self.menu.rglob('*.lnk'))}")
        return told

    def demonstrates(self) -> str:
        """A whole test on emulators, with its report: fonts and pictures come along."""
        result, page = self.windows.drive / "installed.json", self.windows.drive / "installed.pdf"
        for file in (result, page):
            file.unlink(missing_ok=True)
        words = ("--json", r"C:\installed.json", "--pdf", r"C:\installed.pdf")
        self.station("demo", "--headless", "--time-scale", SCALE, *words)
        if not page.read_bytes().startswith(b"%PDF"):
            raise Failed("the report is no PDF")
        return completed(result, 4)[1]

    def keeps_a_test(self) -> None:
        """A test in the record of this user, where an ordinary start has it, and settings beside it."""
        (self.windows.drive / "short.toml").write_text(PROTOCOL, "utf-8")
        self.station(
            "run", "--protocol", r"C:\short.toml", "--yes", "--treadmill", "emulated", "--heart-rate", "emulated",
            "--time-scale", SCALE, "--sex", "male", "--age", "44", "--weight", "88",
        )  # fmt: skip
        self.has_its_test()

    def has_its_test(self) -> None:
        """The record is there and has the one test."""
        listed = json.loads(self.station("records", "list", "--json", "-"))
        if len(listed) != 1 or not list(self.kept.glob("*.record")):
            raise Failed(f"{len(listed)} tests are kept; beside them lie {list(self.kept.iterdir())}")

    def is_not_replaced_in_use(self) -> None:
        """Over a running station nothing is installed, it is not removed either, and the station goes on."""
        words = ("demo", "--headless", "--time-scale", LONG)
        program = str(self.program / "teststation.exe")
        with self.windows.started(program, *words, more=PASSPHRASE, cwd=self.windows.drive) as station:
            time.sleep(10)
            self.install(IN_USE)
            said(self.windows.program(str(self.program / "uninstall.exe"), "/S", cwd=self.windows.drive))
            time.sleep(GOES_S)
            if not (self.program / "Lib").exists():
                raise Failed("the program was removed under a station that runs")
            if station.poll() is not None:
                raise Failed(f"the station ended with status {station.returncode} as another was installed over it")
        self.windows.end()

    def upgrades_only_with_a_backup(self) -> None:
        """An upgrade backs the record up first; where it cannot, it changes nothing."""
        backups = self.kept / "before-upgrades"
        stamp = self.program / "Lib" / "of the version before.txt"
        stamp.write_text("", "utf-8")
        self.install(NOT_BACKED_UP, passphrase=False)
        if not stamp.exists():
            raise Failed("without a backup the program was replaced")
        self.install()
        if stamp.exists() or len(list(backups.glob("*.backup"))) != 1:
            raise Failed(f"after the upgrade: backups {list(backups.glob('*'))}, old program there: {stamp.exists()}")
        self.has_its_test()

    def goes_and_leaves_the_record(self) -> None:
        """Removed, with its entries; the record and its backup stay."""
        kept = sorted(file.name for file in self.kept.rglob("*"))
        self.remove()
        left = [*self.program.glob("*"), *self.menu.glob("*/*.lnk")]
        if left or sorted(file.name for file in self.kept.rglob("*")) != kept:
            raise Failed(f"removed, there are {left}, and of the record {list(self.kept.rglob('*'))}")

    def remove(self) -> None:
        """Run the uninstaller, which goes on in a copy of itself, and wait for that."""
        said(self.windows.program(str(self.program / "uninstall.exe"), "/S", cwd=self.windows.drive))
        until_s = time.monotonic() + 60
        while self.program.exists() and time.monotonic() < until_s:
            time.sleep(0.5)
