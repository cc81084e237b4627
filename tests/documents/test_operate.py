"""`docs/operate.md` names every metric, every alert and every line of the log, and none that there is not."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import aiohttp
import pytest
import yaml

from messages.slack import SlackError
from observability.metrics import _SLACK_KINDS, CARRIER_FAILS
from operations.command_line import EXIT_FAILED, EXIT_USAGE
from tests.documents.reading import code_in, table
from tests.harness.process import ROOT
from tests.harness.world import APP_TOKEN, World
from tests.operations.test_metrics import Scraped

PAGE = "docs/operate.md"
ALERTS = ROOT / "deploy/alerts.yml"
TOKEN = "a-token-for-prometheus"

SPEAKING = (
    *("bot.py", "assembly.py", "settings.py", "calendars", "conference", "handlers", "messages", "observability"),
    *("operations", "storage", "telephony"),
)
LEVELS = {"debug", "info", "warning", "error", "critical"}

Line = tuple[str, str]
"""A level, and a message with `…` for whatever differs from one time to the next."""


def rules() -> list[dict[str, Any]]:
    """Prometheus's."""
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


# Metrics


@pytest.fixture
async def page(quiet_world: World) -> Scraped:
    """All that there is to be read, of a bot that has rung somebody."""
    quiet_world.socket_mode = True
    quiet_world.settings |= {"METRICS_TOKEN": TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
    await quiet_world.start_bot()
    await quiet_world.alice.has_number()
    await quiet_world.alice.types("/conference @bob me")
    await quiet_world.board_shows("Ended at", within=200)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(quiet_world.url) as http, http.get("/metrics", headers=headers) as answer:
        return Scraped(await answer.text())


async def test_every_metric_stands_in_the_table_with_its_labels_and_no_other(page: Scraped) -> None:
    told = {code_in(name)[0]: set(code_in(labels)) for name, labels, _ in table(PAGE, "Metrics")}
    families = {
        f"{family.name}_total" if family.type == "counter" else family.name: family
        for family in page.families
        if family.name.startswith("rollcall_")
    }
    assert told.keys() == families.keys()
    for name, family in families.items():
        for sample in family.samples:
            assert sample.labels.keys() - {"le"} == told[name], name


def test_every_way_in_which_requests_fail_stands_in_the_table() -> None:
    told = {code_in(name)[0]: set(code_in(means)) for name, _, means in table(PAGE, "Metrics")}
    assert told["rollcall_slack_errors_total"] == {*_SLACK_KINDS.values(), "answer_lost"}
    assert told["rollcall_hoiio_errors_total"] == set(CARRIER_FAILS)
    assert len(_SLACK_KINDS) + 1 == len(SlackError.__subclasses__())


async def test_the_alerts_are_about_what_is_on_the_page(page: Scraped) -> None:
    labels = {code_in(name)[0]: set(code_in(labels)) for name, labels, _ in table(PAGE, "Metrics")}
    for rule in rules():
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "warn"}
        for name, selected in re.findall(r"\b(rollcall_[a-z_]+)(?:\{(.*?)\})?", rule["expr"]):
            metric = re.sub("_(bucket|count)$", "", name)
            assert f"# TYPE {metric} " in page.text, name
            chosen = re.findall(r'(\w+)=~?"(.*?)"', selected)
            assert {label for label, _ in chosen} <= labels[metric], name
            # Also before any of it happens: of a counter that begins with its first event, `increase` does not see it.
            for values in product(*(either.split("|") for _, either in chosen)):
                series = dict(zip((label for label, _ in chosen), values, strict=True))
                assert any(series.items() <= labels.items() for labels in page.labels(name)), (name, series)


def test_every_alert_stands_in_the_table_and_no_other() -> None:
    assert [code_in(name)[0] for name, _ in table(PAGE, "Alerts")] == [rule["alert"] for rule in rules()]


def test_what_to_do_about_notifications_tells_of_each_status_with_which_they_are_turned_away() -> None:
    lines = [(line, means) for _, line, means, _ in table(PAGE, "What each line of the log means")]
    turned_away = {means[:3] for line, means in lines if re.search("`a notification .*(turned away|stored)", line)}
    (what_to_do,) = (do for name, do in table(PAGE, "Alerts") if code_in(name) == ["RollcallHoiioTurnedAway"])
    assert turned_away == set(re.findall(r"[0-9]{3}", what_to_do))


# The log


def logged() -> Iterator[Line]:
    for part in SPEAKING:
        path = ROOT / part
        for source in [path] if path.is_file() else sorted(path.rglob("*.py")):
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (line := _line(node)):
                    yield line


def _line(call: ast.Call) -> Line | None:
    """What a call logs; None if it logs nothing."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in {*LEVELS, "exception"}:
        return None
    match call.func.value:
        case ast.Name(id="log" | "told") | ast.Call(func=ast.Name(id="about")):
            template = ast.literal_eval(call.args[0])
            level = "error" if call.func.attr == "exception" else call.func.attr
            return level, re.sub(r"(%[sd])+", "…", template)
    return None


def test_every_line_stands_in_the_table_and_no_other() -> None:
    rows = table(PAGE, "What each line of the log means")
    told = [(level, re.sub(r"(<[^>]+>)+", "…", code_in(line)[0])) for level, line, _, _ in rows]
    assert len(told) == len(set(told))
    assert sorted(told) == sorted(set(logged()))


def test_what_is_tried_again_whenever_there_is_news_is_named() -> None:
    (row,) = (row for row in table(PAGE, "What each line of the log means") if row[1] == "`<what>: <why>`")
    sources = "".join(path.read_text() for path in (ROOT / "messages").rglob("*.py"))
    assert set(code_in(row[2])) == set(re.findall(r'undone="(.*?)"', sources))


# What it ends with


def test_the_exit_statuses_are_those_of_the_program() -> None:
    assert [int(status) for status, _ in table(PAGE, "Exit statuses")] == [0, EXIT_FAILED, EXIT_USAGE]
