"""How hard a passphrase is to guess, and one that is hard enough.

A record is a file that can be carried away and guessed at for years, so its passphrase is asked for more than a login's
password. The guesses are counted by zxcvbn (Wheeler, USENIX Security 2016), which knows common passwords, words, names,
dates and keyboard walks; its own limits for the four steps are used.
"""

import secrets
from dataclasses import dataclass
from enum import IntEnum

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when it is read off paper
GROUPS, GROUP = 5, 5
LEAST = 12  # letters: zxcvbn knows no Norwegian, and takes a short word of it for something made up
TRIED_FIRST = (
    *("passord", "passordfrase", "hemmelig", "klinikk", "klinikken", "trening", "medisin", "tredemølle", "mølle"),
    *("kondisjon", "test", "tester", "teststasjon", "stasjon", "puls", "fysio", "fysioterapi", "fysioterapeut"),
    *("norge", "sommer", "vinter", "høst", "vår"),
)
WEIGHED = 72  # letters; more make nothing easier to guess, and zxcvbn's time grows with the square


class Strength(IntEnum):
    """zxcvbn's score: guesses under 10^3, 10^6, 10^8, 10^10, and more."""

    NONE = 0
    WEAK = 1
    SOME = 2
    NEARLY = 3
    STRONG = 4


@dataclass(frozen=True, slots=True)
class Weighed:
    """A passphrase's strength, and whether a new record may be made under it."""

    strength: Strength
    long_enough: bool

    @property
    def enough(self) -> bool:
        """More than 10^10 guesses: a graphics card makes ten thousand of them a second, slow key derivation and all."""
        return self.long_enough and self.strength >= Strength.STRONG


def weigh(passphrase: str, *known: str) -> Weighed:
    """Weigh a passphrase; ``known`` are words that everybody would try here, as the clinic's name."""
    from zxcvbn import zxcvbn  # late: it reads lists of common words

    if not passphrase:
        return Weighed(Strength.NONE, long_enough=False)
    words = [*TRIED_FIRST, *(word for text in known for word in text.split())]
    score = zxcvbn(passphrase[:WEIGHED], user_inputs=words)["score"]
    return Weighed(Strength(score), len(passphrase) >= LEAST)


def suggested() -> str:
    """A random passphrase of 25 letters in five groups: 123 bits, and readable aloud."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
