"""What an operator may type after `bot.py`, and the commands that run no bot: what they did is printed."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from conference.clock import SystemClock
from operations.admin_log import admin_log
from operations.backups import backup, restore
from operations.check import check
from operations.export_numbers import export_numbers
from operations.import_numbers import import_numbers
from settings import read_database, read_import_settings, read_settings

EXIT_FAILED = 1
EXIT_USAGE = 2
"""For settings that are missing or malformed, and for a command line that makes no sense."""


def read_command(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line, read; `command` is `run` where it names none. Ends the process where it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="bot.py", description="Rollcall rings a team's phones into one conference call."
    )
    commands = parser.add_subparsers(dest="command", title="commands")
    parser.set_defaults(command="run")
    commands.add_parser("run", help="run the bot (the default)")
    demo_parser = commands.add_parser("demo", help="a whole world in a browser, with no account anywhere")
    demo_parser.add_argument("--auto", action="store_true", help="play one conference by itself and print its thread")
    commands.add_parser("check", help="try every setting against the real services")
    import_parser = commands.add_parser("import-numbers", help="read numbers from a CSV file")
    import_parser.add_argument("file", type=Path, help="CSV headed user_id,number and, if wanted, team_id")
    export_parser = commands.add_parser("export-numbers", help="write all numbers to a new CSV file")
    export_parser.add_argument("file", type=Path, help="a file that does not exist yet")
    backup_parser = commands.add_parser("backup", help="write all that is stored to a new file, while the bot runs")
    backup_parser.add_argument("file", type=Path, help="a file that does not exist yet")
    restore_parser = commands.add_parser("restore", help="put a backup in the place of what is stored")
    restore_parser.add_argument("file", type=Path, help="a file that backup has written")
    commands.add_parser("admin-log", help="print what admins and you did to numbers, a line each")
    return parser.parse_args(arguments)


async def operate(asked: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do what was typed; returns the exit status. Raises OperationError and SettingsError."""
    match asked.command:
        case "check":
            is_good = True
            async for finding in check(read_settings(environ)):
                print(finding)
                is_good &= finding.is_good
            return 0 if is_good else EXIT_FAILED
        case "import-numbers":
            count = await import_numbers(asked.file, read_import_settings(environ), SystemClock().now())
            print(f"{_numbers(count)} imported.")
        case "export-numbers":
            count = await export_numbers(asked.file, read_database(environ), SystemClock().now())
            print(f"{_numbers(count)} exported.")
        case "backup":
            print(backup(asked.file, read_database(environ)))
        case "restore":
            print(*restore(asked.file, read_database(environ), SystemClock().now()), sep="\n")
        case "admin-log":
            async for line in admin_log(read_database(environ)):
                print(line)
    return 0


def _numbers(count: int) -> str:
    return f"{count} {'number' if count == 1 else 'numbers'}"
