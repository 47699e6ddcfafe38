"""A pulse is told with its unit, in every language; but where the axis, the column or the line before has it."""

import re

import pytest

from tests.unit.texts.test_catalogues import everything
from teststation.texts import LANGUAGES

UNIT = {"nb": r"\bslag\b", "nn": r"\bslag\b", "en": r"\bbpm\b|beats/min"}
BESIDE = {  # where the unit stands: on the axis, in the heading, or in the name of the field
    "report.chart.hr_max", "report.chart.hr_max_two", "report.chart.limit", "plot.max", "plot.max_two", "plot.limit",
    "protocols.pulse",
    "report.sum.peak_value", "report.sum.reckoned_value", "pretest.hr_nes", "pretest.hr_brawner",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pulse_is_told_with_its_unit(language: str) -> None:
    bare = {
        key: text
        for _, key, text in everything(language)
        if "{bpm" in text and not re.search(UNIT[language], re.sub(r"\{\w+\}", "", text)) and key not in BESIDE
    }
    assert bare == {}
