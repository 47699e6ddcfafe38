"""Which worker begins with what: nothing lost, nothing twice, and never many whole stations side by side."""

from hypothesis import given
from hypothesis import strategies as st

from tests.order import shared_out

# (module, in real time, long, quick, whole stations) of one test
Kind = tuple[int, bool, bool, bool, bool]
TESTS = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.booleans(), st.booleans(), st.booleans()), max_size=60)


def _shared_out(kinds: list[Kind], workers: int) -> list[tuple[int, Kind]]:
    return shared_out(
        list(enumerate(kinds)),
        workers=workers,
        in_real_time=lambda item: item[1][1],
        long=lambda item: item[1][2],
        quick=lambda item: item[1][3],
        whole_stations=lambda item: item[1][4],
        module=lambda item: item[1][0],
    )


@given(TESTS, st.integers(1, 9))
def test_every_test_is_there_once(kinds: list[Kind], workers: int) -> None:
    assert sorted(_shared_out(kinds, workers)) == list(enumerate(kinds))


def test_a_quarter_begins_with_whole_stations_half_with_what_waits_and_with_the_long_ones() -> None:
    kinds: list[Kind] = [(n // 2, n % 4 < 2, n % 8 == 0, n % 3 == 0, n % 4 == 0) for n in range(80)]
    order = [kind for _, kind in _shared_out(kinds, 8)]
    blocks = [order[n : n + 10] for n in range(0, 80, 10)]
    for block, stations, count in zip(blocks, (True,) * 2 + (False,) * 4, (10,) * 2 + (5,) * 4, strict=False):
        timed = [kind for kind in block if kind[1]]
        assert len(timed) == count
        assert block[:count] == timed
        assert {kind[4] for kind in timed} == {stations}
        assert [kind[2] for kind in timed] == sorted((kind[2] for kind in timed), reverse=True)
    assert not any(kind[1] for kind in (*blocks[6], *blocks[7]))
    assert blocks[6][0][3]  # what needs no wire shows a mistake first


def test_one_worker_alone_begins_with_what_only_computes() -> None:
    order = [
        kind
        for _, kind in _shared_out(
            [(0, True, True, False, True), (1, False, False, False, False), (2, False, False, True, False)], 1
        )
    ]
    assert [kind[0] for kind in order] == [2, 1, 0]
