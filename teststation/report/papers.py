"""A test's page and its five lines, made together: what is shown, printed and handed over."""

from teststation.report.archive import archive
from teststation.report.journal_text import journal_text
from teststation.report.model import Report
from teststation.report.pdf import render


def make_papers(report: Report, test_id: str) -> tuple[bytes, str]:
    """The report as PDF/A, and the same in five lines for a journal."""
    return archive(render(report), report), journal_text(report, test_id)
