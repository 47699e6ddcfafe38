"""The question before a test, and everything else that waits for a person: the machine is looked at all the while.

At a real terminal, with real signals: a slow answer starts the test, and each signal ends it in order wherever it is.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.process.floor import Floor, kept, short_protocol, side_by_side, wait_for

if sys.platform == "win32":
    pytest.skip("needs the terminals and signals of POSIX", allow_module_level=True)

from tests.process.terminal import Fault, Terminal, at_a_terminal, stays
from teststation.run.record import Outcome

pytestmark = pytest.mark.process

SCALE = 10.0
ASKED = "Type start and press Enter"
SLOWLY_S = 3.5  # longer than anything heard of the belt is believed, 2 s
# Ctrl-C and Ctrl-Z are a person's; the others come to the same handler, as SIGHUP does with a terminal that is gone.
SIGNALS = (signal.SIGINT,)
OTHERS = (signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
RECORD = "clinic.record"


def driver_of(terminal: Terminal, kind: str) -> int:
    """The process of a driver (Linux: read from /proc)."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        if parent == terminal.process.pid and b"drivers.host" in words and kind.encode() in words:
            return int(entry.name)
    raise AssertionError(f"there is no driver of the {kind}")


# --- before the start ---


def a_slow_answer_starts_the_test(folder: Path, fault: Fault | None = None) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder, fault=fault) as terminal:
        terminal.wait_for(ASKED)
        assert stays(lambda: floor.treadmill.true_speed_kmh == 0.0, SLOWLY_S)
        terminal.type("start\n")
        wait_for(lambda: floor.treadmill.true_speed_kmh > 1.0, 10, "the belt to start")
        terminal.type("\x03")
        assert terminal.end() == 3, terminal.said
        assert floor.treadmill.true_speed_kmh == 0.0
    assert "stopping the belt" in terminal.said
    (test,) = kept(folder / RECORD)
    assert test.run.outcome is Outcome.OPERATOR


def a_signal_ends_the_waiting(number: int, folder: Path, after_s: float = SLOWLY_S, fault: Fault | None = None) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder, fault=fault) as terminal:
        terminal.wait_for(ASKED)
        time.sleep(after_s)
        os.kill(terminal.process.pid, number)
        assert terminal.end(10) == 3, terminal.said
        assert floor.starts_after(0) == 0
    assert "ended by the operator before anything moved" in terminal.said
    assert "Traceback" not in terminal.said


def a_terminal_that_is_gone_ends_the_waiting(folder: Path) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder) as terminal:
        terminal.wait_for(ASKED)
        terminal.hang_up()
        assert terminal.end(10) == 3
        assert floor.starts_after(0) == 0
    assert kept(folder / RECORD) == []


def what_is_typed_instead(typed: str, folder: Path) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder) as terminal:
        terminal.wait_for(ASKED)
        time.sleep(SLOWLY_S)
        terminal.type(typed)
        assert terminal.end(10) == 2, terminal.said
        assert floor.starts_after(0) == 0
    assert "nobody confirmed the start" in terminal.said
    assert "Traceback" not in terminal.said


def enter_alone_is_no_answer(folder: Path) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder) as terminal:
        terminal.wait_for(ASKED)
        terminal.type("\n\n")
        terminal.wait_for(ASKED, 5, times=3)
        terminal.type(" START \n")
        wait_for(lambda: floor.treadmill.true_speed_kmh > 0.5, 10, "the belt to start")
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.end() == 3, terminal.said


def a_driver_that_dies_meanwhile_is_told(folder: Path) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder) as terminal:
        terminal.wait_for(ASKED)
        os.kill(driver_of(terminal, "treadmill"), signal.SIGKILL)
        assert terminal.end(10) == 4, terminal.said
        assert floor.starts_after(0) == 0
    assert kept(folder / RECORD) == []


def a_start_that_is_refused_is_told_and_may_be_told_again(folder: Path, fault: Fault | None = None) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder, fault=fault) as terminal:
        terminal.wait_for(ASKED)
        driver = driver_of(terminal, "treadmill")
        os.kill(driver, signal.SIGSTOP)
        terminal.wait_for("not ready: ", 10)
        terminal.type("start\n")
        terminal.wait_for("not started: ", 5)
        assert floor.starts_after(0) == 0
        os.kill(driver, signal.SIGCONT)
        terminal.wait_for("ready again", 10)
        terminal.type("start\n")
        wait_for(lambda: floor.treadmill.true_speed_kmh > 0.5, 10, "the belt to start")
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.end() == 3, terminal.said


# --- while somebody walks ---


def a_signal_stops_the_belt_and_keeps_the_test(number: int, folder: Path) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder, "--yes") as terminal:
        floor.wait_until_walking()
        for _ in range(5):  # an impatient hand
            os.kill(terminal.process.pid, number)
            time.sleep(0.05)
        assert terminal.end() == 3, terminal.said
        assert floor.treadmill.true_speed_kmh == 0.0
    assert "the belt is at rest" in terminal.said
    assert len(kept(folder / RECORD)) == 1


def a_terminal_that_is_gone_stops_the_belt_and_keeps_the_test(folder: Path) -> None:
    with Floor(SCALE) as floor, at_a_terminal(floor, folder, "--yes") as terminal:
        floor.wait_until_walking()
        terminal.hang_up()
        assert terminal.end() == 3
        assert floor.treadmill.true_speed_kmh == 0.0
    (test,) = kept(folder / RECORD)
    assert test.run.outcome is Outcome.OPERATOR


def a_terminal_that_is_held_holds_up_nothing(folder: Path, fault: Fault | None = None) -> None:
    (folder / "short.toml").write_text(short_protocol((0, 2, 4, 4, 4)), "utf-8")
    words = ("--yes", "--protocol", "short.toml")
    with Floor(SCALE) as floor, at_a_terminal(floor, folder, *words, fault=fault) as terminal:
        floor.wait_until_walking()
        terminal.hold()

        def goes_on() -> bool:
            """Two stages begin, each with a line that nobody takes."""
            assert floor.treadmill.true_speed_kmh > 4.0
            return floor.treadmill.incline_pct > 3.0

        wait_for(goes_on, 40, "the second of two stages")
        os.kill(terminal.process.pid, signal.SIGTERM)
        assert terminal.end() == 3
        assert floor.treadmill.true_speed_kmh == 0.0
    assert len(kept(folder / RECORD)) == 1


# --- where the operator sets the belt ---


def at_a_manual_treadmill(folder: Path, *more: str) -> Terminal:
    words = ["run", "--protocol", "submax-13", "--treadmill", "manual", "--heart-rate", *more]
    return Terminal(folder, *words, "--sex", "male", "--age", "44", "--weight", "88", "--record", "clinic.record")


def a_word_that_is_no_answer_confirms_no_load(folder: Path) -> None:
    with Floor(SCALE) as floor:
        terminal = at_a_manual_treadmill(folder, floor.heart_rate_device, "--time-scale", str(SCALE))
        try:
            terminal.wait_for("you set the belt. Type start")
            time.sleep(SLOWLY_S)
            terminal.type("start\n")
            terminal.wait_for("press Enter when it is so")
            terminal.type("nei, vent\n\xff\xfe\n")
            terminal.wait_for("is no answer", times=2)
            assert "stage 1" not in terminal.said
            terminal.type("\n")
            terminal.wait_for("stage 1 of", 10)
            os.kill(terminal.process.pid, signal.SIGHUP)
            terminal.wait_for("STOP THE BELT", 10)
            terminal.wait_for("press Enter when it is so", 10, times=2)
            terminal.type("\n")
            assert terminal.end() == 3, terminal.said
        finally:
            terminal.close()
    assert len(kept(folder / RECORD)) == 1


BEFORE = {
    "slow answer": a_slow_answer_starts_the_test,
    **{f"{number.name} at the question": partial(a_signal_ends_the_waiting, number) for number in SIGNALS},
    "terminal gone": a_terminal_that_is_gone_ends_the_waiting,
    "garbage": partial(what_is_typed_instead, "\xff\xfe\x01stop!\n"),
    "driver dies": a_driver_that_dies_meanwhile_is_told,
    "refused and told again": a_start_that_is_refused_is_told_and_may_be_told_again,
}
WALKING = {
    **{f"{number.name} on the belt": partial(a_signal_stops_the_belt_and_keeps_the_test, number) for number in SIGNALS},
    "terminal gone": a_terminal_that_is_gone_stops_the_belt_and_keeps_the_test,
    "terminal held": a_terminal_that_is_held_holds_up_nothing,
    "no answer": a_word_that_is_no_answer_confirms_no_load,
}
# The same handler and the same reader from another side.
MORE = {
    "ctrl-c at once": partial(a_signal_ends_the_waiting, signal.SIGINT, after_s=0.2),
    "end of input": partial(what_is_typed_instead, "\x04"),
    "enter alone": enter_alone_is_no_answer,
    **{f"{number.name} at the question": partial(a_signal_ends_the_waiting, number) for number in OTHERS},
    **{f"{number.name} on the belt": partial(a_signal_stops_the_belt_and_keeps_the_test, number) for number in OTHERS},
    "no": partial(what_is_typed_instead, "nei\n"),
}


@pytest.mark.long
def test_whatever_comes_at_the_question_is_answered(tmp_path: Path) -> None:
    side_by_side(BEFORE, tmp_path)


@pytest.mark.long
def test_whatever_comes_while_somebody_walks_ends_in_order_and_is_kept(tmp_path: Path) -> None:
    side_by_side(WALKING, tmp_path)


@pytest.mark.nightly
@pytest.mark.timeout(400)
def test_and_so_is_whatever_else_comes(tmp_path: Path) -> None:
    side_by_side(MORE, tmp_path)


STARTING, VOICE = "ui.commands.starting", "ui.commands.voice"
FAULTS: dict[str, tuple[Fault, Callable[..., None]]] = {
    "nothing ticks while it waits": (
        (
            STARTING,
            "                self._ask()\n            self._ticks.wait()",
            "                self._ask()\n            time.sleep(0.1)",
        ),
        a_slow_answer_starts_the_test,
    ),
    "signals are not looked at": (
        (STARTING, "        if self._interrupt.asked:", "        if False:"),
        partial(a_signal_ends_the_waiting, signal.SIGTERM),
    ),
    "a refused start is not told": (
        (STARTING, "            if line == WORD and not why_not:", "            if line == WORD:"),
        a_start_that_is_refused_is_told_and_may_be_told_again,
    ),
    "whoever says something waits for the terminal": (
        (VOICE, "    if not _has_a_file():", "    if True:"),
        a_terminal_that_is_held_holds_up_nothing,
    ),
}  # fmt: skip


@pytest.mark.long
def test_the_facts_fail_with_a_fault_planted(tmp_path: Path) -> None:
    def fails(fault: Fault, fact: Callable[..., None], folder: Path) -> None:
        with pytest.raises((AssertionError, TimeoutError, subprocess.TimeoutExpired)):
            fact(folder, fault=fault)

    side_by_side({name: partial(fails, fault, fact) for name, (fault, fact) in FAULTS.items()}, tmp_path)
