"""However many threads work beside the window, they have one heap, and none that keeps what it was once large for."""

import ctypes
import os
import platform
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
library.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(library.fopen(sys.argv[1].encode(), b"w"))
library.malloc_info(0, file)
library.fclose(file)
"""


def heaps(tmp_path: Path, before: str) -> int:
    """How many there are when six threads have asked for memory at once."""
    told = tmp_path / "heaps.xml"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUN"))}
    command = (sys.executable, "-c", COUNTED.format(before=before), str(told))
    subprocess.run(command, check=True, timeout=60, env=environment)
    return told.read_text("ascii").count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another library has other heaps")
def test_the_windows_threads_share_one_heap(tmp_path: Path) -> None:
    assert heaps(tmp_path, "import ui.desktop") == 1
    assert heaps(tmp_path, "") > 1


def a_library_is_asked_for_one_heap() -> None:
    asked: list[tuple[int, int]] = []
    libraries = SimpleNamespace(mallopt=lambda *wish: asked.append(wish) or 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "linux")
        patch.setattr(ctypes, "CDLL", lambda _: libraries)
        assert one_heap.keep_one_heap()
    assert (-8, 1) in asked


def test_a_library_is_asked_for_one_heap() -> None:
    fails_with(one_heap, "_HEAPS_AT_MOST = -8", "_HEAPS_AT_MOST = -7", a_library_is_asked_for_one_heap)


def test_windows_and_a_library_without_such_wishes_are_left_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    assert not one_heap.keep_one_heap()
    monkeypatch.delattr(ctypes, "CDLL")
    monkeypatch.setattr(sys, "platform", "win32")
    assert not one_heap.keep_one_heap()
