"""A COM port lent to a test on the Windows made of Wine: bytes both ways, a cable that is pulled and put in again."""

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs the terminals of POSIX", allow_module_level=True)

from tools.windows.crossing import Crossing


def wait_for(fact: Callable[[], bool]) -> None:
    until_s = time.monotonic() + 10.0
    while not fact():
        assert time.monotonic() < until_s, "waited in vain"
        time.sleep(0.01)


def test_bytes_go_both_ways_and_a_pulled_cable_comes_back_under_its_name() -> None:
    placed: dict[str, Path | None] = {}
    with socket.create_server(("127.0.0.1", 0)) as machine, Crossing(placed.__setitem__) as crossing:
        host, _, port = crossing.address.rpartition(":")
        with socket.create_connection((host, int(port)), 5.0) as asked, asked.makefile("r") as said:
            asked.sendall(f"{machine.getsockname()[1]}\n".encode("ascii"))
            wire, _ = machine.accept()
            name = said.readline().strip()
            terminal = placed[name]
            assert terminal is not None
            end = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
            os.write(end, b"\xc0")
            assert wire.recv(8) == b"\xc0"
            wire.sendall(b"\x00\xff\r\n")
            assert os.read(end, 8) == b"\x00\xff\r\n", "a byte is a byte"
            wire.close()
            wait_for(lambda: placed[name] is None)
            os.close(end)
            again, _ = machine.accept()
            wait_for(lambda: placed[name] is not None)
        wait_for(lambda: placed[name] is None)
        again.close()
