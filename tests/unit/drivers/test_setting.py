"""A setting that is taken, refused, or taken as another value: to the exchange."""

from drivers.treadmill.port import Answer, Order, Request
from drivers.treadmill.setting import Setting
from drivers.treadmill.trackmaster import dialect
from tests.unit.drivers.machine_on_paper import PaperMachine, Wall
from teststation.ports import TripReason


class Bench:
    """A setting on a machine, and what it said of it."""

    def __init__(self, own_lowest_kmh: float = 0.0, *, takes_own_lowest: bool = False) -> None:
        self.machine = PaperMachine(Wall(), dialect("kmh"))
        self.machine.own_lowest_kmh, self.machine.takes_own_lowest = own_lowest_kmh, takes_own_lowest
        self.trips: list[tuple[TripReason, str]] = []
        self.noted: list[Answer] = []
        self.told: list[float] = []
        self.setting = Setting(
            self.machine,
            {},
            self.ask,
            lambda reason, words: self.trips.append((reason, words)),
            self.noted.append,
            lambda: self.told.append(self.setting.lowest_kmh),
        )

    def ask(self, request: Request, value: float | None = None, *, retry: bool = True) -> Answer | None:
        return self.machine.ask(request, None if value is None else Order(value, 0.0), retry=retry)


def test_nothing_is_set_before_it_was_taken_and_nothing_after_rest() -> None:
    bench = Bench()
    setting = bench.setting
    assert (setting.sent_kmh, setting.sent_incline_pct) == (None, None)
    assert setting.set(Request.SET_SPEED, 4.0)
    assert (setting.sent_kmh, setting.sent_incline_pct) == (4.0, None)
    assert setting.set(Request.SET_INCLINE, 2.0)
    assert (setting.sent_kmh, setting.sent_incline_pct) == (4.0, 2.0)
    assert [(answer.request, answer.value) for answer in bench.noted] == [
        (Request.SPEED_SETTING, 4.0), (Request.INCLINE_SETTING, 2.0),
    ]  # fmt: skip
    setting.forget()
    assert (setting.sent_kmh, setting.sent_incline_pct) == (None, None)


def test_the_third_setting_that_is_taken_as_another_value_trips_and_one_that_is_taken_takes_one_back() -> None:
    bench = Bench(3.0, takes_own_lowest=True)
    setting = bench.setting
    for kmh in (4.0, 2.0, 2.1, 4.0, 2.2):
        assert setting.set(Request.SET_SPEED, kmh) is (kmh > 3.0)
    assert bench.trips == []
    assert not setting.set(Request.SET_SPEED, 2.3)
    assert bench.trips == [(TripReason.REFUSED, "2.3 km/h is not taken over")]
    assert setting.sent_kmh == 4.0


def test_a_machine_that_takes_its_own_lowest_instead_is_asked_for_that_next() -> None:
    bench = Bench(0.5, takes_own_lowest=True)
    assert bench.setting.set_lowest()
    assert bench.machine.values(Request.SET_SPEED) == [0.2, 0.5]
    assert (bench.told, bench.trips, bench.setting.sent_kmh) == ([0.5], [], 0.5)


def test_what_is_not_answered_is_neither_taken_nor_refused() -> None:
    for silent in (Request.SET_SPEED, Request.SPEED_SETTING):
        bench = Bench()
        bench.machine.answers = lambda asked, own, silent=silent: None if asked is silent else own
        assert not bench.setting.set(Request.SET_SPEED, 4.0)
        assert not bench.setting.set_lowest()
        assert (bench.trips, bench.told, bench.setting.sent_kmh) == ([], [], None)


def test_a_setting_that_cannot_be_read_back_is_not_taken_over() -> None:
    bench = Bench()
    bench.machine.answers = lambda asked, own: Answer(asked, refused=True) if asked is Request.SPEED_SETTING else own
    assert [bench.setting.set(Request.SET_SPEED, 4.0) for _ in range(3)] == [False] * 3
    assert bench.trips == [(TripReason.REFUSED, "4.0 km/h is not taken over")]
    assert bench.setting.sent_kmh is None
