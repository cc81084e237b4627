"""What the bot is measured against: one synced SQLite commit for each row, in the order in which they come.

The arguments are a directory on the disk in question and how many rows. Prints the seconds that they took.
"""

import sqlite3
import sys
import time
from pathlib import Path


def main(directory: Path, rows: int) -> float:
    connection = sqlite3.connect(directory / "commits.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS notifications (id INTEGER PRIMARY KEY, fields TEXT NOT NULL)")
    fields = "x" * 300
    began = time.perf_counter()
    for _ in range(rows):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO notifications (fields) VALUES (?)", [fields])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), int(sys.argv[2]))}\n")
