"""The clinic's logo is a file that somebody chose: a picture of a few megabytes, or a sentence."""

import sys
from pathlib import Path

import pytest

from tests.mutants import fails_with
from teststation.errors import BadInput
from ui.station import clinic_logo


def refused(path: Path, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        clinic_logo.read_logo(path)


def test_what_is_no_picture_is_one_sentence(tmp_path: Path) -> None:
    for name, data in (("a.png", b""), ("b.svg", b"<svg"), ("c.png", b"%PDF-1.4")):
        (tmp_path / name).write_bytes(data)
        refused(tmp_path / name, name)
    refused(tmp_path / "none.png", "none.png")


def test_a_file_without_an_end_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(bytes(clinic_logo.BYTES_MAX + 1))
    fails_with(
        clinic_logo, "read_bytes(path.expanduser(), BYTES_MAX)", "path.expanduser().read_bytes()",
        lambda: refused(tmp_path / "a.png", "larger than 2 MB"),
    )  # fmt: skip
    if sys.platform != "win32":
        refused(Path("/dev/zero"), "no ordinary file")
