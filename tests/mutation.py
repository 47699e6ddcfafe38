"""The mutation run: every small fault that a tool can think of, planted in what decides over the belt.

    python -m tests.mutation [--in FOLDER] [--for SECONDS] [PATTERN ...]      e.g. "drivers.guard*"; not on Windows

It works in a copy, so that nothing is left beside the product, and tells for each module how many mutants were killed,
and every one that lived or that no fact reaches. In a folder that is kept it goes on where it was stopped. Which
modules and which facts: ``[tool.mutmut]`` in pyproject.toml. Ends with status 1 where too few were killed.
"""

import argparse
import collections
import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path

WANTED_SHARE = 0.90  # of all: those that change nothing that can be seen are among them, and no tool knows them
ROOT = Path(__file__).parent.parent
KILLED = ("killed", "timeout", "caught by type check", "suspicious")


def main(words: list[str]) -> int:
    """Run, and print the score."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Plant faults and count survivors.")
    parser.add_argument("--in", dest="folder", type=Path, help="work here, and go on where this was stopped")
    parser.add_argument("--for", dest="seconds", type=float, help="stop after so many seconds, and tell what is known")
    parser.add_argument("patterns", nargs="*", help="only these mutants")
    arguments = parser.parse_args(words)
    with contextlib.ExitStack() as stack:
        folder: Path = arguments.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mutation-")))
        _copy(folder)
        with contextlib.suppress(subprocess.TimeoutExpired):
            _mutmut(folder, "run", *arguments.patterns, within_s=arguments.seconds)
        found = _read(_mutmut(folder, "results", "--all", "true"))
        for name, state in found.items():
            if state not in KILLED:
                print(f"\n{state}: {name}")
                shown = _mutmut(folder, "show", name).splitlines()
                print("\n".join(line for line in shown if line[:1] in "-+" and line[:3] not in ("---", "+++")))
    return _score(found)


def _mutmut(folder: Path, *words: str, within_s: float | None = None) -> str:
    command = [sys.executable, "-m", "mutmut", *words]
    return subprocess.run(
        command, cwd=folder, check=False, capture_output=True, encoding="utf-8", timeout=within_s
    ).stdout


def _copy(folder: Path) -> None:
    named = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in named.decode("utf-8").split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(source.read_bytes())


def _read(listed: str) -> dict[str, str]:
    """What became of each mutant that was tried."""
    pairs = (line.strip().rpartition(": ") for line in listed.splitlines() if ": " in line)
    return {name: state for name, _, state in pairs if state != "not checked"}


def _score(found: dict[str, str]) -> int:
    modules: dict[str, collections.Counter[str]] = {}
    for name, state in found.items():
        modules.setdefault(name.rpartition(".")[0], collections.Counter())[state] += 1
    low = False
    for module, states in modules.items():
        killed, every = sum(states[state] for state in KILLED), states.total()
        low |= killed < WANTED_SHARE * every
        print(f"{module}: {killed} of {every} killed, {killed / every:.1%}", dict(states))
    return 1 if low or not modules else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
