"""``teststation laboratory``: virtual patients, or people with measured uptake, and how often the station was right."""

import argparse
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial

from teststation.files.outputs import Kind
from ui.commands.outputs import check, write_json
from ui.laboratory.measured import read_measured, scored
from ui.laboratory.sessions import SessionScore, Trained, session_score, train
from ui.laboratory.statistics import (
    Calibration,
    ChangeScore,
    MethodScore,
    calibration,
    change_scores,
    method_scores,
)
from ui.laboratory.trial import Trial, run_trial

FEW = 15  # a group of fewer patients says nothing of itself
CHANGES = (0.0, 5.0)


def run(arguments: argparse.Namespace) -> int:
    """Run the patients and print the scores; or score the tests of a table."""
    check(arguments, (arguments.json, Kind.JSON))
    if arguments.measured:
        return _measured(arguments)
    if arguments.sessions:
        return _sessions(arguments)
    seeds = range(arguments.first, arguments.first + arguments.patients)
    changes_of = () if arguments.no_change else CHANGES
    trials = list(trials_of(seeds, changes_of, arguments.jobs or os.cpu_count() or 1, whole=arguments.whole))
    methods, changes, told = method_scores(trials), change_scores(trials), calibration(trials)
    if arguments.json:
        write_json(
            {
                "methods": [asdict(score) for score in methods],
                "changes": [asdict(score) for score in changes],
                "calibration": [asdict(one) for one in told],
            },
            arguments.json,
        )
    if arguments.json != "-":
        print("\n".join([*method_lines(methods), "", *calibration_lines(told), "", *change_lines(changes)]))
    return 0


def _measured(arguments: argparse.Namespace) -> int:
    tests = read_measured(arguments.measured, arguments.rpe_column)
    scores = method_scores([Trial(tuple(scored(tests)))])
    if arguments.json:
        write_json({"methods": [asdict(score) for score in scores]}, arguments.json)
    if arguments.json != "-":
        print("\n".join(method_lines(scores, few=1)))
    return 0


def _sessions(arguments: argparse.Namespace) -> int:
    seeds = range(arguments.first, arguments.first + arguments.patients)
    scores = session_scores(list(trained_of(seeds, arguments.jobs or os.cpu_count() or 1)))
    if arguments.json:
        write_json({"sessions": {name: asdict(score) for name, score in scores.items()}}, arguments.json)
    if arguments.json != "-":
        print("\n".join(session_lines(scores)))
    return 0


def trained_of(seeds: range, jobs: int) -> Iterator[Trained]:
    """These patients after their eight weeks; without those who were prescribed no session."""
    if jobs == 1:
        yield from (one for one in map(train, seeds) if one is not None)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from (one for one in pool.map(train, seeds) if one is not None)


def session_scores(found: list[Trained]) -> dict[str, SessionScore]:
    """Of all; of those who had a session that tells of HRmax; and of these by group. A group of one has no score."""
    groups = {
        "all": found,
        "a session told": [one for one in found if one.tells],
    }
    for name in sorted({group for one in found for group in one.groups}):
        groups[name] = [one for one in found if one.tells and name in one.groups]
    return {name: session_score(group) for name, group in groups.items() if len(group) > 1}


def session_lines(scores: dict[str, SessionScore]) -> list[str]:
    """The table of what sessions taught, one line a group."""
    head = (
        f"{'eight weeks of sessions':24}{'n':>5}{'done':>6}{'hard':>6}{'HRmax before':>15}{'after':>14}{'told':>7}"
        f"{'held':>9}{'± half fell':>13}{'held 95 %':>11}{'without':>10}"
    )
    return [head, *(_session_line(name, score) for name, score in scores.items())]


def _session_line(name: str, score: SessionScore) -> str:
    fell, held, without = (
        "" if share is None else f"{100 * share:.1f} %"
        for share in (score.narrower_share, score.coverage, score.coverage_without)
    )
    before = f"{score.before_bias_bpm:+.1f} ± {score.before_sd_bpm:.1f}"
    after = f"{score.after_bias_bpm:+.1f} ± {score.after_sd_bpm:.1f}"
    return (
        f"{name:24}{score.patients:5d}{score.attended:6.1f}{score.hard_sessions:6.1f}{before:>15}{after:>14}"
        f"{score.told_sd_bpm:7.1f}{100 * score.held:7.1f} %{fell:>13}{held:>11}{without:>10}"
    )


def trials_of(seeds: range, changes: tuple[float, ...], jobs: int, *, whole: bool = True) -> Iterator[Trial]:
    """The trials of these patients, in order, in so many processes."""
    one = partial(run_trial, changes=changes, whole=whole)
    if jobs == 1:
        yield from map(one, seeds)
        return
    # Spawned, not forked: the same on Windows, and no inherited threads.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(one, seeds, chunksize=8)


def method_lines(scores: list[MethodScore], few: int = FEW) -> list[str]:
    """The table of methods, one line a group."""
    head = (
        f"{'method':36}{'group':16}{'n':>6}{'given':>9}{'bias':>8}{'RMSE':>7}"
        f"{'held 95 %':>11}{'held 50 %':>11}{'± half':>8}"
    )
    return [head, *(_method_line(score) for score in scores if score.given >= few)]


def _method_line(score: MethodScore) -> str:
    half = "" if score.coverage_of_half is None else f"{100 * score.coverage_of_half:9.1f} %"
    return (
        f"{score.method:36}{score.group:16}{score.patients:6d}{100 * score.given / score.patients:7.1f} %"
        f"{score.bias:+8.2f}{score.rmse:7.2f}{100 * (score.coverage or 0):9.1f} %{half:>11}{score.half_width:8.2f}"
    )


def calibration_lines(found: list[Calibration]) -> list[str]:
    """Whether the sentence "below the average" is as right as it says."""
    head = f"{'said to lie below the healthy mean':36}{'':16}{'n':>6}{'said':>9}{'true':>9}"
    return [head, *(f"{'':52}{one.patients:6d}{100 * one.said:7.1f} %{100 * one.true:7.1f} %" for one in found)]


def change_lines(scores: list[ChangeScore]) -> list[str]:
    """The table of changes."""
    head = f"{'true change':36}{'group':16}{'n':>6}{'given':>9}{'real':>9}{'possible':>10}{'held 95 %':>11}"
    return [head, *(_change_line(score) for score in scores if score.given >= FEW)]


def _change_line(score: ChangeScore) -> str:
    real, possible = 100 * (score.called_real or 0), 100 * (score.called_possible_or_real or 0)
    return (
        f"{score.truth:<+36.1f}{score.group:16}{score.patients:6d}{100 * score.given / score.patients:7.1f} %"
        f"{real:7.1f} %{possible:8.1f} %{100 * (score.coverage or 0):9.1f} %"
    )
