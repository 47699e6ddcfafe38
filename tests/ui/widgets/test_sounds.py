"""Tones: made of arithmetic, told apart by ear, and asked for at the right moments."""

import io
import sys
import threading
import wave
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.ui.conftest import Bench
from teststation.cause import Cause
from teststation.run.alarms import Alarm, Priority
from teststation.snapshot import Exertion
from ui.desktop.widgets import sounds
from ui.desktop.widgets.sounds import RATE_HZ, SOUNDS, Speaker, as_wave, samples
from ui.desktop.widgets.tones import COUNTED_S, Tones


def pulses(name: str) -> int:
    return sum(hz > 0 for hz, _ in SOUNDS[name])


def crossings_hz(name: str) -> float:
    values = samples(SOUNDS[name])
    ups = sum(a <= 0 < b for a, b in pairwise(values))
    return ups * RATE_HZ / len(values)


def test_priorities_are_told_apart_by_how_many_pulses_they_have() -> None:
    assert [pulses(name) for name in ("high", "medium", "low")] == [10, 3, 2]


def test_the_last_seconds_rise() -> None:
    heard = [crossings_hz(f"count_{left}") for left in COUNTED_S]
    assert heard == sorted(heard)
    assert heard[-1] > 1.8 * heard[0]


@pytest.mark.parametrize("name", SOUNDS)
def test_every_sound_is_a_file_without_a_click(name: str) -> None:
    with wave.open(io.BytesIO(as_wave(SOUNDS[name]))) as made:
        assert (made.getnchannels(), made.getsampwidth(), made.getframerate()) == (1, 2, RATE_HZ)
        assert made.getnframes() == len(samples(SOUNDS[name]))
    values = samples(SOUNDS[name])
    assert (values[0], values[-1]) == (0, 0)
    assert max(map(abs, values)) < 32_767


def test_a_speaker_plays_in_a_thread_of_its_own_and_beeps_where_there_is_nothing_to_play_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played, done = list[tuple[str, str]](), threading.Event()

    def play(path: Path) -> None:
        assert path.read_bytes().startswith(b"RIFF")
        played.append((path.stem, threading.current_thread().name))
        done.set()

    monkeypatch.setattr(sounds, "_player", lambda: play)
    Speaker().play("medium")
    assert done.wait(10)
    assert played == [("medium", "speaker")]
    beeps: list[int] = []
    monkeypatch.setattr(sounds, "_player", lambda: None)
    Speaker(lambda: beeps.append(1)).play("high")
    assert beeps == [1]


def test_what_sounds_when(bench: Bench) -> None:
    bench.to_stages()
    quiet = replace(bench.running.snapshot(), alarms=(), countdown_s=None, prompt=None, rpe=Exertion())
    tones = Tones()
    assert tones.due(quiet, 0.0) == ""
    counted = [tones.due(replace(quiet, countdown_s=tenth / 10), 1.0) for tenth in range(100, 0, -1)]
    assert [name for name in counted if name] == [f"count_{left}" for left in COUNTED_S]

    def standing(priority: Priority, *, sounding: bool = True) -> Alarm:
        return Alarm(Cause("hr_lost"), priority, sounding)

    medium = replace(quiet, alarms=(standing(Priority.MEDIUM),))
    assert tones.due(medium, 10.0) == "medium"
    assert tones.due(medium, 12.0) == ""
    high = replace(quiet, alarms=(standing(Priority.HIGH),))
    assert tones.due(high, 12.1) == "high", "a more urgent one waits for nobody"
    assert tones.due(high, 14.0) == ""
    assert tones.due(high, 17.0) == "high"
    seen = replace(quiet, alarms=(standing(Priority.MEDIUM, sounding=False),))
    assert tones.due(seen, 30.0) == ""
    assert tones.due(medium, 31.0) == "medium", "heard again at once when it sounds again"
    low = replace(quiet, alarms=(standing(Priority.LOW),))
    assert tones.due(quiet, 40.0) == ""
    assert [tones.due(low, 41.0 + wait) for wait in range(200)].count("low") == 2, "and after two minutes"
    tones.due(quiet, 300.0)
    missing = replace(quiet, rpe=Exertion(0, None, due=True, missing=(0,)))
    assert [tones.due(missing, 301.0 + wait) for wait in range(20)].count("asked") == 1, "once"


@pytest.mark.parametrize("priority", list(Priority))
def test_one_more_that_is_as_loud_is_heard_at_once_and_one_that_flickers_is_not(
    bench: Bench, priority: Priority
) -> None:
    quiet = replace(bench.to_stages().running.snapshot(), alarms=(), countdown_s=None, prompt=None, rpe=Exertion())
    first, second = Alarm(Cause("hr_lost"), priority, True), Alarm(Cause("hr_battery_low"), priority, True)
    tones = Tones()
    assert tones.due(replace(quiet, alarms=(first,)), 0.0)
    assert tones.due(replace(quiet, alarms=(first, second)), 1.0) == priority.name.lower()
    assert tones.due(replace(quiet, alarms=(first, second)), 2.0) == ""
    flickering = [((first,), (second,))[tenth % 2] for tenth in range(20)]
    assert {tones.due(replace(quiet, alarms=one), 2.0 + n / 10) for n, one in enumerate(flickering)} == {""}


def test_one_that_was_drowned_by_a_louder_one_is_heard_when_that_is_over(bench: Bench) -> None:
    quiet = replace(bench.to_stages().running.snapshot(), alarms=(), countdown_s=None, prompt=None, rpe=Exertion())
    loud, low = Alarm(Cause("hr_lost"), Priority.MEDIUM, True), Alarm(Cause("hr_frozen"), Priority.LOW, True)
    tones = Tones()
    assert tones.due(replace(quiet, alarms=(loud, low)), 0.0) == "medium"
    assert tones.due(replace(quiet, alarms=(replace(loud, sounding=False), low)), 1.0) == "low"


def test_windows_plays_with_its_own_player(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    played: list[tuple[str, int]] = []
    flags = {"SND_FILENAME": 1, "SND_ASYNC": 2, "SND_NODEFAULT": 4}
    stand_in = SimpleNamespace(PlaySound=lambda path, how: played.append((path, how)), **flags)
    monkeypatch.setitem(sys.modules, "winsound", stand_in)
    monkeypatch.setattr(sounds, "sys", SimpleNamespace(platform="win32"))
    play = sounds._player()
    assert play is not None
    play(tmp_path / "high.wav")
    assert played == [(str(tmp_path / "high.wav"), 7)]
