"""What all unit tests share."""

from tests.fast_tables import use_fast_tables

use_fast_tables()
