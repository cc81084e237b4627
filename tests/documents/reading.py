"""The documents in `docs/`, as the tests read them.

A fence of commands begins with ```` ```sh ````. One that needs what no test has, such as root or a proxy, has
`not-run-here` behind the language, which no reader sees and every editor of the page does.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.harness.process import ROOT

DOCS = ROOT / "docs"
NOT_RUN_HERE = "not-run-here"
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in DOCS.rglob("*.md"))

_FENCE = re.compile(r"^```(\S*)[ ]*(\S*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Fence:
    """What stands between two rows of backticks."""

    language: str
    mark: str
    text: str

    @property
    def commands(self) -> list[str]:
        """One for each command, however many lines it goes over."""
        return [line for line in self.text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def fences(document: str) -> list[Fence]:
    return [Fence(*found.groups()) for found in _FENCE.finditer(text_of(document))]


def the_fence(document: str, language: str) -> str:
    """The text of the only one in that language."""
    (found,) = (fence.text for fence in fences(document) if fence.language == language)
    return found


def table(document: str, heading: str) -> list[list[str]]:
    """The cells of the rows of the first table below a heading, without its head."""
    _, _, below = text_of(document).partition(f"# {heading}\n")
    assert below, f"{document} has no heading {heading}"
    rows = re.search(r"^\|.*?\n\| ?-.*?\n((?:\|.*\n)+)", below, re.MULTILINE)
    assert rows, f"no table below {heading}"
    # A bar within a cell is escaped.
    return [
        [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[1].splitlines()
    ]


def code_in(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def path_of_link(document: str, target: str) -> Path:
    return (ROOT / document).parent / target
