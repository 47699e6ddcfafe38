"""``teststation protocols``: list, show, check; and the clinic's own: add, export, versions."""

import argparse
from pathlib import Path

from teststation.cause import Cause, Problem
from teststation.errors import BadInput
from teststation.files.outputs import Kind, Output
from teststation.files.reading import read_text
from teststation.protocol.load import builtin_ids, builtin_sessions, example_plan, find, load_plan
from teststation.protocol.load import check as check_text
from teststation.protocol.own import without_head
from teststation.texts import english, first_of
from ui.commands import outputs
from ui.commands.telling import tell
from ui.commands.voice import say
from ui.station.protocols import bring_in, the_own


def list_all(_: argparse.Namespace) -> int:
    """One line for each protocol: identifier, minutes, title."""
    for identifier in builtin_ids():
        plan = load_plan(*find(identifier))
        tell(f"{identifier:18} {plan.duration_s / 60:5.1f} min  {plan.title}")
    for identifier in builtin_sessions():
        plan = example_plan(*find(identifier))
        minutes = (plan.duration_s + plan.cool_down.duration_s) / 60
        tell(f"{identifier:18} {minutes:5.1f} min  {plan.title}  (interval session)")
    problems: list[Problem] = []
    own = the_own()
    for identifier in own.all_ids():
        try:
            version = own.newest(identifier)
        except BadInput as error:
            problems += error.causes
            continue
        plan = example_plan(version.text, identifier)
        state = "taken out of use" if version.withdrawn else f"version {version.number}"
        whose = "the clinic's own" if plan.session is None else "the clinic's own interval session"
        minutes = (plan.duration_s + (0.0 if plan.session is None else plan.cool_down.duration_s)) / 60
        tell(f"{identifier:18} {minutes:5.1f} min  {plan.title}  ({whose}, {state})")
    for problem in problems:
        say(english(problem))
    return BadInput.exit_status if problems else 0


def show(arguments: argparse.Namespace) -> int:
    """The stages of one protocol."""
    plan = example_plan(*find(arguments.protocol, the_own()))
    session = plan.session is not None
    tell(f"{plan.id}: {plan.title}")
    print(f"sha256 {plan.sha256}")
    print("the load is the person's own; here as an example" if session else f"speed {plan.speed_name}")
    for number, stage in enumerate((*plan.stages, plan.cool_down), start=1):
        counted = "" if number <= len(plan.stages) else "  (not counted)"
        load = f"{stage.speed_kmh:6.2f} km/h {stage.incline_pct:5.1f} %"
        row = f"{number:3} {stage.name:24} {stage.duration_s:6.0f} s {load}"
        tell(row + counted)
    if plan.citation:
        tell(plan.citation)
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Every problem of every file; exit status 2 if there is one."""
    problems: list[Problem] = []
    for name in arguments.files:
        try:
            text = without_head(read_text(name))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{name}: cannot be read as text ({error}); name a TOML file")
            continue
        except BadInput as error:
            problems.extend(error.causes)
            continue
        found = check_text(text, name)
        problems.extend(first_of(found))
        if not found:
            tell(f"{name}: in order")
    for problem in problems:
        say(english(problem))
    return BadInput.exit_status if problems else 0


def add(arguments: argparse.Namespace) -> int:
    """Files become protocols of the clinic's own; exit status 2 if one of them cannot."""
    # The audit log's words for who acts: nothing else here knows of a record.
    from teststation.records.access.actions import COMMAND_LINE
    from ui.station.desk import unnamed

    problems: list[Problem] = []
    for name in arguments.files:
        try:
            version = bring_in(the_own(), Path(name), arguments.name, unnamed(COMMAND_LINE).name)
        except BadInput as error:
            problems += error.causes
        else:
            tell(f"{version.protocol_id}: {version.title}, version {version.number}, sha256 {version.sha256}")
    for problem in first_of(problems):
        say(english(problem))
    return BadInput.exit_status if problems else 0


def export(arguments: argparse.Namespace) -> int:
    """Write a protocol's text into a file of its own."""
    text, _ = find(arguments.protocol, the_own())
    outputs.check(arguments, (arguments.out, Kind.TOML))
    outputs.write(Output(Path(arguments.out), Kind.TOML), text.encode("utf-8"))
    return 0


def versions(arguments: argparse.Namespace) -> int:
    """Every version of a protocol of the clinic's own, the newest first; exit status 2 if one was changed."""
    found = the_own().versions(arguments.protocol)
    if not found:
        raise BadInput(Cause("protocol_not_own", {"protocol": arguments.protocol}))
    for number, version in found:
        if version is None:
            say(f"version {number} is not as it was saved; it is walked by nobody")
            continue
        state = "  taken out of use" if version.withdrawn else ""
        tell(f"{number:4}  {version.saved_at}  {version.saved_by:20}  {version.sha256}  {version.name}{state}".rstrip())
    return BadInput.exit_status if any(version is None for _, version in found) else 0
