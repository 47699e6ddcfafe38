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


# A column, an axis and a field name their unit: what stands in them is a bare number.
OF_A_COLUMN = {
    "result.stages": "mL/kg/min", "stages.pressure": "mmHg",
    "history.vo2": "mL/kg/min", "compare.vo2": "mL/kg/min", "compare.hr_max": "", "compare.stages": "",
    "pretest.resting": "", "pretest.hr_measured": "", "pretest.pressure": "mmHg", "sessions.column.peak": "",
    "protocols.axis_vo2": "mL/kg/min", "protocols.column.vo2": "mL/kg/min", "protocols.column.pulse": "",
    "protocols.column.time": "min:s", "plot.pulse": "", "interval.band": "",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_column_an_axis_and_a_field_name_their_unit(language: str) -> None:
    named = {key: text for _, key, text in everything(language)}
    pulse = "bpm" if language == "en" else "slag/min"  # where no other unit is given
    assert {key: named[key] for key, unit in OF_A_COLUMN.items() if (unit or pulse) not in named[key]} == {}
