"""``teststation analyse``: the estimate from tables of stages, without devices or record."""

import argparse
from collections.abc import Mapping
from typing import Any

import msgspec

from teststation.cause import Problem
from teststation.errors import BadInput, StationError
from teststation.files.outputs import Kind
from teststation.files.reading import read_bytes
from teststation.files.table import decoded
from teststation.output import estimate_object
from teststation.physiology.assess import assess
from teststation.physiology.result import Assessment
from teststation.physiology.table import read_table
from teststation.texts import english, first_of, texts
from ui.commands import outputs
from ui.commands.subjects import subject_from, subject_values
from ui.commands.telling import tell
from ui.commands.voice import say


def run(arguments: argparse.Namespace) -> int:
    """One file gives one object; several give one line each. Bad files are told after the good ones are done."""
    outputs.check(arguments, (arguments.json, Kind.JSON))
    options = {name: value for name, value in subject_values(arguments).items() if value is not None}
    several = len(arguments.files) > 1
    results: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name in arguments.files:
        try:
            assessment = _assess_file(name, options)
        except StationError as error:
            problems.extend(first_of(error.causes))  # of each file
            continue
        result = estimate_object(assessment)
        results.append({"file": name, **result} if several else result)
        if arguments.json != "-":
            tell(f"{name}: {_sentence(assessment)}")
    if several:
        if arguments.json is not None:
            outputs.write_text(b"".join(msgspec.json.encode(result) + b"\n" for result in results), arguments.json)
    elif results:
        outputs.write_json(results[0], arguments.json)
    for problem in problems:
        say(english(problem))
    return BadInput.exit_status if problems else 0


def _assess_file(name: str, options: Mapping[str, Any]) -> Assessment:
    try:
        text = decoded(read_bytes(name))
    except FileNotFoundError:
        raise BadInput(f"{name}: there is no such file; check the name") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{name}: cannot be read as text ({error}); save it as CSV in UTF-8") from error
    table = read_table(text, name)
    try:
        # What the command line says goes before what the file says.
        subject = subject_from({**table.subject, **options})
    except BadInput as error:
        raise BadInput(*(f"{name}: {problem}" for problem in error.problems)) from error
    return assess(subject, table.observations)


def _sentence(assessment: Assessment) -> str:
    parts = []
    for name, estimate in assessment.estimates.items():
        if estimate.vo2max_ml_kg_min is not None:
            parts.append(
                f"{name} {estimate.vo2max_ml_kg_min:.1f} ({estimate.low:.1f} to {estimate.high:.1f}) mL/kg/min"
            )
        elif name == assessment.headline and estimate.why is not None:
            parts.append(f"{name} withheld: {texts('en').say(estimate.why)}")
    return "; ".join(parts)
