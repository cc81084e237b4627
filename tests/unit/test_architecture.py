"""Imports run one way, and the manifest asks for what the bot uses."""

import ast
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from operations.scopes import NEEDED_SCOPES, OPTIONAL_SCOPES
from sandbox.world import SHORTCUTS

ROOT = Path(__file__).parents[2]
OURS = {
    *("assembly", "bot", "settings", "calendars", "conference", "handlers", "messages", "observability", "operations"),
    *("sandbox", "storage", "telephony", "tests"),
}
OUTSIDE = {
    *("aiohttp", "dotenv", "httpx", "icalendar", "prometheus_client"),
    *("slack_bolt", "slack_sdk", "sqlite3", "sqlite_utils"),
}
"""What the core must not know."""

INNER = {"calendars", "conference", "messages", "settings", "storage", "telephony"}
MAY_IMPORT = {
    "conference": set[str](),
    "messages": {"conference"},
    "telephony": {"conference"},
    "calendars": {"conference"},
    "storage": {"conference"},
    "settings": {"conference", "observability"},
    "observability": {"conference", "messages"},
    "handlers": INNER,
    "operations": INNER,
    "sandbox": set[str](),
    "assembly": {*INNER, "handlers", "observability"},
    "bot": {*INNER, "assembly", "handlers", "observability", "operations"},
}
"""Of ours, what each may import beside itself."""


def sources(part: str) -> list[Path]:
    single = ROOT / f"{part}.py"
    return [single] if single.exists() else sorted((ROOT / part).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """The packages that a piece of code imports, also inside functions."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name.split(".")[0] for name in names)
            case ast.ImportFrom(module=module, level=level):
                assert level == 0, f"line {node.lineno}: an import names its module in full"
                yield str(module).split(".")[0]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_every_part_has_its_place() -> None:
    parts = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {path.stem for path in ROOT.glob("*.py")}
    assert parts == OURS
    assert MAY_IMPORT.keys() == OURS - {"tests"}
    assert all(map(sources, MAY_IMPORT))


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_of_ours_run_one_way(part: str) -> None:
    allowed = MAY_IMPORT[part] | {part} | ({"sandbox"} if part == "bot" else set())
    strays = {
        path.relative_to(ROOT).as_posix(): stray
        for path in sources(part)
        if (stray := set(imported(parsed(path))) & OURS - allowed)
    }
    assert strays == {}


@pytest.mark.parametrize("path", sources("conference"), ids=lambda path: path.stem)
def test_the_core_knows_no_slack_no_http_and_no_sql(path: Path) -> None:
    assert set(imported(parsed(path))) & OUTSIDE == set()


def test_the_bot_knows_the_sandbox_only_inside_the_demo() -> None:
    tree = parsed(ROOT / "bot.py")
    knowing = [node for node in tree.body if "sandbox" in imported(node)]
    assert [(type(node), getattr(node, "name", None)) for node in knowing] == [(ast.AsyncFunctionDef, "_demo")]


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, object]]:
    loaded: dict[str, dict[str, object]] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    return loaded


def test_the_manifest_asks_for_the_scopes_that_are_checked(manifest: dict[str, dict[str, object]]) -> None:
    scopes = manifest["oauth_config"]["scopes"]
    assert isinstance(scopes, dict)
    assert scopes.keys() == {"bot"}
    assert sorted(scopes["bot"]) == sorted(NEEDED_SCOPES.keys() | OPTIONAL_SCOPES.keys())


def test_the_manifest_has_one_command_with_mentions_as_ids_and_a_hint(manifest: dict[str, dict[str, object]]) -> None:
    commands = manifest["features"]["slash_commands"]
    assert isinstance(commands, list)
    (command,) = commands
    assert (command["command"], command["should_escape"]) == ("/conference", True)
    assert command["usage_hint"]


def test_the_manifest_has_the_shortcuts_that_the_demo_offers(manifest: dict[str, dict[str, object]]) -> None:
    shortcuts = manifest["features"]["shortcuts"]
    assert shortcuts == [asdict(shortcut) for shortcut in SHORTCUTS]
    # Slack's manifest schema, features.shortcuts: a longer one is not taken.
    assert all(len(shortcut.name) <= 24 and len(shortcut.description) <= 150 for shortcut in SHORTCUTS)


def test_the_manifest_turns_on_what_the_bot_listens_to(manifest: dict[str, dict[str, object]]) -> None:
    home, settings = manifest["features"]["app_home"], manifest["settings"]
    assert isinstance(home, dict)
    assert home["home_tab_enabled"] is True
    assert home["messages_tab_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["socket_mode_enabled"] is True
    assert settings["event_subscriptions"] == {"bot_events": ["app_home_opened"]}
