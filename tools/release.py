"""``python -m tools.release FOLDER OUT``: one release in one folder: wheel, ``setup.exe``, bill of materials, sums.

The version stands in ``teststation/__init__.py`` and nowhere else; what is new in it stands in ``CHANGELOG.md``.
"""

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.windows.installer import build, version
from tools.windows.system import ROOT, NoWindows, Windows, uv


class NotReady(Exception):
    """There is no release to be made yet; the sentence says what is missing."""


def main() -> int:
    """0 made, 1 not, with the reason on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tools.release")
    parser.add_argument("folder", type=Path, help="where tools.windows has its Windows, or makes it")
    parser.add_argument("out", type=Path, help="an empty or new folder for the release")
    arguments = parser.parse_args()
    try:
        make(Windows(arguments.folder), arguments.out.resolve())
    except (NotReady, NoWindows, subprocess.CalledProcessError, OSError) as reason:
        print(f"release: not made: {reason}", file=sys.stderr)
        return 1
    return 0


def make(windows: Windows, out: Path) -> None:
    """Make the release. Raises NotReady, NoWindows, OSError, subprocess.CalledProcessError."""
    notes = section((ROOT / "CHANGELOG.md").read_text("utf-8"), version())
    if out.exists() and any(out.iterdir()):
        raise NotReady(f"{out} is not empty; a release is made whole or not at all")
    out.mkdir(parents=True, exist_ok=True)
    windows.set_up(lambda said: print("windows:", said, flush=True))
    try:
        build(windows, out / f"teststation-{version()}-setup.exe")
    finally:
        windows.end()
    uv("build", "--quiet", "--wheel", "--out-dir", str(out), str(ROOT))
    (out / ".gitignore").unlink(missing_ok=True)
    shutil.copyfile(windows.folder / "program" / "sbom.cdx.json", out / f"teststation-{version()}.cdx.json")
    (out / "NOTES.md").write_text(notes, "utf-8")
    (out / "SHA256SUMS").write_text(sums(out), "utf-8")
    print(f"release: {version()} is in {out}", flush=True)


def section(changelog: str, release: str) -> str:
    """What a changelog in the form of Keep a Changelog says of one release. Raises NotReady."""
    found = re.search(rf"^## \[{re.escape(release)}\][^\n]*\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        raise NotReady(f"CHANGELOG.md has no section [{release}]; name the Unreleased one so, with the day")
    return found[1].strip() + "\n"


def sums(folder: Path) -> str:
    """SHA-256 of every file in a folder, as ``sha256sum --check`` reads it."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and file.name != "SHA256SUMS")
    return "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)


if __name__ == "__main__":
    raise SystemExit(main())
