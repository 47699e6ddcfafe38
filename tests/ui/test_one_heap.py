"""However many threads work beside the window, they have one heap, and what is large lies beside it."""

import ctypes
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.mutants import fails_with
from ui.desktop import one_heap

# In a process of its own: what the library was told holds to a process's end.
COUNTED = """
import ctypes, sys, threading
{before}
library = ctypes.CDLL(None)
together, kept = threading.Barrier(6), []
def ask():
    together.wait()
    kept.append([bytes(5000) for _ in range(200)])
    together.wait()
threads = [threading.Thread(target=ask) for _ in range(6)]
for one in threads: one.start()
for one in threads: one.join()
page = bytearray(8 << 20)
del page
again = bytearray(8 << 20)
library.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fopen(sys.argv[1].encode(), b"w"))
library.malloc_info(0, file)
library.fclose(file)
"""


def heaps(tmp_path: Path, before: str) -> tuple[int, bool]:
    """How many there are when six threads have asked for memory at once; whether what is large lies beside them.

    Large is a second piece, where the first of its size has gone back to the system.
    """
    told = tmp_path / "heaps.xml"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUN"))}
    command = (sys.executable, "-c", COUNTED.format(before=before), str(told))
    subprocess.run(command, check=True, timeout=60, env=environment)
    found = told.read_text("ascii")
    beside = re.findall(r'<total type="mmap" count="\d+" size="(\d+)"', found)
    return found.count("<heap nr="), int(beside[-1]) >= 8 << 20


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another library has other heaps")
def test_the_windows_threads_share_one_heap_and_what_is_large_lies_beside_it(tmp_path: Path) -> None:
    assert heaps(tmp_path, "import ui.desktop") == (1, True)
    many, beside = heaps(tmp_path, "")
    assert many > 1
    assert not beside


def a_library_is_asked_for_one_heap() -> None:
    asked: list[tuple[int, int]] = []
    libraries = SimpleNamespace(mallopt=lambda *wish: asked.append(wish) or 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "linux")
        patch.setattr(ctypes, "CDLL", lambda _: libraries)
        assert one_heap.keep_one_heap()
    assert asked == [(-8, 1), (-3, 1 << 20), (-1, 2 << 20)]


def test_a_library_is_asked_for_one_heap() -> None:
    fails_with(one_heap, "(-3, MB), ", "", a_library_is_asked_for_one_heap)


def test_windows_and_a_library_without_such_wishes_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    assert not one_heap.keep_one_heap()
    monkeypatch.delattr(ctypes, "CDLL")
    monkeypatch.setattr(sys, "platform", "win32")
    assert not one_heap.keep_one_heap()
