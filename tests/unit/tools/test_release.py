"""What a release is made of."""

import shutil
import struct
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("releases are built on Linux", allow_module_level=True)

from teststation import __version__
from tools.release import ROOT, NotReady, check_clean, notes_of, section, sums
from tools.windows.bill import Unnamed, bill, file_version, fonts, parts
from tools.windows.installer import version
from tools.windows.parts import _read
from tools.windows.system import Done

CHANGELOG = """# Changelog

## [Unreleased]

### Added
- Not yet.

## [1.1.0] – 2027-01-04

### Added
- A thing.

## [1.0.0] – 2026-12-01

"""


def test_the_version_comes_from_one_place() -> None:
    assert version() == __version__


def test_the_notes_are_the_changelogs_section_of_this_version() -> None:
    assert section(CHANGELOG, "1.1.0") == "### Added\n- A thing.\n"


def test_a_trial_has_the_notes_of_what_is_not_released_and_else_those_of_the_release() -> None:
    assert notes_of(CHANGELOG, "1.1.0", trial=True) == "### Added\n- Not yet.\n"
    released = CHANGELOG.replace("### Added\n- Not yet.\n\n", "")
    for trial in (True, False):
        assert notes_of(released, "1.1.0", trial=trial) == "### Added\n- A thing.\n"


def test_this_version_has_its_notes() -> None:
    assert section((ROOT / "CHANGELOG.md").read_text("utf-8"), __version__).startswith("### Added")


@pytest.mark.parametrize("release", ["1.0.0", "1.1", "1x1.0", "2.0.0"])
def test_a_version_without_notes_is_not_released(release: str) -> None:
    with pytest.raises(NotReady, match="CHANGELOG"):
        section(CHANGELOG, release)


def test_what_is_in_no_commit_is_not_released(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no clone"):
        check_clean(tmp_path)
    git = ["git", "-C", str(tmp_path), "-c", "user.name=A", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "First"]):
        subprocess.run([*git, *words], check=True)
    check_clean(tmp_path)
    (tmp_path / "new.py").write_text("")
    with pytest.raises(NotReady, match=r"new\.py"):
        check_clean(tmp_path)


def test_the_sums_are_what_sha256sum_checks(tmp_path: Path) -> None:
    (tmp_path / "a.exe").write_bytes(b"program")
    (tmp_path / "SHA256SUMS").write_text(sums(tmp_path), "utf-8")
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("needs sha256sum")
    check = [program, "--check", "SHA256SUMS"]
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "a.exe").write_bytes(b"another")
    assert subprocess.run(check, cwd=tmp_path, check=False, capture_output=True).returncode == 1


def test_the_bill_names_every_component_with_its_version_and_licence(tmp_path: Path) -> None:
    info = tmp_path / "thing-2.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: Thing\nVersion: 2.1\nLicense-Expression: MIT\n", "utf-8"
    )
    made = bill(list(parts(tmp_path, "3.11.3")), "0.0.1")
    components = {part["name"]: part for part in made["components"]}  # type: ignore[union-attr]
    assert made["bomFormat"] == "CycloneDX"
    assert components["Thing"] == {
        "type": "library", "name": "Thing", "version": "2.1", "purl": "pkg:pypi/thing@2.1",
        "licenses": [{"expression": "MIT"}],
    }  # fmt: skip
    assert components["CPython"]["version"] == "3.11.3"


def test_the_bill_names_what_lies_inside_the_packages(tmp_path: Path) -> None:
    packages = tmp_path / "Lib" / "site-packages"
    for name, version_ in (("PySide6_Essentials", "6.11.3"), ("sqlcipher3", "0.6.4")):
        info = packages / f"{name}-{version_}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version_}\n", "utf-8")
    resource = struct.pack("<IIII", 0xFEEF04BD, 0x10000, 3 << 16 | 49, 1 << 16)
    for name in (
        "PySide6/Qt6Core.dll",
        "PySide6/plugins/platforms/qwindows.dll",
        "libpq-16d0.dll",
        "MSVCP140.dll",
        "PySide6/pyside6qml.abi3.dll",
    ):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_bytes(b"MZ")
    (tmp_path / "sqlite3.dll").write_bytes(b"MZ" + resource)
    (packages / "_rust.pyd").write_bytes(b"MZ\0OpenSSL 4.0.3 1 Oct 2026")
    found = {part["name"]: part for part in parts(packages, "3.11.3", tmp_path)}
    assert found["Qt"]["version"] == "6.11.3"
    assert found["SQLite"]["version"] == "3.49.1.0"
    assert found["OpenSSL"]["version"] == "4.0.3"
    assert {"SQLCipher", "OpenSSL", "libpq", "Microsoft Visual C++ Redistributable", "NSIS"} <= set(found)
    (packages / "new.dll").write_bytes(b"MZ")
    with pytest.raises(Unnamed, match=r"Lib/site-packages/new\.dll"):
        list(parts(packages, "3.11.3", tmp_path))
    assert file_version(b"MZ") == ""


def test_each_font_is_named_with_its_own_version() -> None:
    named = list(fonts(Path(str(resources.files("teststation") / "report" / "fonts"))))
    assert {"DejaVuSans", "DejaVuSans-Bold", "NotoSansSC-Regular"} <= {one.name for one in named}
    assert all(one.version and one.licence for one in named)
    assert next(one.version for one in named if one.name == "DejaVuSans") == "2.370"


def test_a_part_of_the_list_fails_where_a_test_does_and_tells_what_was_not_tried() -> None:
    said = (
        "SKIPPED [2] tests/a.py:3: rights of POSIX\nFAILED tests/a.py::test_b\n1 failed, 5 passed, 2 skipped in 3.00s\n"
    )
    failed, passed = _read(Done(1, said)), _read(Done(0, said.replace("FAILED tests/a.py::test_b\n", "")))
    assert (failed.passed, failed.details) == (False, "FAILED tests/a.py::test_b")
    assert passed.passed
    assert "not tried (2): rights of POSIX" in passed.told
    assert not _read(Done(-9, "")).passed
    assert not _read(Done(0, "....")).passed, "ended before it could tell"
