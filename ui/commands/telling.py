"""Lines of an answer, on standard output."""

from teststation.texts import in_one_line


def tell(line: str) -> None:
    """One line: what somebody has written, or a radio has said, breaks none and moves no cursor."""
    print(in_one_line(line))
