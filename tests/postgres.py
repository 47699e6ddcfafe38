"""A PostgreSQL cluster of our own, made for the tests and thrown away: no service of the system is touched."""

import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

USER = "station"
SSL_REQUEST = struct.pack("!II", 8, 80877103)  # PostgreSQL, frontend protocol: SSLRequest
NEEDS = "PostgreSQL's initdb and pg_ctl (Debian: apt-get install postgresql)"


def programs() -> Path | None:
    """The folder of ``initdb`` and ``pg_ctl``; None where PostgreSQL is not installed."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Cluster:
    """A server on loopback and a random port. As root it runs as another user, which PostgreSQL asks for."""

    def __init__(self, folder: Path) -> None:
        self._programs = folder
        self._home = Path(tempfile.mkdtemp(prefix="teststation-pg-"))
        self.data = self._home / "data"
        self._user = None
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            self._user = "nobody"
            shutil.chown(self._home, self._user)
        words = (f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "-D", str(self.data), *words)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        settings = {
            "listen_addresses": "'127.0.0.1'",
            "port": str(self.port),
            "unix_socket_directories": "''",
            "fsync": "off",
            "shared_buffers": "16MB",
            "max_connections": "60",
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-t", "50", "-l", str(self._home / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; ``immediate`` is as a power cut.

        Just after a checkpoint: what hundreds of tests wrote before is not read again at the next start, which took
        longer than any patience on a busy machine.
        """
        self.execute("CHECKPOINT")
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")

    def url(self, database: str, options: str = "") -> str:
        """The address of a database as a station is given it."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}{options}"

    @contextmanager
    def tls(self, certificate: bytes, key: bytes, *, only: str) -> Generator[None]:
        """Speak TLS too, and take nothing else for the database ``only``."""
        for name, content in (("server.crt", certificate), ("server.key", key)):
            path = self.data / name
            path.write_bytes(content)
            path.chmod(0o600)
            if self._user is not None:
                shutil.chown(path, self._user)
        rules = self.data / "pg_hba.conf"
        former = rules.read_text()
        words = f"hostssl {only} all 127.0.0.1/32 trust\nhost {only} all 127.0.0.1/32 reject\n"
        rules.write_text(words + former)
        self._set_ssl("on")
        try:
            yield
        finally:
            rules.write_text(former)
            self._set_ssl("off")

    @contextmanager
    def without_tls(self) -> Generator[None]:
        """Speak no TLS for a while."""
        self._set_ssl("off")
        try:
            yield
        finally:
            self._set_ssl("on")

    def _set_ssl(self, wanted: str) -> None:
        self.execute(f"ALTER SYSTEM SET ssl = {wanted}")
        self.execute("SELECT pg_reload_conf()")
        end_s = time.monotonic() + 20
        while self._speaks_tls() != (wanted == "on"):
            if time.monotonic() > end_s:
                raise RuntimeError(f"the server did not turn TLS {wanted}")
            time.sleep(0.01)

    def _speaks_tls(self) -> bool:
        """Asked as a client asks, before anything else: S or N."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as probe:
            probe.sendall(SSL_REQUEST)
            return probe.recv(1) == b"S"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside of any transaction."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def new_database(self, template: str = "template0", words: str = "") -> str:
        """Make a database and return its name."""
        name = f"clinic_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} {words}")
        return name

    def remove(self) -> None:
        """Stop the server, if it runs, and delete everything."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self._programs / program, *words],
            cwd=self._home,
            user=self._user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {(done.stdout or b'').decode(errors='replace')}")
