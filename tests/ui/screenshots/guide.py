"""Which pictures the guide shows."""

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "screens"


def shown() -> frozenset[str]:
    """The pictures that the pages of ``docs`` show, by the names of their files."""
    pages = (page.read_text("utf-8") for page in GUIDE.parent.glob("*.md"))
    return frozenset(name for page in pages for name in re.findall(r"\(screens/([^)]+)\)", page))
