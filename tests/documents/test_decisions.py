"""Each decision says why, what it costs and what would change it, and is listed."""

import re

import pytest

from tests.documents.reading import DOCS, text_of

LIST = "docs/decisions/README.md"
DECISIONS = sorted(path.name for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
PARTS = ["Context", "Decision", "What it costs", "What would change it"]


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_has_its_parts(name: str) -> None:
    assert re.findall(r"^\*\*(.+?)\.\*\*", text_of(f"docs/decisions/{name}"), re.MULTILINE) == PARTS


def test_every_decision_is_listed_by_its_title() -> None:
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", text_of(LIST), re.MULTILINE)
    titles = [(text_of(f"docs/decisions/{name}").partition("\n")[0].removeprefix("# "), name) for name in DECISIONS]
    assert sorted(listed) == sorted(titles)
