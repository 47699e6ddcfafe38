"""``teststation protocols``: list, show, check."""

import argparse
import sys
from pathlib import Path

from teststation.cause import Problem
from teststation.errors import BadInput
from teststation.protocol.load import builtin_ids, find, load_plan
from teststation.protocol.load import check as check_text
from teststation.texts import english, first_of
from ui.commands.voice import say


def list_all(_: argparse.Namespace) -> int:
    """One line for each protocol: identifier, minutes, title."""
    for identifier in builtin_ids():
        plan = load_plan(*find(identifier))
        print(f"{identifier:18} {plan.duration_s / 60:5.1f} min  {plan.title}")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """The stages of one protocol."""
    plan = load_plan(*find(arguments.protocol))
    print(f"{plan.id}: {plan.title}\nsha256 {plan.sha256}\nspeed {plan.speed_name}")
    for number, stage in enumerate((*plan.stages, plan.cool_down), start=1):
        counted = "" if number <= len(plan.stages) else "  (not counted)"
        load = f"{stage.speed_kmh:6.2f} km/h {stage.incline_pct:5.1f} %"
        row = f"{number:3} {stage.name:24} {stage.duration_s:6.0f} s {load}"
        print(row + counted)
    if plan.citation:
        print(plan.citation)
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Every problem of every file; exit status 2 if there is one."""
    problems: list[Problem] = []
    for name in arguments.files:
        try:
            text = Path(name).read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{name}: cannot be read as text ({error}); name a TOML file")
            continue
        found = check_text(text, name)
        problems.extend(first_of(found))
        if not found:
            print(f"{name}: in order", file=sys.stdout)
    for problem in problems:
        say(english(problem))
    return BadInput.exit_status if problems else 0
