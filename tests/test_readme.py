"""The README shows what the program does, and its commands work."""

import asyncio
import os
import re
import signal
from pathlib import Path

import aiohttp
import pytest

from settings import READERS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
# Under `make test`, a make would take itself for a part of that one, and say so.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
COMMANDS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)


async def test_the_demo_serves_a_page_until_it_is_interrupted() -> None:
    assert COMMANDS[0].strip() == "make demo"
    process = await asyncio.create_subprocess_exec(
        "make",
        "demo",
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout
    address = None
    while not address and (line := await process.stdout.readline()):
        address = re.search(r"http://\S+", line.decode())
    try:
        assert address
        async with aiohttp.ClientSession() as session, session.get(address[0]) as page:
            assert (page.status, "<h1>Rollcall" in await page.text()) == (200, True)
    finally:
        os.killpg(process.pid, signal.SIGINT)
    _, errors = await process.communicate()
    assert "Traceback" not in errors.decode()


async def test_the_automatic_demo_ends_with_the_transcript_that_the_readme_shows() -> None:
    assert COMMANDS[2].strip() == "make demo-auto"
    process = await asyncio.create_subprocess_exec(
        "make", "demo-auto", cwd=ROOT, env=ENVIRONMENT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await process.communicate()
    assert (process.returncode, errors.decode()) == (0, "")
    (shown,) = re.findall(r"```text\n(Alice types.*?)```", README, re.DOTALL)
    assert _without_accidents(output.decode()) == _without_accidents(shown)


async def test_the_test_command_is_what_ci_runs() -> None:
    assert COMMANDS[1].strip() == "make test"
    assert "make test" in (ROOT / ".ci/run").read_text()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z-]+)`?", README)) - {"that"}))
async def test_every_target_that_it_names_exists(target: str) -> None:
    process = await asyncio.create_subprocess_exec(
        "make",
        "--dry-run",
        target,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    await process.communicate()
    assert process.returncode == 0


def test_every_setting_stands_in_it_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| `?([^`|]+?)`? \|", README, re.MULTILINE))
    assert rows == {name: default or "–" for name, (_, default, _) in READERS.items()}


def test_every_setting_stands_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()
    for name, (_, default, _) in READERS.items():
        if not name.endswith("_API_URL"):
            assert re.search(rf"^{name}={re.escape(default or '')}", example, re.MULTILINE), name


def test_every_part_that_it_names_is_there() -> None:
    (layout,) = re.findall(r"## How the code is laid out\n\n```text\n(.*?)```", README, re.DOTALL)
    parts = [line.split()[0] for line in layout.splitlines()]
    assert all((ROOT / part).exists() for part in parts)
    packages = {f"{path.parent.name}/" for path in ROOT.glob("*/__init__.py")}
    assert packages <= set(parts)


def _without_accidents(transcript: str) -> list[str]:
    """The lines, without what differs from one run to the next: the room, and minutes on a clock that runs fast."""
    transcript = re.sub(r"R\d{12}", "R############", transcript)
    transcript = re.sub(r"\d?\d:\d\d", "hh:mm", transcript)
    return [line for line in transcript.splitlines() if line.strip()]
