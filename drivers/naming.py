"""A device's name as it may be shown, kept and passed on."""

NAME_MAX = 64


def readable(name: str) -> str:
    """The name without control characters and halves of characters."""
    return "".join(character for character in name if character.isprintable())[:NAME_MAX].strip()
