"""What a query gave, by the names of its columns."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy.engine import RowMapping


def fields_of(row: RowMapping) -> dict[str, Any]:
    """A row as what ``values`` and a class of its fields take: SQLAlchemy lets its keys be columns too."""
    return dict(cast("Mapping[str, Any]", row))
