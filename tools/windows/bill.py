"""The bill of materials of what is shipped for Windows: packages, Python, Qt, and the machine code inside them.

A wheel names itself and no library that its maker linked into it or laid beside it. Which those are stands here; a DLL
that nobody has named is no part of a release.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from importlib.metadata import distributions
from pathlib import Path

from ui.station.components import FONTS, Component, component, python, qt

CYCLONEDX = "1.5"
# What checks the bill against the official schema; in an environment of its own, since nothing else needs it.
VALIDATOR = "cyclonedx-python-lib[json-validation]==11.12.0"
VALIDATES = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
wrong = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1], encoding="utf-8").read())
sys.exit(wrong and str(wrong.data))
"""
_MICROSOFT = "Microsoft Visual C++ Redistributable"
# Names of DLLs, the first that fits: what it is, and its licence. Empty: part of a package or of Python, named as such.
_DLLS = (
    ("libcrypto-1_1*", "OpenSSL", "OpenSSL"),
    ("libssl-1_1*", "OpenSSL", "OpenSSL"),
    ("libcrypto-3*", "OpenSSL", "Apache-2.0"),
    ("libssl-3*", "OpenSSL", "Apache-2.0"),
    ("libffi-*", "libffi", "MIT"),
    ("sqlite3.dll", "SQLite", "blessing"),
    ("vcruntime*", _MICROSOFT, ""),
    ("msvcp*", _MICROSOFT, ""),
    ("concrt*", _MICROSOFT, ""),
    ("vcomp*", _MICROSOFT, ""),
    ("vcamp*", _MICROSOFT, ""),
    ("vccorlib*", _MICROSOFT, ""),
    ("libscipy_openblas*", "OpenBLAS", "BSD-3-Clause"),
    ("libusb-1.0*", "libusb", "LGPL-2.1-or-later"),
    ("pdfium*", "PDFium", "Apache-2.0"),
    ("qpdf*", "qpdf", "Apache-2.0"),
    ("libpq*", "libpq", "PostgreSQL"),
    ("python3*.dll", "", ""),
    ("pyshellext*", "", ""),
    ("shiboken6.abi3.dll", "", ""),
    ("pyside6*.abi3.dll", "", ""),
)
# Linked into a package's own module, by the package: its name, and the library's.
_LINKED = {"sqlcipher3": ("SQLCipher", "BSD-3-Clause"), "uharfbuzz": ("HarfBuzz", "MIT-Modern-Variant")}
_OPENSSL = re.compile(rb"OpenSSL (\d+\.\d+\.\d+)")
# What packs the program, and begins in it.
_SETUP = (Component("NSIS", "", "Zlib", is_spdx=True), Component("mingw-w64 runtime", "", "ZPL-2.1", is_spdx=True))


class Unnamed(Exception):
    """Machine code is shipped of which nobody has said what it is."""


def native(program: Path, qt_version: str) -> Iterator[Component]:
    """The libraries that lie in the program as DLLs. Raises Unnamed."""
    unnamed: list[str] = []
    for file in sorted(program.rglob("*.dll")):
        if file.name.startswith("Qt6") or "plugins" in file.parts:
            yield qt(qt_version)
            continue
        known = next(((name, licence) for shape, name, licence in _DLLS if fnmatch(file.name.lower(), shape)), None)
        if known is None:
            unnamed.append(file.relative_to(program).as_posix())
        elif known[0]:
            name, licence = known
            version = file_version(file.read_bytes())
            yield Component(name, version, licence or _MICROSOFT, is_spdx=bool(licence))
    if unnamed:
        raise Unnamed(f"nobody has said what these are: {', '.join(unnamed)}; name them in {Path(__file__).name}")


def linked(packages: Path, brought: Iterable[str]) -> Iterator[Component]:
    """The libraries inside the packages' own modules; OpenSSL says its version there."""
    for name in brought:
        if name.lower() in _LINKED:
            library, licence = _LINKED[name.lower()]
            yield Component(library, "", licence, is_spdx=True)
    for module in sorted(packages.rglob("*.pyd")):
        if said := _OPENSSL.search(module.read_bytes()):
            yield Component("OpenSSL", said[1].decode("ascii"), "Apache-2.0", is_spdx=True)


def file_version(image: bytes) -> str:
    """The version in a Windows program's own resources; empty where it has none."""
    at = image.find(struct.pack("<I", 0xFEEF04BD))
    if at < 0 or at + 16 > len(image):
        return ""
    high, low = struct.unpack_from("<8xII", image, at)
    numbers = (high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF)
    return ".".join(map(str, numbers)) if any(numbers) else ""


def fonts(folder: Path) -> Iterator[Component]:
    """Each font file that is shipped, with its own version. DejaVu's licence, or that of the Noto fonts."""
    for file in sorted(folder.rglob("*.ttf")):
        licence = "Bitstream-Vera" if file.name.startswith("DejaVu") else "OFL-1.1"
        yield Component(file.stem, font_revision(file.read_bytes()), licence, is_spdx=True)


def font_revision(font: bytes) -> str:
    """The revision in a TrueType font's head table."""
    for place in range(struct.unpack_from(">H", font, 4)[0]):
        name, at = struct.unpack_from(">4s4xI", font, 12 + 16 * place)
        if name == b"head":
            whole, part = struct.unpack_from(">HH", font, at + 4)
            return f"{whole}.{round(part * 1000 / 65536):03d}"
    return ""


def parts(packages: Path, cpython: str, program: Path | None = None) -> Iterator[dict[str, object]]:
    """Everything that is shipped, as components of a CycloneDX bill. Raises Unnamed."""
    brought = {distribution.name: component(distribution) for distribution in distributions(path=[str(packages)])}
    qt_version = next((one.version for one in brought.values() if one.name.lower().startswith("pyside6")), "")
    others = [python(cpython), *linked(packages, brought), *_SETUP]
    if program is not None:
        others += [*native(program, qt_version), *fonts(packages / "teststation" / "report" / "fonts")]
    else:
        others += FONTS
    yield from (_part(one, pypi=True) for one in _sorted(brought.values()))
    yield from (_part(one, pypi=False) for one in _sorted(dict.fromkeys(others)))


def _sorted(components: Iterable[Component]) -> list[Component]:
    return sorted(components, key=lambda one: (one.name.lower(), one.version))


def _part(one: Component, *, pypi: bool) -> dict[str, object]:
    made: dict[str, object] = {"type": "library", "name": one.name}
    if one.version:
        made["version"] = one.version
    if pypi:
        made["purl"] = f"pkg:pypi/{one.name.lower()}@{one.version}"
    if one.licence:
        made["licenses"] = [{"expression": one.licence} if one.is_spdx else {"license": {"name": one.licence}}]
    return made


def bill(components: list[dict[str, object]], version: str) -> dict[str, object]:
    """A CycloneDX document of this release."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": CYCLONEDX,
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "teststation", "version": version}},
        "components": components,
    }
