"""What the product is made of: its own version and commit, and every package it stands on, with its licence."""

import platform
import re
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import Distribution, PackageNotFoundError, distribution

LICENCE_MAX = 60  # more is no name but the text itself
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Component:
    """One package. ``licence``: its SPDX expression where ``is_spdx``, else its own words; empty where it says none."""

    name: str
    version: str
    licence: str
    is_spdx: bool = False


# What the product brings along that is no package.
FONTS = (
    Component("DejaVu Sans", "2.37", "Bitstream-Vera", is_spdx=True),
    Component("Noto fonts", "", "OFL-1.1", is_spdx=True),  # one for each script, each of its own version
)


def python(version: str) -> Component:
    """The language itself."""
    return Component("CPython", version, "PSF-2.0", is_spdx=True)


def qt(version: str) -> Component:
    """What the window stands on; PySide6 bears its version."""
    return Component("Qt", version, "LGPL-3.0-only", is_spdx=True)


def component(package: Distribution) -> Component:
    """What a package says of itself."""
    said = package.metadata
    expressions = said.get_all("License-Expression")
    if expressions:
        return Component(said["Name"], said["Version"], expressions[0], is_spdx=True)
    word = "".join(said.get_all("License") or ()).strip().partition("\n")[0].partition(" (see")[0][:LICENCE_MAX]
    classified = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or () if line.startswith("License")]
    return Component(said["Name"], said["Version"], word or ", ".join(classified))


def components(product: str = "teststation") -> tuple[Component, ...]:
    """Every package the product needs, directly or not, that is installed here, Python, Qt and the fonts; by name."""
    found: dict[str, Component] = {}
    left = [product]
    while left:
        name = left.pop()
        if _key(name) in found:
            continue
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another system, or an extra that nobody asked for
        found[_key(name)] = component(package)
        left += [match[0] for line in package.requires or () if (match := _NAME.match(line))]
    found.pop(_key(product), None)
    parts = [*found.values(), *FONTS, python(platform.python_version())]
    if (window := found.get("pyside6-essentials")) is not None:
        parts.append(qt(window.version))
    return tuple(sorted(parts, key=lambda part: _key(part.name)))


def commit() -> str:
    """The commit this product was built from; empty in a clone, which knows it better itself."""
    file = resources.files("teststation") / "COMMIT"
    return file.read_text("utf-8").strip() if file.is_file() else ""


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
