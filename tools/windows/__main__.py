"""``python -m tools.windows FOLDER``: make a Windows in a folder and try the product on it, part by part."""

import argparse
import sys
import time
from pathlib import Path

from tools.windows.parts import PARTS, suite
from tools.windows.steps import Outcome, Part
from tools.windows.system import NoWindows, Windows


def main() -> int:
    """0 everything that was tried passed, 1 something failed, 3 no Windows can be set up here."""
    parser = argparse.ArgumentParser(prog="python -m tools.windows", description=__doc__)
    parser.add_argument("folder", type=Path, help="where that Windows is, or is made; outside the repository")
    parser.add_argument("--short", action="store_true", help="only the parts of the short form, under four minutes")
    parser.add_argument("--only", action="append", choices=[part.name for part in PARTS], metavar="PART", default=[])
    parser.add_argument(
        "--tests", nargs="+", metavar="TEST", help="instead of the list: these tests, as pytest is told"
    )
    arguments = parser.parse_args()
    windows = Windows(arguments.folder)
    named = set(arguments.only) or {part.name for part in PARTS if part.short or not arguments.short}
    wanted = [part for part in PARTS if part.name in named]
    if arguments.tests:
        wanted = [Part(" ".join(arguments.tests), suite(*arguments.tests))]
    try:
        began_s = time.monotonic()
        windows.set_up(lambda said: print("windows:", said, flush=True), tests=any(part.tests for part in wanted))
        print(f"windows: ready after {time.monotonic() - began_s:.0f} s", flush=True)
        outcomes: dict[str, Outcome] = {}
        for part in wanted:
            began_s = time.monotonic()
            outcome = outcomes[part.name] = part.run(windows)
            word, took_s = "passed" if outcome.passed else "FAILED", time.monotonic() - began_s
            print(f"{word} {part.name} ({took_s:.0f} s): {outcome.told}", flush=True)
            if outcome.details:
                print(outcome.details, flush=True)
    except NoWindows as reason:
        print(f"windows: not tried: {reason}", file=sys.stderr)
        return 3
    finally:
        windows.end()
    failed = [name for name, outcome in outcomes.items() if not outcome.passed]
    print(f"windows: {len(outcomes) - len(failed)} parts passed, {len(failed)} failed {' '.join(failed)}".rstrip())
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
