"""A disk that is full, read-only or gone, and one that is there only until the kill."""

from collections.abc import Callable
from pathlib import Path
import sqlite3
import threading
from typing import Any, override


class Disk:
    """What is the matter with the disk, and what it was asked to do."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.statements = 0
        self.refused = 0
        self.in_the_loop = False
        self.loop_thread = threading.get_ident()
        # One statement at a time, and a copy of what is there between two of them.
        self.lock = threading.RLock()
        self.on_death: Callable[[], None] = lambda: None
        self.commits = 0
        self.dies_after: int | None = None
        self.dead = False
        self.left: dict[str, bytes] = {}

    def check(self, statement: str) -> None:
        """Raise for what the disk does not do at the moment."""
        self.statements += 1
        self.in_the_loop |= threading.get_ident() == self.loop_thread
        writes = statement.lower().startswith(("insert", "update", "delete", "create"))
        if self.dead:
            raise sqlite3.OperationalError("killed")
        if self.trouble is None:
            return
        if self.trouble == "gone" or writes:
            self.refused += 1
            raise sqlite3.OperationalError(
                {
                    "full": "database or disk is full",
                    "read-only": "attempt to write a readonly database",
                    "gone": "unable to open database file",
                }[self.trouble]
            )

    def committed(self, folder: Path) -> None:
        """Count what is written, and die if it is time."""
        self.commits += 1
        if self.commits == self.dies_after:
            self.die(folder)

    def revive(self) -> None:
        """Be a disk like any other."""
        self.dead, self.dies_after = False, None

    def die(self, folder: Path) -> None:
        """Keep what is on the disk, and do nothing more."""
        with self.lock:
            if not self.dead:
                self.dead = True
                self.on_death()
                self.left = {
                    str(each.relative_to(folder)): each.read_bytes()
                    for each in folder.rglob("*")
                    if each.is_file()
                }


class Connection(sqlite3.Connection):
    """A connection to a file on that disk."""

    disk: Disk
    folder: Path

    @override
    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        """Do something, or do not."""
        with self.disk.lock:
            self.disk.check(sql)
            before = self.in_transaction
            cursor = super().execute(sql, *more)
            if before and not self.in_transaction and sql == "commit":
                self.disk.committed(self.folder)
            return cursor

    @override
    def executemany(self, sql: str, *more: Any) -> sqlite3.Cursor:
        """Do something several times, or do not."""
        with self.disk.lock:
            self.disk.check(sql)
            return super().executemany(sql, *more)
