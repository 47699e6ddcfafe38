"""Which worker begins with what: nothing lost, nothing twice, real time shared by half of the workers."""

from hypothesis import given
from hypothesis import strategies as st

from tests.order import shared_out

# (module, in real time, long, quick) of one test
Kind = tuple[int, bool, bool, bool]
TESTS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans(), st.booleans()), max_size=60)


def _shared_out(kinds: list[Kind], workers: int) -> list[tuple[int, Kind]]:
    return shared_out(
        list(enumerate(kinds)),
        workers=workers,
        in_real_time=lambda item: item[1][1],
        long=lambda item: item[1][2],
        quick=lambda item: item[1][3],
        module=lambda item: item[1][0],
    )


@given(TESTS, st.integers(1, 6))
def test_every_test_is_there_once(kinds: list[Kind], workers: int) -> None:
    assert sorted(_shared_out(kinds, workers)) == list(enumerate(kinds))


def test_half_of_the_workers_begin_with_what_runs_in_real_time_and_long_ones_first() -> None:
    kinds: list[Kind] = [(n // 2, n % 4 == 0, n % 8 == 0, n % 3 == 0) for n in range(40)]
    order = [kind for _, kind in _shared_out(kinds, 4)]
    first, second, third, fourth = (order[n : n + 10] for n in (0, 10, 20, 30))
    for block in (first, second):
        timed = [kind for kind in block if kind[1]]
        assert len(timed) == 5
        assert block[:5] == timed
        assert [kind[2] for kind in timed] == sorted((kind[2] for kind in timed), reverse=True)
    assert not any(kind[1] for kind in (*third, *fourth))
    assert third[0][3]  # what needs no wire shows a mistake first


def test_one_worker_alone_begins_with_what_only_computes() -> None:
    order = [
        kind for _, kind in _shared_out([(0, True, True, False), (1, False, False, False), (2, False, False, True)], 1)
    ]
    assert [kind[0] for kind in order] == [2, 1, 0]
