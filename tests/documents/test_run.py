"""What `docs/run.md` and the files in `deploy/` rest on."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from configparser import RawConfigParser
from pathlib import Path

import pytest

from bot import STOP_WITHIN_SECONDS
from handlers import contact_card, hoiio_notification, slack_events
from handlers.healthz import LIVE_PATH
from operations.command_line import EXIT_USAGE
from tests.documents.reading import text_of, the_fence
from tests.harness.process import ROOT
from tests.harness.world import World

PAGE = "docs/run.md"
UNIT = ROOT / "deploy/rollcall.service"
TENTHS_OF_EXPOSURE = 15
"""`systemd-analyze security` counts to 100 that way; a service with no rules has 96."""


class Unit(RawConfigParser):
    """A unit of systemd's: some settings stand in it twice."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",), interpolation=None)
        self.read(path)

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def instructions() -> list[tuple[str, str]]:
    """Each of the Dockerfile's, and what it is given."""
    joined = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", "")
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def given(instruction: str) -> Iterator[str]:
    return (rest for word, rest in instructions() if word == instruction)


async def ended(command: Sequence[str], environment: dict[str, str]) -> tuple[int | None, str]:
    """The exit status of another program, and what it said was wrong."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    return process.returncode, errors.decode()


# systemd


def test_the_service_has_a_user_of_its_own_and_writes_in_one_place() -> None:
    service = Unit(UNIT)["Service"]
    assert service["User"] not in {"", "root"}
    assert (service["ProtectSystem"], service["StateDirectory"]) == ("strict", "rollcall")
    assert "ReadWritePaths" not in service
    assert (service["NoNewPrivileges"], service["CapabilityBoundingSet"], service["AmbientCapabilities"]) == (
        "yes",
        "",
        "",
    )
    assert service["ExecStart"] == f"{service['WorkingDirectory']}/.venv/bin/python bot.py run"


def test_the_service_leaves_time_to_stop_and_does_not_repeat_what_can_not_start() -> None:
    service = Unit(UNIT)["Service"]
    assert int(service["TimeoutStopSec"]) > STOP_WITHIN_SECONDS
    assert int(service["RestartPreventExitStatus"]) == EXIT_USAGE


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze")
def test_systemd_takes_the_service_and_finds_little_exposed(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    # It looks whether the program is there.
    unit.write_text(UNIT.read_text().replace("/opt/rollcall/.venv/bin/python", sys.executable))
    systemd_analyze = str(shutil.which("systemd-analyze"))
    for asked in (["verify"], ["security", "--offline=true", f"--threshold={TENTHS_OF_EXPOSURE}"]):
        done = subprocess.run(
            [systemd_analyze, "--no-pager", *asked, str(unit)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_example_of_settings_has_the_line_that_is_changed_for_the_service_and_those_that_the_image_sets() -> None:
    example = (ROOT / ".env.example").read_text()
    (environment,) = given("ENV")
    of_the_image = {pair.partition("=")[0] for pair in environment.split()}
    for name in {"DATABASE", *of_the_image}:
        assert re.search(rf"^{name}=", example, re.MULTILINE), name
    (taken_out,) = re.findall(r"^sed '/\^\\\((.*)\\\)=/d'", text_of(PAGE), re.MULTILINE)
    assert set(taken_out.split(r"\|")) == of_the_image


# Docker


def test_the_image_has_what_the_bot_needs_and_no_more(tmp_path: Path) -> None:
    for copied in given("COPY"):
        source, target = copied.split(" ")[0:-1], copied.split(" ")[-1]
        for name in source:
            path = ROOT / name
            if path.is_dir():
                shutil.copytree(path, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path, tmp_path / target)
    assert not {"sandbox", "tests", ".env", "data"} & {path.name for path in tmp_path.iterdir()}
    bot = subprocess.run(
        [sys.executable, "bot.py", "run"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    # All was imported, and it asks for settings.
    assert (bot.returncode, b"Traceback" in bot.stderr, b"PUBLIC_URL is missing" in bot.stderr) == (2, False, True)


def test_what_is_copied_into_the_image_is_what_may_get_into_it() -> None:
    kept_out, *let_in, but_for = (
        line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")
    )
    copied = {name for one in given("COPY") for name in one.split(" ")[:-1]}
    assert (kept_out, but_for) == ("*", "**/__pycache__/")
    assert {line.removeprefix("!") for line in let_in} == copied


def test_the_image_is_of_pinned_packages_and_its_user_is_nobody() -> None:
    pinned = (ROOT / "requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+", line) for line in pinned)
    assert [rest for rest in given("RUN") if "pip" in rest] == [
        "python -m pip install --no-cache-dir --disable-pip-version-check -r requirements.txt"
    ]
    (user,) = given("USER")
    assert all(int(part) > 0 for part in user.split(":"))
    (base,) = given("FROM")
    assert re.fullmatch(r"python:3\.\d+-\S+", base)


async def test_the_image_s_own_check_finds_a_bot_that_runs_healthy(quiet_world: World) -> None:
    (health,) = given("HEALTHCHECK")
    _, _, command = health.partition("CMD ")
    python, *arguments = json.loads(command)
    assert (python, LIVE_PATH in arguments[-1]) == ("python", True)
    environment = {"PATH": os.environ["PATH"], "PORT": str(quiet_world.port)}
    asked = [sys.executable, *arguments]
    assert (await ended(asked, environment))[0] == 1
    await quiet_world.start_bot()
    assert await ended(asked, environment) == (0, "")


# The proxy, and backups


@pytest.mark.parametrize(("proxy", "path"), [("nginx", r"location (?:= )?(/\S+)"), ("caddy", r"(?<= )(/\S+)")])
def test_the_proxies_pass_on_what_is_public_and_nothing_else(proxy: str, path: str) -> None:
    passed = {found.rstrip("*") for found in re.findall(path, the_fence(PAGE, proxy))}
    assert passed == {f"{hoiio_notification.PATH}/", contact_card.PATH, slack_events.PATH}


def test_nginx_logs_no_secret_and_takes_what_the_bot_takes() -> None:
    (notifications,) = re.findall(r"location /hoiio/.*?\{(.*?)\}", the_fence(PAGE, "nginx"), re.DOTALL)
    assert "access_log off;" in notifications
    assert "error_log /dev/null;" in notifications
    assert f"client_max_body_size {hoiio_notification.MAX_BODY_BYTES // 1024}k;" in notifications


async def test_the_cron_job_writes_a_backup_and_deletes_old_ones(quiet_world: World, tmp_path: Path) -> None:
    await quiet_world.start_bot()
    backups = tmp_path / "backups"
    backups.mkdir()
    old = backups / "2001-01-01.db"
    old.touch()
    os.utime(old, (0, 0))
    *_, user, command = the_fence(PAGE, "cron").strip().split(maxsplit=6)
    assert user == Unit(UNIT)["Service"]["User"]
    for there, here in (
        ("/opt/rollcall", str(ROOT)),
        ("/var/lib/rollcall/rollcall.db", str(quiet_world.database)),
        ("/var/backups/rollcall", str(backups)),
        (".venv/bin/python", sys.executable),
        # Cron takes a % for the end of the line.
        (r"\%", "%"),
    ):
        assert there in command
        command = command.replace(there, here)
    assert await ended(["sh", "-c", command], {"PATH": os.environ["PATH"]}) == (0, "")
    (written,) = backups.iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.db", written.name)
