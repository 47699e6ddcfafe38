"""PDF/A-1b, the archive's form: fonts embedded, colours defined, nothing that changes from run to run."""

import io
from datetime import datetime

import pikepdf
from pikepdf import pdfa

from teststation.report.model import Report

LANGUAGE_TAGS = {"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}
# Reportlab's own date of an invariant document; the archive's description must name the same.
FIXED_DATE = "2000-01-01T00:00:00+00:00"


def archive(pdf: bytes, report: Report | None = None) -> bytes:
    """The same pages as PDF/A-1b, dated and in a language where a report tells. The same input gives the same bytes."""
    made_at = FIXED_DATE if report is None else report.made_at
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            if "/Trans" in page.obj:
                del page.obj["/Trans"]
        if report is not None:
            document.Root.Lang = pikepdf.String(LANGUAGE_TAGS[report.language])
        pdfa.prepare(document, "1b")
        # Prepared first, dated after: preparing would write the time of day into the description.
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for name in ("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"):
                metadata[name] = made_at
        for name in ("/CreationDate", "/ModDate"):
            document.docinfo[name] = pikepdf.String(_pdf_date(made_at))
        # Written and checked in memory: the library's own way there is a temporary file, and a report is clear text.
        settings = pdfa.resolve_save_kwargs("1b", deterministic_id=True)
        out = io.BytesIO()
        document.save(out, **settings)
        out.seek(0)
        found = pdfa.validate_written(out, "1b", save_kwargs=settings)
        if found.verdict != "pass":
            raise pdfa.PdfaError(found)
        return out.getvalue()


def _pdf_date(moment: str) -> str:
    """A moment (ISO 8601 with zone) as PDF writes it."""
    at = datetime.fromisoformat(moment)
    zone = f"{at:%z}"
    return f"D:{at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'"
