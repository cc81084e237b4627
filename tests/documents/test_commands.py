"""What the documents tell people to type works, and what they link to is there."""

import asyncio
import os
import re
import shlex
import shutil
from urllib.parse import unquote

import pytest

from operations.command_line import read_command
from tests.documents.reading import DOCUMENTS, NOT_RUN_HERE, fences, path_of_link, text_of
from tests.harness.process import ROOT
from tests.harness.world import World
from tests.operations.conftest import Shell

ADDRESS_IN_DOCUMENTS = "http://127.0.0.1:3000"
METRICS_TOKEN = "a-token-for-prometheus"
BOT = [".venv/bin/python", "bot.py"]
TESTED_ELSEWHERE = {"cron"}
SHOWN = {"text", "mermaid", ""}

RUN_HERE = {
    document: [command for fence in found for command in fence.commands]
    for document in DOCUMENTS
    if (found := [fence for fence in fences(document) if fence.language == "sh" and not fence.mark])
}


@pytest.mark.parametrize("document", RUN_HERE)
async def test_every_command_works(document: str, settled_shell: Shell, quiet_world: World) -> None:
    """In their order, in one place, with a bot that runs; it is stopped before its database is replaced."""
    quiet_world.settings["METRICS_TOKEN"] = METRICS_TOKEN
    settled_shell.variables = quiet_world.environment
    await quiet_world.start_bot()
    for command in RUN_HERE[document]:
        words = shlex.split(command)
        if words[:2] != BOT:
            await curls(command.replace(ADDRESS_IN_DOCUMENTS, quiet_world.url))
            continue
        if words[2] == "restore":
            await quiet_world.kill_bot()
        outcome = await settled_shell.bot(*words[2:])
        assert (outcome.status, outcome.err) == (0, ""), f"{command}\n{outcome}"
        if words[2] == "restore":
            await quiet_world.start_bot()


async def curls(command: str) -> None:
    """Another command than one of the bot's: all that the documents ask for by themselves is an address."""
    assert shlex.split(command)[0] == "curl"
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    process = await asyncio.create_subprocess_shell(
        command, env={"PATH": os.environ["PATH"], "METRICS_TOKEN": METRICS_TOKEN}, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate()
    assert (process.returncode, bool(answer)) == (0, True), command


@pytest.mark.parametrize("document", DOCUMENTS)
def test_whatever_looks_like_a_command_is_run_or_marked(document: str) -> None:
    for fence in fences(document):
        if fence.mark:
            assert fence.mark == NOT_RUN_HERE
        else:
            assert fence.language in {"sh", *TESTED_ELSEWHERE, *SHOWN}, fence
        if fence.language in SHOWN:
            assert not re.search(r"^(\$|sudo |python|\.venv|docker |make )", fence.text, re.MULTILINE), fence


@pytest.mark.parametrize("document", [*DOCUMENTS, "README.md"])
def test_every_command_of_the_bot_that_is_named_exists(document: str) -> None:
    for command in re.findall(r"bot\.py ([a-z-]+)( [A-Za-z./$\"]+)?", text_of(document)):
        name = command[0]
        takes_file = name in {"import-numbers", "export-numbers", "backup", "restore"}
        assert read_command([name, *(["FILE"] if takes_file else [])]).command == name


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_target_of_make_that_is_named_exists(document: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"`make ([a-z-]+)", text_of(document))) <= set(targets)


@pytest.mark.parametrize("document", [*DOCUMENTS, "README.md"])
def test_every_link_leads_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(document)):
        if target.startswith("https://"):
            continue
        name, _, anchor = unquote(target).partition("#")
        path = path_of_link(document, name) if name else ROOT / document
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("document", [*DOCUMENTS, "README.md"])
def test_every_file_of_ours_that_is_named_is_there(document: str) -> None:
    named = re.findall(r"`((?:[a-z_-]+/)+(?:[a-z_-]+\.[a-z]+)?|[A-Za-z_]+\.(?:py|yml))`", text_of(document))
    strays = [name for name in named if not (ROOT / name).exists() and name.split("/")[0] != "data"]
    assert strays == []


def anchors(markdown: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
