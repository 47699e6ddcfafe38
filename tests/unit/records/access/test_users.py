"""Personal logins: who gets in, who may what, and guesses that survive a restart."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from sqlalchemy import select

from tests.unit.records.builders import PASSPHRASE
from teststation.errors import BadInput, RecordError
from teststation.records.access.actions import Action
from teststation.records.access.user import PERMISSIONS, LoginRefused, Permission, Role, User
from teststation.records.access.users import FREE_GUESSES, ONE_TIME_DAYS, Users, make_one_time
from teststation.records.database import Record, open_record
from teststation.records.storage.tables import STATION_USER

PASSWORD = "gå tur i skogen"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Wall:
    """A calendar that moves when told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 3, 4, 9, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def users(record: Record, wall: Wall) -> Users:
    made = Users(record.database, record.audit, wall)
    made.hasher = QUICK
    return made


@pytest.fixture
def boss(users: Users) -> User:
    """The first user, who is an administrator."""
    return users.add("sjef", "Sjefen", Role.ADMINISTRATOR, PASSWORD)[0]


@pytest.fixture
def kari(users: Users) -> User:
    return users.add("kari", "Kari Berg", Role.ADMINISTRATOR, PASSWORD)[0]


def refused(users: Users, login: str, password: str) -> LoginRefused:
    with pytest.raises(LoginRefused) as caught:
        users.log_in(login, password)
    return caught.value


# --- at the door ---


def test_a_user_gets_in_by_login_and_password_and_acts_from_then_on(record: Record, users: Users, kari: User) -> None:
    assert users.log_in(" KARI ", PASSWORD) == kari
    assert record.audit.acting == kari.actor
    assert record.audit.newest(1)[0].action == Action.LOGGED_IN


def test_a_wrong_password_and_a_wrong_login_are_refused_with_the_same_words(users: Users, kari: User) -> None:
    wrong, nobody = refused(users, "kari", "feil passord"), refused(users, "nils", PASSWORD)
    assert (wrong.reason, str(wrong)) == (nobody.reason, str(nobody)) == ("wrong", str(wrong))


def test_a_refusal_is_told_without_what_was_typed(record: Record, users: Users, kari: User) -> None:
    refused(users, "hemmelig-passord-i-feil-felt", "x")
    refused(users, "kari", "hemmelig-passord")
    rows = record.audit.newest(2)
    assert [(row.action, row.detail["user"]) for row in rows] == [
        (Action.LOGIN_REFUSED, "kari"),
        (Action.LOGIN_REFUSED, ""),
    ]


def test_passwords_are_kept_as_argon2id_with_the_recommended_parameters(record: Record) -> None:
    record.users.add("kari", "Kari", Role.ADMINISTRATOR, PASSWORD)
    with record.database.reading() as connection:
        kept = connection.execute(select(STATION_USER.c.password_hash)).scalar_one()
    parameters = extract_parameters(kept)
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost) >= (65536, 3), "RFC 9106, second recommendation"
    assert PASSWORD not in kept


def test_a_hash_of_older_parameters_is_renewed_at_the_next_login(record: Record, users: Users, kari: User) -> None:
    users.hasher = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    users.log_in("kari", PASSWORD)
    with record.database.reading() as connection:
        kept = connection.execute(select(STATION_USER.c.password_hash)).scalar_one()
    assert extract_parameters(kept).time_cost == 2
    assert users.log_in("kari", PASSWORD)


def test_a_password_is_the_same_word_however_its_letters_are_composed(users: Users, boss: User) -> None:
    users.add("ase", "Åse", Role.THERAPIST, "bla\u030aba\u030arsyltetøy")
    assert users.log_in("ase", "bl\u00e5b\u00e5rsyltetøy").login == "ase"


# --- guesses ---


def guess(users: Users, times: int) -> None:
    for _ in range(times):
        assert refused(users, "kari", "feil passord").reason == "wrong"


def test_the_first_mistypings_cost_no_waiting(users: Users, kari: User) -> None:
    guess(users, FREE_GUESSES)
    assert users.log_in("kari", PASSWORD)


def test_guesses_wait_longer_and_longer_up_to_a_quarter_of_an_hour(users: Users, kari: User, wall: Wall) -> None:
    guess(users, FREE_GUESSES)
    for wait_s in (30, 60, 120, 240, 480, 900, 900):
        guess(users, 1)
        told = refused(users, "kari", PASSWORD)
        assert (told.reason, told.wait_s) == ("wait", wait_s), "the right password has to wait too"
        wall.wait(seconds=wait_s - 1)
        assert refused(users, "kari", PASSWORD).wait_s == 1
        wall.wait(seconds=1)
    assert users.log_in("kari", PASSWORD)


def test_a_login_that_succeeds_forgets_the_guesses(users: Users, kari: User) -> None:
    guess(users, FREE_GUESSES)
    users.log_in("kari", PASSWORD)
    guess(users, FREE_GUESSES)
    assert users.log_in("kari", PASSWORD)


def test_guesses_survive_a_restart(record: Record, users: Users, kari: User, wall: Wall) -> None:
    guess(users, FREE_GUESSES + 1)
    with open_record(record.location, PASSPHRASE) as again:
        assert refused(Users(again.database, again.audit, wall), "kari", PASSWORD).reason == "wait"


def test_a_guess_is_counted_before_it_is_checked(users: Users, kari: User, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerCut(Exception):
        pass

    def killed(*_: object) -> bool:
        raise PowerCut

    monkeypatch.setattr(users, "_fits", killed)
    for _ in range(FREE_GUESSES + 1):
        with pytest.raises(PowerCut):
            users.log_in("kari", "feil passord")
    monkeypatch.undo()
    assert refused(users, "kari", PASSWORD).reason == "wait"


def test_guesses_of_a_login_that_nobody_has_wait_too(users: Users, kari: User) -> None:
    for _ in range(FREE_GUESSES + 1):
        refused(users, "nils", "feil passord")
    assert refused(users, "nils", "feil passord").reason == "wait"
    assert users.log_in("kari", PASSWORD), "and no one else's"


def test_a_clock_set_back_locks_nobody_out(users: Users, kari: User, wall: Wall) -> None:
    guess(users, FREE_GUESSES + 1)
    wall.wait(days=-400)
    assert users.log_in("kari", PASSWORD)


# --- one-time passwords ---


def test_a_user_added_without_a_password_gets_a_one_time_one(users: Users, boss: User) -> None:
    user, one_time = users.add("nils", "Nils", Role.THERAPIST)
    assert one_time is not None
    assert users.log_in("nils", one_time).must_change
    fresh = users.change_own_password(user, one_time, PASSWORD)
    assert not fresh.must_change
    assert not users.log_in("nils", PASSWORD).must_change
    assert refused(users, "nils", one_time).reason == "wrong"


def test_an_administrator_gives_who_forgot_a_one_time_password_and_ends_the_waiting(users: Users, kari: User) -> None:
    guess(users, FREE_GUESSES + 1)
    assert users.log_in("kari", users.reset(kari.id)).must_change
    guess(users, 1)
    assert refused(users, "kari", PASSWORD).reason == "wrong"


def test_a_one_time_password_is_good_for_a_week(users: Users, boss: User, wall: Wall) -> None:
    user, one_time = users.add("nils", "Nils", Role.THERAPIST)
    assert one_time is not None
    wall.wait(days=ONE_TIME_DAYS, seconds=1)
    assert refused(users, "nils", one_time).reason == "expired"
    assert users.log_in("nils", users.reset(user.id)).must_change


def test_one_time_passwords_are_random_and_can_be_read_out() -> None:
    made = {make_one_time() for _ in range(100)}
    assert len(made) == 100
    assert not set("".join(made)) & set("01loiO")


def test_a_password_of_ones_own_needs_the_former_one(users: Users, kari: User) -> None:
    with pytest.raises(LoginRefused):
        users.change_own_password(kari, "feil passord", "et helt nytt passord")
    assert users.log_in("kari", PASSWORD)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("kort", "at least 10"), ("aaaaaaaaaaaa", "guessed at once"), ("x" * 300, "at least 10"), (PASSWORD, "former")],
)
def test_a_password_that_is_none_is_refused(users: Users, kari: User, password: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        users.change_own_password(kari, PASSWORD, password)


def test_a_password_is_not_the_login(users: Users) -> None:
    with pytest.raises(BadInput, match="guessed at once"):
        users.add("kari.nordmann", "Kari", Role.THERAPIST, "Kari.Nordmann")


# --- who there is ---


def test_a_new_record_has_nobody_and_needs_no_login(users: Users) -> None:
    assert not users.any()
    assert users.all() == []


def test_a_login_is_one_persons_even_of_who_has_left(users: Users, kari: User) -> None:
    nils, _ = users.add("nils", "Nils", Role.THERAPIST)
    users.change(nils.id, active=False)
    for login in ("KARI", "nils"):
        with pytest.raises(BadInput, match="already"):
            users.add(login, "Annen", Role.THERAPIST)


def test_every_problem_of_a_new_user_is_told_at_once(users: Users) -> None:
    with pytest.raises(BadInput) as caught:
        users.add("to ord", " ", Role.THERAPIST, "kort")
    assert len(caught.value.problems) == 3


def test_who_has_left_does_not_get_in_and_stays_in_the_list(users: Users, kari: User) -> None:
    nils, _ = users.add("nils", "Nils", Role.THERAPIST, PASSWORD)
    users.change(nils.id, active=False)
    assert refused(users, "nils", PASSWORD).reason == "wrong"
    assert [user.login for user in users.all()] == ["kari", "nils"]
    with pytest.raises(RecordError, match="no user"):
        users.named("nils")
    users.change(nils.id, active=True)
    assert users.log_in("nils", PASSWORD)


def test_the_last_administrator_cannot_be_taken_away(users: Users, kari: User) -> None:
    for change in ({"active": False}, {"role": Role.THERAPIST}):
        with pytest.raises(BadInput, match="last administrator"):
            users.change(kari.id, **change)  # type: ignore[arg-type]
    users.add("nils", "Nils", Role.ADMINISTRATOR, PASSWORD)
    assert users.change(kari.id, role=Role.THERAPIST).role is Role.THERAPIST


def test_the_first_user_is_an_administrator(users: Users) -> None:
    with pytest.raises(BadInput, match="first user is an administrator"):
        users.add("nils", "Nils", Role.THERAPIST, PASSWORD)
    assert not users.any()


def test_changes_of_users_are_told(record: Record, users: Users, kari: User) -> None:
    nils, _ = users.add("nils", "Nils", Role.THERAPIST)
    users.change(nils.id, name="Nils Dal", role=Role.TECHNICIAN)
    users.change(nils.id, role=Role.TECHNICIAN)
    users.reset(nils.id)
    rows = record.audit.newest()[::-1]
    assert [row.action for row in rows] == [
        Action.USER_ADDED,
        Action.USER_ADDED,
        Action.USER_CHANGED,
        Action.PASSWORD_RESET,
    ]
    assert rows[2].detail == {"user": "nils", "fields": ["name", "role"], "role": "technician"}


def test_an_unknown_user_is_a_sentence(users: Users) -> None:
    with pytest.raises(RecordError, match="no such user"):
        users.reset("nobody")


# --- who may what ---


@pytest.mark.parametrize(
    ("role", "may_not"),
    [
        (Role.ADMINISTRATOR, set()),
        (Role.THERAPIST, {Permission.USERS, Permission.RECORD, Permission.COMMISSION, Permission.ERASE}),
        (Role.TECHNICIAN, set(Permission) - {Permission.TEST, Permission.SETTINGS, Permission.COMMISSION}),
    ],
)
def test_what_each_role_may_not(users: Users, boss: User, role: Role, may_not: set[Permission]) -> None:
    user, _ = users.add("x", "X", role)
    assert {permission for permission in Permission if not user.may(permission)} == may_not
    assert set(PERMISSIONS) == set(Role)


def test_who_has_left_may_nothing(users: Users, kari: User) -> None:
    nils, _ = users.add("nils", "Nils", Role.ADMINISTRATOR)
    assert not any(users.change(nils.id, active=False).may(permission) for permission in Permission)
