"""What all unit tests share."""

from tests.fast_disk import use_fast_disk

use_fast_disk()
