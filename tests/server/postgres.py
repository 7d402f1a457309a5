"""A PostgreSQL of the tests' own: a cluster in a temporary folder, on a free port of this machine."""

import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg

from tests.server.serving import free_port
from tests.tools import need_postgres


class Cluster:
    """A PostgreSQL server."""

    def __init__(self) -> None:
        """Make and start it. PostgreSQL refuses to run as root; then it runs as `nobody`."""
        self._programs = need_postgres()
        self._user = "nobody" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="almanac-postgres-"))
        if self._user:
            shutil.chown(self._folder, self._user)
        self._port = free_port()
        data = str(self._folder / "data")
        self._run(
            "initdb", "--pgdata", data, "--username", "almanac", "--auth", "trust", "--encoding", "UTF8", "--no-sync"
        )
        self._start()

    def database(self) -> str:
        """Make a new database and return its address."""
        name = f"jobs_{uuid.uuid4().hex}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql://almanac@127.0.0.1:{self._port}/{name}"

    def restart(self, how: str) -> None:
        """Stop it, `fast` or `immediate` (which leaves it as a crash does), and start it again."""
        self._run("pg_ctl", "--pgdata", str(self._folder / "data"), "--mode", how, "stop")
        self._start()

    def _start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
        data, log = (str(self._folder / name) for name in ("data", "log"))
        self._run("pg_ctl", "--pgdata", data, "--log", log, "--options", options, "--wait", "start")

    def close(self) -> None:
        """Stop it and remove all that it wrote."""
        self._run("pg_ctl", "--pgdata", str(self._folder / "data"), "--mode", "immediate", "stop")
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            user=self._user,
            cwd="/",
            stdout=subprocess.DEVNULL,  # pg_ctl leaves a pipe open to the server that it started
            stderr=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {(done.stderr or b'').decode()}"
