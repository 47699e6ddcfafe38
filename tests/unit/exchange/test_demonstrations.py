"""What leaves a record says of a demonstration that it is one, and of a test of a person nothing of the kind."""

import io

import msgspec
import pytest
from fhir.resources.R4B.bundle import Bundle
from pypdf import PdfReader

from tests.sample_tests import sample
from tests.unit.exchange.test_files_of_a_run import fit_messages
from tests.unit.records.builders import events_of
from tests.unit.report.test_report import report, text_of
from teststation.errors import BadInput
from teststation.exchange.fhir import bundle_of
from teststation.exchange.fit import fit_of
from teststation.exchange.tables import people_rows, stage_rows
from teststation.exchange.tables import test_row as row_of_test
from teststation.exchange.tcx import DEMO, tcx_of
from teststation.output import run_object
from teststation.records.database import Record
from teststation.records.people.person import Person
from teststation.report.pdf import render
from teststation.run.record import RunRecord
from teststation.subject import Sex


@pytest.fixture
def demo() -> RunRecord:
    """The sample, as it would have been made on the emulators."""
    return msgspec.structs.replace(
        sample()[0], id="demo-run", treadmill="emulated:trackmaster", heart_rate="emulated:bridge"
    )


def test_files_of_a_run_say_so(demo: RunRecord) -> None:
    real = sample()[0]
    assert fit_messages(fit_of(demo))["file_id"][0]["product_name"] == "DEMONSTRATION"
    assert "product_name" not in fit_messages(fit_of(real))["file_id"][0]
    assert fit_messages(fit_of(demo))["record"] == fit_messages(fit_of(real))["record"]
    assert DEMO.encode() in tcx_of(demo)
    assert DEMO.encode() not in tcx_of(real)
    found = sample()[1]
    assert [run_object(run, found)["test"]["demo"] for run in (demo, real)] == [True, False]


def test_every_page_of_its_report_says_so(demo: RunRecord) -> None:
    found = sample()[1]
    for language, words in (("nb", "DEMONSTRASJON – ikke en test"), ("en", "DEMONSTRATION – not a test")):
        pages = PdfReader(io.BytesIO(render(report(demo, found, language=language)))).pages
        assert all(words in page.extract_text() for page in pages)
        assert words not in text_of(render(report(*sample(), language=language)))


def test_rows_and_bundles_say_so_of_person_and_test(record: Record, person: Person, demo: RunRecord) -> None:
    nobody = record.people.add(family_name="Pasient", given_name="Demo", sex=Sex.MALE, demo=True)
    kept = record.tests.save(nobody.id, demo, sample()[1], events_of(3))
    real = record.tests.history(person.id)[0]
    assert [row["demo"] for row in people_rows([nobody, person])] == [True, False]
    for stored, is_demo in ((kept, True), (real, False)):
        assert {row_of_test(stored)["demo"], *(row["demo"] for row in stage_rows(stored))} == {is_demo}
    assert {line.id: line.demo for line in record.tests.summaries()} == {
        kept.id: True,
        **{stored.id: False for stored in record.tests.history(person.id)},
    }
    for who, stored, marked in ((nobody, kept, True), (person, real, False)):
        bundle = bundle_of(who, [stored], {})
        Bundle.model_validate(bundle)
        # Who works here and the program are no data of anybody's test.
        data = [entry["resource"] for entry in bundle["entry"]]
        data = [one for one in data if one["resourceType"] != "Practitioner" and "version" not in one]
        assert {one["resourceType"] for one in data} == {"Patient", "Observation", "DiagnosticReport", "Device"}
        assert {("HTEST" in str(one.get("meta"))) for one in data} == {marked}


def test_the_demonstrations_person_stays_it_and_apart(record: Record, person: Person) -> None:
    nobody = record.people.add(family_name="Pasient", given_name="Demo", sex=Sex.MALE, demo=True)
    renamed = record.people.update(msgspec.structs.replace(nobody, family_name="Hansen", demo=False))
    assert (renamed.family_name, renamed.demo) == ("Hansen", True)
    assert record.people.versions(nobody.id)[0].demo
    for kept, duplicate in ((person, nobody), (nobody, person)):
        with pytest.raises(BadInput, match="demonstration"):
            record.merging.merge(kept.id, duplicate.id)
    other = record.people.add(family_name="Pasient", given_name="Demo", sex=Sex.MALE, demo=True)
    record.merging.merge(nobody.id, other.id)
    assert record.people.get(nobody.id).demo
