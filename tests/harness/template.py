"""The process that the bots of the tests are forked from: it has imported everything, and runs nothing.

To import the bot takes most of a second, and hundreds of tests start one. A fork has all that at once, and is a process
of its own in every other way: with its own memory, random numbers, signals and exit status.

A request comes over the socket whose descriptor is the argument: the directory, the environment and the command line as
JSON, and with them the descriptors to take for standard input, output and error, and one to report to. With no command
line the bot runs on the tests' clock. The answer is the process ID, the report is the exit status: minus its number if
a signal ended the process. When the socket closes, all bots die.
"""

import gc
import inspect
import json
import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

# What each bot would import by itself, with the first request, number or calendar that it sees.
import anyio._backends._asyncio  # noqa: F401
import httpcore  # noqa: F401
import phonenumbers.data.region_SG  # noqa: F401
import slack_bolt.listener_matcher.async_builtins  # noqa: F401

import assembly
import bot
import calendars.ics  # noqa: F401
from tests.harness import bot_process

LARGEST_REQUEST_BYTES = 65_536
DESCRIPTORS = 4


class Template:
    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._reports: dict[int, socket.socket] = {}
        """Where to tell of a process's end, by its ID."""
        self._woken, self._waker = socket.socketpair()
        self._waker.setblocking(False)

    def serve(self) -> dict[str, Any] | None:
        """Fork a process for each request. Returns the request in each of them; None when nobody is left to ask."""
        # Threads do not survive a fork, but the locks that they hold do.
        assert threading.active_count() == 1
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._waker.fileno())
        assembly.certificates()
        # Bolt looks at the stack for each new app; the first to do so reads where every module's file is.
        inspect.stack()
        # A bot's collector need not look through, and thereby copy, what all of them share.
        gc.freeze()
        while True:
            ready, _, _ = select.select([self._requests, self._woken], [], [])
            if self._woken in ready:
                self._woken.recv(LARGEST_REQUEST_BYTES)
                self._report_ended()
            if self._requests in ready:
                message, descriptors, _, _ = socket.recv_fds(self._requests, LARGEST_REQUEST_BYTES, DESCRIPTORS)
                if not message:
                    break
                wanted: dict[str, Any] = json.loads(message)
                if self._forks(wanted, descriptors):
                    return wanted
        for pid in self._reports:
            os.kill(pid, signal.SIGKILL)
        self._close()
        return None

    def _forks(self, wanted: dict[str, Any], descriptors: list[int]) -> bool:
        """Returns True in the new process."""
        *standard, reporting = descriptors
        report = socket.socket(fileno=reporting)
        pid = os.fork()
        if not pid:
            report.close()
            self._become(wanted, standard)
            return True
        self._reports[pid] = report
        for descriptor in standard:
            os.close(descriptor)
        with suppress(ConnectionError):
            self._requests.send(str(pid).encode())
        return False

    def _become(self, wanted: dict[str, Any], standard: list[int]) -> None:
        """Leave behind what is the template's own."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._close()
        for taken, descriptor in enumerate(standard):
            os.dup2(descriptor, taken)
            os.close(descriptor)
        os.environ.clear()
        os.environ.update(wanted["environment"])
        os.chdir(wanted["directory"])

    def _close(self) -> None:
        signal.set_wakeup_fd(-1)
        for opened in (self._requests, self._woken, self._waker, *self._reports.values()):
            opened.close()

    def _report_ended(self) -> None:
        while self._reports:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            # Whoever would have been told may be gone.
            with self._reports.pop(pid) as report, suppress(ConnectionError):
                report.send(str(os.waitstatus_to_exitcode(status)).encode())


def main() -> None:
    wanted = Template(socket.socket(fileno=int(sys.argv[1]))).serve()
    if wanted is None:
        return
    if wanted["arguments"] is None:
        bot_process.run()
    else:
        sys.exit(bot.main(wanted["arguments"]))


if __name__ == "__main__":
    main()
