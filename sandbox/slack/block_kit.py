"""What Slack accepts as blocks and views, worded as Slack words a refusal (Block Kit reference)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.slack.model import JsonObject

MAX_MESSAGE_BLOCKS: Final = 50
MAX_VIEW_BLOCKS: Final = 100
MAX_ID_CHARS: Final = 255
MAX_SECTION_CHARS: Final = 3000
MAX_PRIVATE_METADATA_CHARS: Final = 3000

_Check = Callable[["_Checker", object, str], None]


class _Checker:
    """Collects the problems of one message or view."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.problems: list[str] = []

    def problem(self, sentence: str, pointer: str) -> None:
        self.problems.append(f"[ERROR] {sentence} [json-pointer:{pointer}]")


def _string(longest: int, shortest: int = 0) -> _Check:
    def check(checker: _Checker, value: object, pointer: str) -> None:
        if not isinstance(value, str):
            checker.problem("must be a string", pointer)
        elif len(value) > longest:
            checker.problem(f"must be less than {longest + 1} characters", pointer)
        elif len(value) < shortest:
            checker.problem(f"must be more than {shortest - 1} characters", pointer)

    return check


def _one_of(*allowed: str) -> _Check:
    def check(checker: _Checker, value: object, pointer: str) -> None:
        if value not in allowed:
            checker.problem(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def _boolean(checker: _Checker, value: object, pointer: str) -> None:
    if not isinstance(value, bool):
        checker.problem("must be a boolean", pointer)


def _integer(checker: _Checker, value: object, pointer: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        checker.problem("must be an integer", pointer)


def _anything(checker: _Checker, value: object, pointer: str) -> None:
    """Left to Slack: what the bot does not use is not looked into."""


def _list_of(each: _Check, most: int, least: int = 1) -> _Check:
    def check(checker: _Checker, value: object, pointer: str) -> None:
        if not isinstance(value, list):
            checker.problem("must be an array", pointer)
            return
        if len(value) > most:
            checker.problem(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            checker.problem(f"no fewer than {least} items allowed", pointer)
        for index, item in enumerate(value):
            each(checker, item, f"{pointer}/{index}")

    return check


@dataclass(frozen=True)
class _Shape:
    """An object's properties: those it must have and those it may have."""

    required: dict[str, _Check]
    optional: dict[str, _Check]

    def __call__(self, checker: _Checker, value: object, pointer: str) -> None:
        if not isinstance(value, dict):
            checker.problem("must be an object", pointer)
            return
        for name in self.required.keys() - value.keys():
            checker.problem(f"missing required field: {name}", pointer)
        known = {**self.required, **self.optional}
        for name, item in value.items():
            if name == "type":
                continue
            if name not in known:
                checker.problem(f"invalid additional property: {name}", pointer)
            else:
                known[name](checker, item, f"{pointer}/{name}")


def _shape(required: dict[str, _Check] | None = None, **optional: _Check) -> _Shape:
    return _Shape(required or {}, optional)


def _text(longest: int = 3000, *, plain: bool = False) -> _Check:
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")

    def check(checker: _Checker, value: object, pointer: str) -> None:
        _shape({"text": _string(longest, 1)}, emoji=_boolean, verbatim=_boolean)(checker, value, pointer)
        if not isinstance(value, dict):
            return
        if value.get("type") not in kinds:
            checker.problem(f"must be one of: {', '.join(kinds)}", f"{pointer}/type")
        odd = "emoji" if value.get("type") == "mrkdwn" else "verbatim"
        if odd in value:
            checker.problem(f"invalid additional property: {odd}", pointer)

    return check


_PLAIN: Final = {n: _text(n, plain=True) for n in (24, 30, 75, 100, 150, 2000)}
_ID: Final = _string(MAX_ID_CHARS, 1)
_CONFIRM: Final = _shape(
    {"title": _PLAIN[100], "text": _text(300), "confirm": _PLAIN[30], "deny": _PLAIN[30]},
    style=_one_of("primary", "danger"),
)
_OPTION: Final = _shape({"text": _text(75), "value": _string(150)}, description=_text(75), url=_string(3000))
_GROUP: Final = _shape({"label": _PLAIN[75], "options": _list_of(_OPTION, 100)})


def _options(most: int) -> dict[str, _Check]:
    return {"options": _list_of(_OPTION, most)}


_MENU: Final[dict[str, _Check]] = {"placeholder": _PLAIN[150], "confirm": _CONFIRM, "focus_on_load": _boolean}
_CHOICES: Final[dict[str, _Check]] = {
    "options": _list_of(_OPTION, 100),
    "option_groups": _list_of(_GROUP, 100),
}
_INPUT: Final[dict[str, _Check]] = {
    "placeholder": _PLAIN[150],
    "focus_on_load": _boolean,
    "initial_value": _string(3000),
    "dispatch_action_config": _anything,
}
_LENGTHS: Final[dict[str, _Check]] = {"min_length": _integer, "max_length": _integer}
_MANY: Final[dict[str, _Check]] = {**_MENU, "max_selected_items": _integer}
_URLS: Final[dict[str, _Check]] = {"image_url": _string(3000), "slack_file": _anything}
_CONVERSATIONS: Final[dict[str, _Check]] = {
    "default_to_current_conversation": _boolean,
    "filter": _anything,
    "response_url_enabled": _boolean,
}


def _element(required: dict[str, _Check], *optional: dict[str, _Check], **more: _Check) -> _Shape:
    merged: dict[str, _Check] = {"action_id": _ID, **more}
    for part in optional:
        merged.update(part)
    return _Shape(required, merged)


_ANYWHERE: Final = frozenset({"section", "actions", "input"})
_NOT_ACTIONS: Final = frozenset({"section", "input"})
_ONLY_INPUT: Final = frozenset({"input"})

_ELEMENTS: Final[dict[str, tuple[frozenset[str], _Shape]]] = {
    "button": (
        frozenset({"section", "actions"}),
        _element(
            {"text": _PLAIN[75]},
            value=_string(2000),
            url=_string(3000),
            style=_one_of("primary", "danger"),
            confirm=_CONFIRM,
            accessibility_label=_string(75),
        ),
    ),
    "overflow": (frozenset({"section", "actions"}), _element(_options(5), confirm=_CONFIRM)),
    "static_select": (_ANYWHERE, _element({}, _MENU, _CHOICES, initial_option=_OPTION)),
    "external_select": (
        _ANYWHERE,
        _element({}, _MENU, initial_option=_OPTION, min_query_length=_integer),
    ),
    "users_select": (_ANYWHERE, _element({}, _MENU, initial_user=_string(20))),
    "conversations_select": (
        _ANYWHERE,
        _element({}, _MENU, _CONVERSATIONS, initial_conversation=_string(20)),
    ),
    "channels_select": (
        _ANYWHERE,
        _element({}, _MENU, initial_channel=_string(20), response_url_enabled=_boolean),
    ),
    "multi_static_select": (
        _NOT_ACTIONS,
        _element({}, _MANY, _CHOICES, initial_options=_list_of(_OPTION, 100)),
    ),
    "multi_external_select": (
        _NOT_ACTIONS,
        _element({}, _MANY, initial_options=_list_of(_OPTION, 100), min_query_length=_integer),
    ),
    "multi_users_select": (
        _NOT_ACTIONS,
        _element({}, _MANY, initial_users=_list_of(_string(20), 1000, 0)),
    ),
    "multi_conversations_select": (
        _NOT_ACTIONS,
        _element({}, _MANY, _CONVERSATIONS, initial_conversations=_list_of(_string(20), 1000, 0)),
    ),
    "multi_channels_select": (
        _NOT_ACTIONS,
        _element({}, _MANY, initial_channels=_list_of(_string(20), 1000, 0)),
    ),
    "radio_buttons": (
        _ANYWHERE,
        _element(_options(10), initial_option=_OPTION, confirm=_CONFIRM, focus_on_load=_boolean),
    ),
    "checkboxes": (
        _ANYWHERE,
        _element(_options(10), initial_options=_list_of(_OPTION, 10), confirm=_CONFIRM, focus_on_load=_boolean),
    ),
    "datepicker": (_ANYWHERE, _element({}, _MENU, initial_date=_string(10, 10))),
    "timepicker": (_ANYWHERE, _element({}, _MENU, initial_time=_string(5, 5), timezone=_string(64))),
    "datetimepicker": (
        frozenset({"actions", "input"}),
        _element({}, initial_date_time=_integer, confirm=_CONFIRM, focus_on_load=_boolean),
    ),
    "plain_text_input": (_ONLY_INPUT, _element({}, _INPUT, _LENGTHS, multiline=_boolean)),
    "number_input": (
        _ONLY_INPUT,
        _element({"is_decimal_allowed": _boolean}, _INPUT, min_value=_string(100), max_value=_string(100)),
    ),
    "email_text_input": (_ONLY_INPUT, _element({}, _INPUT)),
    "url_text_input": (_ONLY_INPUT, _element({}, _INPUT)),
    "rich_text_input": (_ONLY_INPUT, _element({}, {**_INPUT, "initial_value": _anything})),
    "file_input": (_ONLY_INPUT, _element({}, filetypes=_anything, max_files=_integer)),
    "image": (
        frozenset({"section", "context"}),
        _Shape({"alt_text": _string(2000)}, _URLS),
    ),
}


def _element_in(place: str) -> _Check:
    def check(checker: _Checker, value: object, pointer: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        places, shape = _ELEMENTS.get(str(kind), (frozenset[str](), None))
        if shape is None or place not in places:
            checker.problem(f"unsupported type: {kind}", f"{pointer}/type")
            return
        shape(checker, value, pointer)
        given = value.keys() if isinstance(value, dict) else set[str]()
        if str(kind).endswith("static_select") and len(_CHOICES.keys() & given) != 1:
            checker.problem("must have exactly one of: options, option_groups", pointer)
        if kind == "image" and not given & _URLS.keys():
            checker.problem("missing required field: image_url", pointer)

    return check


def _context_element(checker: _Checker, value: object, pointer: str) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        _element_in("context")(checker, value, pointer)
    else:
        _text()(checker, value, pointer)


def _block(required: dict[str, _Check] | None = None, **optional: _Check) -> _Shape:
    return _shape(required, block_id=_ID, **optional)


_BLOCKS: Final[dict[str, tuple[frozenset[str], _Shape]]] = {
    kind: (frozenset(surfaces.split()), shape)
    for kind, surfaces, shape in (
        (
            "section",
            "message modal home",
            _block(
                text=_text(MAX_SECTION_CHARS),
                fields=_list_of(_text(2000), 10),
                accessory=_element_in("section"),
                expand=_boolean,
            ),
        ),
        ("header", "message modal home", _block({"text": _PLAIN[150]}, level=_integer)),
        ("divider", "message modal home", _block()),
        ("context", "message modal home", _block({"elements": _list_of(_context_element, 10)})),
        ("actions", "message modal home", _block({"elements": _list_of(_element_in("actions"), 25)})),
        (
            "input",
            "message modal home",
            _block(
                {"label": _PLAIN[2000], "element": _element_in("input")},
                hint=_PLAIN[2000],
                optional=_boolean,
                dispatch_action=_boolean,
            ),
        ),
        (
            "image",
            "message modal home",
            _block({"alt_text": _string(2000)}, title=_PLAIN[2000], image_url=_string(3000), slack_file=_anything),
        ),
        ("rich_text", "message modal home", _block({"elements": _anything})),
        ("markdown", "message", _block({"text": _string(12_000, 1)})),
        ("table", "message", _block({"rows": _anything}, column_settings=_anything)),
    )
}


def message_problems(blocks: object) -> list[str]:
    """What Slack would refuse in a message's blocks, each with a JSON pointer; empty when all is well."""
    checker = _Checker("message")
    _check_blocks(checker, blocks, MAX_MESSAGE_BLOCKS)
    return checker.problems


def view_problems(view: object, expected_type: str) -> list[str]:
    """What Slack would refuse in a view of that type, "modal" or "home"; empty when all is well."""
    checker = _Checker(expected_type)
    shape = _VIEWS[expected_type]
    shape(checker, view, "/view")
    if not isinstance(view, dict):
        return checker.problems
    if view.get("type") != expected_type:
        checker.problem(f"must be one of: {expected_type}", "/view/type")
    blocks = view.get("blocks")
    if "blocks" in view:
        _check_blocks(checker, blocks, MAX_VIEW_BLOCKS, "/view/blocks")
    if expected_type == "modal" and "submit" not in view and _has_input(blocks):
        checker.problem("missing required field: submit", "/view")
    return checker.problems


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )


_ANY_VIEW: Final[dict[str, _Check]] = {
    "private_metadata": _string(MAX_PRIVATE_METADATA_CHARS),
    "callback_id": _string(MAX_ID_CHARS),
    "external_id": _string(MAX_ID_CHARS),
}
_VIEWS: Final = {
    "home": _Shape({"blocks": _anything}, _ANY_VIEW),
    "modal": _Shape(
        {"blocks": _anything, "title": _PLAIN[24]},
        {
            **_ANY_VIEW,
            "submit": _PLAIN[24],
            "close": _PLAIN[24],
            "clear_on_close": _boolean,
            "notify_on_close": _boolean,
            "submit_disabled": _boolean,
        },
    ),
}


def _check_blocks(checker: _Checker, blocks: object, most: int, pointer: str = "/blocks") -> None:
    if not isinstance(blocks, list):
        checker.problem("must be an array", pointer)
        return
    if len(blocks) > most:
        checker.problem(f"no more than {most} items allowed", pointer)
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{pointer}/{index}"
        kind = block.get("type") if isinstance(block, dict) else None
        surfaces, shape = _BLOCKS.get(str(kind), (frozenset[str](), None))
        if shape is None or checker.surface not in surfaces:
            checker.problem(f"unsupported type: {kind}", f"{here}/type")
            continue
        shape(checker, block, here)
        _check_between(checker, block, here)
        if (block_id := block.get("block_id")) in seen:
            checker.problem(f'`block_id` "{block_id}" already exists', f"{here}/block_id")
        elif isinstance(block_id, str):
            seen.add(block_id)


def _check_between(checker: _Checker, block: JsonObject, pointer: str) -> None:
    """What one property demands of another."""
    if block["type"] == "section" and not block.keys() & {"text", "fields"}:
        checker.problem("must have at least one of: text, fields", pointer)
    if block["type"] == "image" and not block.keys() & {"image_url", "slack_file"}:
        checker.problem("missing required field: image_url", pointer)
    if block["type"] == "actions" and isinstance(block.get("elements"), list):
        ids = [e["action_id"] for e in block["elements"] if isinstance(e, dict) and "action_id" in e]
        for repeated in sorted({str(i) for i in ids if ids.count(i) > 1}):
            checker.problem(f'`action_id` "{repeated}" already exists in this block', f"{pointer}/elements")
