"""How hard a passphrase is to guess."""

import pytest

from teststation.records.storage.strength import GROUPS, LETTERS, suggested, weigh


@pytest.mark.parametrize(
    "passphrase",
    ["", "hest", "passord12345", "aaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdf", "Sommer2026!!", "klinikken2026", "a" * 4000],
)
def test_what_is_guessed_first_is_not_enough(passphrase: str) -> None:
    assert not weigh(passphrase, "Klinikken").enough


@pytest.mark.parametrize("passphrase", ["blå hest går hjem", "gul traktor under isen", "vhyka-7a9qd-8394p-8uxdx-qe2bs"])
def test_a_few_words_that_do_not_belong_together_are(passphrase: str) -> None:
    assert weigh(passphrase, "Klinikken").enough


def test_the_clinics_own_name_helps_nobody() -> None:
    assert weigh("Fjordkollen2026").enough
    assert not weigh("Fjordkollen2026", "Fjordkollen Helsetun").enough


def test_a_suggested_one_is_strong_never_the_same_and_has_no_letter_that_is_taken_for_another() -> None:
    made = {suggested() for _ in range(200)}
    assert len(made) == 200
    assert all(weigh(one).enough for one in list(made)[:20])
    assert set("".join(made)) <= set(LETTERS) | {"-"}
    assert not set("lI1O0oi") & set(LETTERS)
    assert all(one.count("-") == GROUPS - 1 for one in made)
