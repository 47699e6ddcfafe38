"""What the product says it is made of."""

import platform
from importlib import resources
from importlib.metadata import distribution

from ui.station.components import FONTS, Component, commit, component, components


def test_every_package_that_is_named_in_the_project_is_there_and_what_those_stand_on() -> None:
    found = {one.name.lower(): one for one in components()}
    for name in ("numpy", "pyserial", "pyqtgraph", "reportlab", "sqlalchemy", "zxcvbn", "shiboken6"):
        assert name in found, name
        assert found[name].version
    assert "teststation" not in found
    assert len(found) > 25


def test_python_qt_and_the_fonts_of_the_pages_are_named_too() -> None:
    found = {one.name: one for one in components()}
    assert found["Qt"].version == distribution("PySide6_Essentials").version
    assert found["CPython"].version == platform.python_version()
    fonts = {file.name for file in (resources.files("teststation") / "report" / "fonts").iterdir()}
    assert {"LICENSE-DejaVu.txt", "noto"} <= fonts, "a font that is brought along is named in FONTS"
    assert {one.name for one in FONTS} <= set(found)
    assert all(one.licence and one.is_spdx for one in FONTS)


def test_nearly_every_package_names_its_licence() -> None:
    silent = [one.name for one in components() if not one.licence]
    assert len(silent) <= 2, silent


def test_a_licence_is_an_expression_where_the_package_says_so() -> None:
    said = component(distribution("msgspec"))
    assert said == Component("msgspec", distribution("msgspec").version, said.licence, said.is_spdx)
    assert said.licence.startswith("BSD")


def test_a_clone_names_no_commit_of_its_own() -> None:
    assert commit() == ""
