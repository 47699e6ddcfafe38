"""``teststation laboratory``: virtual patients through whole tests, and how often the station was right about them."""

import argparse
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial

from teststation.files.outputs import Kind
from ui.commands.outputs import check, write_json
from ui.laboratory.statistics import ChangeScore, MethodScore, change_scores, method_scores
from ui.laboratory.trial import Trial, run_trial

FEW = 15  # a group of fewer patients says nothing of itself
CHANGES = (0.0, 5.0)


def run(arguments: argparse.Namespace) -> int:
    """Run the patients and print the scores."""
    check(arguments, (arguments.json, Kind.JSON))
    seeds = range(arguments.first, arguments.first + arguments.patients)
    trials = list(trials_of(seeds, CHANGES, arguments.jobs or os.cpu_count() or 1))
    methods, changes = method_scores(trials), change_scores(trials)
    if arguments.json:
        write_json(
            {"methods": [asdict(score) for score in methods], "changes": [asdict(score) for score in changes]},
            arguments.json,
        )
    if arguments.json != "-":
        print("\n".join([*method_lines(methods), "", *change_lines(changes)]))
    return 0


def trials_of(seeds: range, changes: tuple[float, ...], jobs: int) -> Iterator[Trial]:
    """The trials of these patients, in order, in so many processes."""
    if jobs == 1:
        yield from (run_trial(seed, changes) for seed in seeds)
        return
    # Spawned, not forked: the same on Windows, and no inherited threads.
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(partial(run_trial, changes=changes), seeds, chunksize=8)


def method_lines(scores: list[MethodScore]) -> list[str]:
    """The table of methods, one line a group."""
    head = f"{'method':16}{'group':16}{'n':>6}{'given':>7}{'bias':>8}{'RMSE':>7}{'held 95 %':>11}{'width':>7}"
    return [head, *(_method_line(score) for score in scores if score.given >= FEW)]


def _method_line(score: MethodScore) -> str:
    return (
        f"{score.method:16}{score.group:16}{score.patients:6d}{score.given:7d}{score.bias:+8.2f}{score.rmse:7.2f}"
        f"{100 * (score.coverage or 0):9.1f} %{score.width:7.1f}"
    )


def change_lines(scores: list[ChangeScore]) -> list[str]:
    """The table of changes."""
    head = f"{'true change':16}{'group':16}{'n':>6}{'given':>7}{'real':>9}{'possible':>10}{'held 95 %':>11}"
    return [head, *(_change_line(score) for score in scores if score.given >= FEW)]


def _change_line(score: ChangeScore) -> str:
    real, possible = 100 * (score.called_real or 0), 100 * (score.called_possible_or_real or 0)
    return (
        f"{score.truth:<+16.1f}{score.group:16}{score.patients:6d}{score.given:7d}{real:7.1f} %{possible:8.1f} %"
        f"{100 * (score.coverage or 0):9.1f} %"
    )
