"""The mutation run: every small fault that a tool can think of, planted in what decides over the belt.

    python -m tests.mutation [PATTERN ...]     e.g. "drivers.guard*"; needs a system with fork

It works in a copy, so that nothing is left beside the product, and tells for each module how many mutants were killed,
and every one that lived or that no fact reaches. Which modules and which facts: ``[tool.mutmut]`` in pyproject.toml.
Ends with status 1 where less than ``WANTED_SHARE`` of a module's mutants are killed.
"""

import collections
import subprocess
import sys
import tempfile
from pathlib import Path

WANTED_SHARE = 0.90  # of all, equivalent ones and words in texts included: those cannot be told apart by a tool
ROOT = Path(__file__).parent.parent
KILLED = ("killed", "timeout", "caught by type check", "suspicious")


def main(patterns: list[str]) -> int:
    """Run, and print the score."""
    with tempfile.TemporaryDirectory(prefix="teststation-mutation-") as folder:
        _copy(Path(folder))
        subprocess.run([sys.executable, "-m", "mutmut", "run", *patterns], cwd=folder, check=False)
        listed = subprocess.run(
            [sys.executable, "-m", "mutmut", "results", "--all", "true"],
            cwd=folder,
            check=True,
            capture_output=True,
            encoding="utf-8",
        ).stdout
        found = _read(listed)
        for name, state in found.items():
            if state not in KILLED:
                print(f"\n{state}: {name}")
                subprocess.run([sys.executable, "-m", "mutmut", "show", name], cwd=folder, check=False)
    return _score(found)


def _copy(folder: Path) -> None:
    named = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in named.decode("utf-8").split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(source.read_bytes())


def _read(listed: str) -> dict[str, str]:
    """What became of each mutant. One that was not asked for is left out."""
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
