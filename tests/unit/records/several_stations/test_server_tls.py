"""A server that takes encrypted connections only, with a certificate of the clinic's own authority."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text

from tests.postgres import Cluster
from tests.unit.records.builders import PASSPHRASE
from tests.unit.records.conftest import Postgres
from teststation.cause import Cause
from teststation.errors import RecordError
from teststation.records.database import open_record
from teststation.records.several_stations.served import ServedDatabase
from teststation.records.storage import place
from teststation.subject import Sex
from teststation.texts import LANGUAGES, texts

Key = ec.EllipticCurvePrivateKey


def certificate(subject: str, key: Key, issuer: str, issuer_key: Key, *, authority: bool) -> bytes:
    """A certificate for 127.0.0.1, or one that signs others; PEM."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True, slots=True)
class Guarded:
    """A database that demands TLS, the authority that signed its server, and one that did not."""

    cluster: Cluster
    database: str
    authority: Path
    strangers: dict[str, Path]  # one of another name, and one of the same name with another key

    def url(self, options: str) -> str:
        return self.cluster.url(self.database, options)


@pytest.fixture(scope="module")
def guarded(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("tls")
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    authority = folder / "clinic.pem"
    strangers = {name: folder / f"{name}.pem" for name in ("Somebody else", "The clinic")}
    authority.write_bytes(certificate("The clinic", keys[0], "The clinic", keys[0], authority=True))
    for name, path in strangers.items():
        path.write_bytes(certificate(name, keys[1], name, keys[1], authority=True))
    secret = keys[2].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = certificate("127.0.0.1", keys[2], "The clinic", keys[0], authority=False)
    database = postgres.cluster.new_database(postgres.template)
    with postgres.cluster.tls(public, secret, only=database):
        yield Guarded(postgres.cluster, database, authority, strangers)


@pytest.fixture(autouse=True)
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "data_folder", lambda: tmp_path)


def refusal(url: str) -> Cause:
    """The one sentence in which a server is refused."""
    with pytest.raises(RecordError) as caught:
        open_record(url, PASSPHRASE)
    (cause,) = caught.value.causes
    assert isinstance(cause, Cause)
    for language in LANGUAGES:
        sentence = texts(language).say(cause)
        assert "\n" not in sentence
        assert "station@" not in sentence, "no login"
    return cause


def test_a_verified_connection_works_and_is_encrypted(guarded: Guarded) -> None:
    url = guarded.url(f"?sslmode=verify-full&sslrootcert={guarded.authority}")
    with open_record(url, PASSPHRASE) as record:
        assert record.away is None
        person = record.people.add(family_name="Ødegård", sex=Sex.FEMALE)
        assert record.people.search("ødegård") == [person]
        assert isinstance(record.database, ServedDatabase)
        with record.database.server.reading() as connection:
            query = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            assert connection.execute(query).scalar_one() is True


def test_a_connection_in_the_clear_is_refused(guarded: Guarded) -> None:
    cause = refusal(guarded.url("?sslmode=disable"))
    assert cause.code == "server_wants_tls"
    assert "end the address with ?sslmode=verify-full" in texts("en").say(cause)


@pytest.mark.parametrize("name", ["Somebody else", "The clinic"])
def test_a_server_of_another_authority_is_refused_before_anything_is_sent(guarded: Guarded, name: str) -> None:
    cause = refusal(guarded.url(f"?sslmode=verify-full&sslrootcert={guarded.strangers[name]}"))
    assert cause.code == "server_certificate"
    assert "nothing was sent" in texts("en").say(cause)


def test_a_server_under_another_name_than_its_certificate_is_refused(guarded: Guarded) -> None:
    options = f"?sslmode=verify-full&sslrootcert={guarded.authority}&hostaddr=127.0.0.1"
    url = guarded.url(options).replace("@127.0.0.1:", "@records.clinic.example:")
    assert refusal(url).code == "server_certificate"


def test_a_root_certificate_that_is_not_there_is_a_sentence(guarded: Guarded, tmp_path: Path) -> None:
    cause = refusal(guarded.url(f"?sslmode=verify-full&sslrootcert={tmp_path / 'none.pem'}"))
    assert cause.code == "server_certificate"


def test_a_server_without_tls_is_refused_where_the_address_asks_for_it(postgres: Postgres, guarded: Guarded) -> None:
    with postgres.cluster.without_tls():
        cause = refusal(guarded.url(f"?sslmode=verify-full&sslrootcert={guarded.authority}"))
    assert cause.code == "server_has_no_tls"


def test_a_station_that_knows_its_server_works_on_while_its_certificate_is_not_to_be_trusted(guarded: Guarded) -> None:
    with open_record(guarded.url(f"?sslmode=verify-full&sslrootcert={guarded.authority}"), PASSPHRASE) as record:
        person = record.people.add(family_name="Berg", sex=Sex.MALE)
        record.hand_over()
    with open_record(
        guarded.url(f"?sslmode=verify-full&sslrootcert={guarded.strangers['The clinic']}"), PASSPHRASE
    ) as record:
        assert record.away is not None
        assert "not one that this station trusts" in str(record.away)
        assert person in record.people.all(), "from its own spool"
