"""What a search of the air tells whoever began it."""

import io
import sys

import pytest

from drivers.heart_rate.straps_seen import StrapSeen
from drivers.radio import scan_process
from tests.mutants import fails_with


def a_name_comes_over_in_its_own_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the text of a pipe is in the code of the user's language."""
    seen = StrapSeen(name="Mølle 跑步机", address="C0:FF:EE:12:34:56", bpm=71)
    pipe = io.BytesIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", io.TextIOWrapper(pipe, encoding="cp1252", errors="replace"))
        scan_process.say(seen)
        assert scan_process.told(pipe.getvalue().splitlines(), StrapSeen) == [seen]


def test_a_name_comes_over_in_its_own_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    a_name_comes_over_in_its_own_letters(monkeypatch)


def a_garbled_line_costs_no_other_strap() -> None:
    lines = [b'{"name":"M\xf8lle"}', b'{"name":', b'{"name":"HRM 1"}']
    try:
        assert scan_process.told(lines, StrapSeen) == [StrapSeen(name="HRM 1")]
    except UnicodeError as error:
        pytest.fail(f"the search ended with {error}")


def test_a_garbled_line_costs_no_other_strap() -> None:
    a_garbled_line_costs_no_other_strap()


def test_another_code_and_a_line_that_ends_the_search_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    as_bytes = 'sys.stdout.buffer.write(msgspec.json.encode(seen) + b"\\n")\n    sys.stdout.buffer.flush()'
    as_text = "print(msgspec.json.encode(seen).decode(), flush=True)"
    fails_with(scan_process, as_bytes, as_text, lambda: a_name_comes_over_in_its_own_letters(monkeypatch))
    fails_with(scan_process, ", UnicodeDecodeError", "", a_garbled_line_costs_no_other_strap)
