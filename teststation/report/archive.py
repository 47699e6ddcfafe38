"""PDF/A-1b, the archive's form: fonts embedded, colours defined, nothing that changes from run to run."""

import io

import pikepdf
from pikepdf import pdfa

# Reportlab's own date of an invariant document; the archive's description must name the same.
FIXED_DATE = "2000-01-01T00:00:00+00:00"


def archive(pdf: bytes) -> bytes:
    """The same pages as PDF/A-1b. The same input gives the same bytes."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            if "/Trans" in page.obj:
                del page.obj["/Trans"]
        pdfa.prepare(document, "1b")
        # Prepared first, dated after: preparing would write the time of day into the description.
        with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            for name in ("xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"):
                metadata[name] = FIXED_DATE
        # Written and checked in memory: the library's own way there is a temporary file, and a report is clear text.
        settings = pdfa.resolve_save_kwargs("1b", deterministic_id=True)
        out = io.BytesIO()
        document.save(out, **settings)
        out.seek(0)
        found = pdfa.validate_written(out, "1b", save_kwargs=settings)
        if found.verdict != "pass":
            raise pdfa.PdfaError(found)
        return out.getvalue()
