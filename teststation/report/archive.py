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
        out = io.BytesIO()
        pdfa.save(document, out, flavour="1b", repair=False, deterministic_id=True)
        return out.getvalue()
