"""What a PostgreSQL of this machine is asked as its superuser, who makes users and databases."""

from contextlib import closing
from dataclasses import dataclass

from pg8000.native import Connection, DatabaseError, InterfaceError, identifier, literal


@dataclass(frozen=True)
class Superuser:
    """`password` is the owner's as well."""

    name: str
    host: str
    port: int
    password: str

    def answers(self) -> bool:
        """Whether the server takes requests; while it starts or recovers it does not yet."""
        try:
            with closing(self._connect()) as connection:
                connection.run("SELECT 1")
        except (InterfaceError, DatabaseError, OSError):
            return False
        return True

    def create_owner(self, name: str, database: str) -> None:
        """Create who owns a database, and the database, if they are not there.

        The owner may do to its database what the instance's user may on AWS, and make users.
        """
        with closing(self._connect()) as connection:
            if not connection.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=name):
                connection.run(f"CREATE ROLE {name} LOGIN PASSWORD {literal(self.password)}")
            connection.run(f"ALTER ROLE {name} CREATEROLE")
            _create_database(connection, database, name)

    def create_database(self, name: str, owner: str) -> None:
        """Create it, if it is not there."""
        with closing(self._connect()) as connection:
            _create_database(connection, name, owner)

    def _connect(self) -> Connection:
        return Connection(
            self.name,
            host=self.host,
            port=self.port,
            database="postgres",
            password=self.password,
            timeout=5,
        )


def _create_database(connection: Connection, name: str, owner: str) -> None:
    if not connection.run("SELECT 1 FROM pg_database WHERE datname = :name", name=name):
        connection.run(f"CREATE DATABASE {identifier(name)} OWNER {owner}")
