"""A disk that is full, or may not be written."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

SIZE_MIB: Final = 24
IN_NAMESPACE: Final = "TORTURE_IN_NAMESPACE"
"""Set in the environment of a process that may mount file systems which nobody else sees."""
CAN_MOUNT: Final = IN_NAMESPACE in os.environ
_CHUNK: Final = b"\0" * 65_536


def enter_namespace(arguments: list[str]) -> None:
    """Go on in a namespace in which file systems can be mounted, where the system lets one be made.

    The process is run anew in it, from the beginning with these arguments besides, and this does nothing then.
    """
    unshare = ["unshare", "--user", "--map-root-user", "--mount", "--propagation", "private"]
    if IN_NAMESPACE in os.environ or not _works([*unshare, "mount", "-t", "tmpfs", "none", "/mnt"]):
        return
    command = [*unshare, sys.executable, "-m", "tests.torture", *sys.argv[1:], *arguments]
    os.execvpe(unshare[0], command, {**os.environ, IN_NAMESPACE: "1"})  # noqa: S606


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Disk:
    """The directory that the database is in: where it can be, a small file system of its own."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.can_be_written = True
        """By a bot that is started now."""
        self._ballast = directory / "ballast"

    def open(self) -> None:
        self.directory.mkdir()
        if CAN_MOUNT:
            _run("mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "none", str(self.directory))

    def close(self) -> None:
        if CAN_MOUNT:
            # The last to have held a file open may be about to end.
            _run("umount", "--lazy", str(self.directory))

    def fill(self, pid: int) -> None:
        """From now on nothing more can be stored: there is no space, or else this process may write no files."""
        if not CAN_MOUNT:
            _limit_files(pid, 0)
            return
        self.can_be_written = False
        with suppress(OSError), self._ballast.open("wb", buffering=0) as ballast:
            while ballast.write(_CHUNK):
                pass

    def free(self, pid: int) -> None:
        if not CAN_MOUNT:
            _limit_files(pid, resource.RLIM_INFINITY)
            return
        self._ballast.unlink()
        self.can_be_written = True

    @contextmanager
    def read_only(self) -> Iterator[Path]:
        """The same directory, at another path, where nobody may write."""
        view = self.directory.with_name("read-only")
        view.mkdir()
        _run("mount", "--bind", str(self.directory), str(view))
        try:
            _run("mount", "-o", "remount,bind,ro", str(view))
            self.can_be_written = False
            yield view
        finally:
            self.can_be_written = True
            _run("umount", "--lazy", str(view))
            view.rmdir()


def _limit_files(pid: int, size: int) -> None:
    """Let a process, if it still lives, write no file beyond that many bytes."""
    with suppress(ProcessLookupError):
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
