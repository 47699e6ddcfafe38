"""The papers of kept tests: what pages and texts are made from, by the record and the clinic's settings. No Qt."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from teststation import __version__
from teststation.errors import BadInput
from teststation.records.people import national_number
from teststation.records.people.person import Person
from teststation.texts import english
from ui.station.clinic_logo import read_logo
from ui.station.settings import Settings

if TYPE_CHECKING:
    from teststation.exchange.export import Manner
    from teststation.records.database import Record
    from teststation.records.tests.stored import KeptLine, StoredTest
    from teststation.report.model import Clinic, Previous, Report

    MakesPapers = Callable[[Report, str], tuple[bytes, str]]

log = logging.getLogger("teststation.station")


class PaperMaker:
    """What a station does with a test that is kept, for those who read of it."""

    record: "Record"
    settings: Settings
    make_papers: "MakesPapers"

    def language_of(self, person: Person) -> str:
        """In which language a person reads: their own, else the clinic's."""
        return person.language or self.settings.language

    def device_names(self) -> dict[str, str]:
        """The clinic's own names of its treadmills, by DEVICE string without options."""
        try:
            from drivers.machines import load_machines

            machines = load_machines()
        except BadInput as error:
            log.warning("machines have no names now: %s", english(*error.causes))
            return {}
        return {machine.device.partition(",")[0]: machine.name for machine in machines if machine.name}

    def manner(self, csv_style: str | None = None) -> "Manner":
        """How exported files are named and written: as was asked, else as the clinic has set."""
        from teststation.exchange.export import Manner
        from teststation.exchange.tables import style_of

        settings = self.settings
        style = style_of(csv_style or settings.csv_style, settings.language)
        return Manner(settings.person_in_file_names, style, self.device_names())

    def report(self, stored: "StoredTest", language: str | None = None) -> bytes:
        """The report as PDF/A, in the person's language unless another is asked for.

        Takes a while: call it where nobody waits for the belt.
        """
        return self.papers(stored, language)[0]

    def papers(self, stored: "StoredTest", language: str | None = None) -> tuple[bytes, str]:
        """The report as PDF/A and the same in five lines for a journal. Takes a while, as ``report``."""
        return self.make_papers(self.paper(stored, language), stored.id)

    def paper(self, stored: "StoredTest", language: str | None = None) -> "Report":
        """What a test's page and text are made from."""
        from teststation.report.model import Extras, HistoryPoint, ReportPerson, Signed, Version, build

        person = self.record.people.get(stored.person_id)
        until_now, facts = self._until(stored), self.record.tests.trend_facts(stored.person_id)
        history = [
            HistoryPoint(
                line.started_at,
                line.vo2max_ml_kg_min,
                line.low,
                line.high,
                reckoned_by=line.reckoned_by,
                likely_low=facts[line.id].likely_low,
                likely_high=facts[line.id].likely_high,
                verdict=facts[line.id].verdict,
            )
            for line in until_now
            if line.status == "ok"
        ]
        tested_on = stored.run.started_at[:10]
        history += [
            HistoryPoint(f"{one.tested_on}T12:00+00:00", one.vo2max_ml_kg_min, None, None, one.method)
            for one in self.record.imported.of_person(stored.person_id)
            if one.tested_on <= tested_on
        ]
        history.sort(key=lambda point: datetime.fromisoformat(point.started_at))
        signatures = [
            Signed(name=one.user_name, at=one.signed_at, comment=one.comment, reason=one.reason)
            for one in self.record.signing.signatures(stored.id)
        ]
        return build(
            ReportPerson(person.full_name, person.born, self._number_of(person), person.family_name),
            stored.run,
            stored.assessment,
            history,
            self.clinic(),
            stored.conditions.get("operator") or self.settings.operator,
            __version__,
            stored.events_sha256,
            language=language or self.language_of(person),
            signatures=signatures,
            # A station that works by itself has no row of the record's log yet.
            log_row="" if self.record.away is not None else self.record.audit.row_of_test(stored.id),
            extras=Extras(
                conditions=stored.conditions,
                previous=self._laid_beside(stored, until_now),
                versions=tuple(
                    Version(one.number, one.made_at, one.software, one.assessment, one.number == stored.result_number)
                    for one in (self.record.tests.versions(stored.id) if self.settings.report_ledger else ())
                ),
                ledger=self.settings.report_ledger,
            ),
        )

    def clinic(self) -> "Clinic":
        """Whose paper it is. A logo that cannot be read costs the logo, and is told in the log."""
        from teststation.report.model import Clinic

        now = self.settings
        logo = b""
        if now.clinic_logo:
            try:
                logo = read_logo(Path(now.clinic_logo))
            except BadInput as error:
                log.warning("a page has no logo: %s", english(*error.causes))
        without = frozenset(name.strip() for name in now.report_without.split(",") if name.strip())
        return Clinic(now.clinic_name, now.clinic_address, now.report_footer, logo, without, self.device_names())

    def _number_of(self, person: Person) -> str | None:
        """The number as the clinic prints it: its own, or a national number with its last five digits hidden."""
        number, wish = person.number, self.settings.report_number
        if number is None or not wish:
            return None
        if national_number.looks_like_one(number):
            return national_number.masked(number) if wish == "masked" else None
        return number

    def _until(self, stored: "StoredTest") -> "list[KeptLine]":
        """This person's tests up to and with this one, oldest first: demonstrations among themselves."""
        now = datetime.fromisoformat(stored.run.started_at)
        lines = reversed(self.record.tests.summaries(stored.person_id))
        return [
            line for line in lines if line.demo is stored.run.demo and datetime.fromisoformat(line.started_at) <= now
        ]

    def _laid_beside(self, stored: "StoredTest", until_now: "Sequence[KeptLine]") -> "Previous | None":
        """The test that the change is from; without a change the one before."""
        from teststation.report.model import Previous

        change = stored.assessment.change
        earlier = [line.id for line in until_now if line.id != stored.id]
        if change is not None and change.earlier_test_id in earlier:
            earlier = [change.earlier_test_id]
        if not earlier:
            return None
        before = self.record.tests.get(earlier[-1])
        return Previous(before.run, before.assessment)


def make_here(report: "Report", test_id: str) -> tuple[bytes, str]:
    # The makers of PDF are large and wanted late: they are no part of the start.
    from teststation.report.papers import make_papers

    return make_papers(report, test_id)
