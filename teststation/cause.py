"""A reason as a code with values: the texts say it in the reader's language."""

from collections.abc import Mapping

import msgspec

from teststation.ports import Value


class Cause(Value, frozen=True):
    """Why something was left out, withheld or ended.

    ``code`` is a key of the text catalogue (``teststation/texts``), ``values`` fill its places.
    """

    code: str
    values: Mapping[str, int | float | str] = msgspec.field(default_factory=dict)


# What is wrong: a cause that every language can say, or a sentence for the command line alone.
Problem = Cause | str
