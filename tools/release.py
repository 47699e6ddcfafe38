"""``python -m tools.release FOLDER OUT``: one release in one folder: wheel, ``setup.exe``, bill of materials, sums.

The version stands in ``teststation/__init__.py`` and nowhere else; what is new in it stands in ``CHANGELOG.md``. It is
made of a commit, and of nothing that is in no commit. ``--trial`` makes the same before its notes have their heading.
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
    parser.add_argument(
        "--trial", action="store_true", help="not for use: notes from Unreleased, changed files allowed"
    )
    arguments = parser.parse_args()
    try:
        make(Windows(arguments.folder), arguments.out.resolve(), trial=arguments.trial)
    except (NotReady, NoWindows, subprocess.SubprocessError, OSError) as reason:
        print(f"release: not made: {reason}", file=sys.stderr)
        return 1
    return 0


def make(windows: Windows, out: Path, *, trial: bool = False) -> None:
    """Make the release. Raises NotReady, NoWindows, OSError, subprocess.SubprocessError."""
    notes = notes_of((ROOT / "CHANGELOG.md").read_text("utf-8"), version(), trial=trial)
    if not trial:
        check_clean(ROOT)
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
    print(f"release: {version()} is in {out}{', a trial' if trial else ''}", flush=True)


def check_clean(clone: Path) -> None:
    """Raise NotReady where what is built would not be what a commit says."""
    command = ["git", "-C", str(clone), "status", "--porcelain"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise NotReady(f"{clone} is no clone of the repository, so nobody could tell what the release is made of")
    if done.stdout:
        files = ", ".join(line[3:] for line in done.stdout.splitlines()[:5])
        raise NotReady(f"these files are in no commit: {files}; commit them or take them away")


def notes_of(changelog: str, release: str, *, trial: bool) -> str:
    """What is new; of a trial what is under Unreleased, where anything is. Raises NotReady."""
    if trial:
        try:
            return section(changelog, "Unreleased")
        except NotReady:
            pass  # nothing since that release
    return section(changelog, release)


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
