"""Interactive elements from a person's side: what pressing one sends, and what a filled-in form holds."""

from collections.abc import Iterator, Mapping
from typing import Final

from sandbox.slack.model import Channel, JsonObject

Filled = str | list[str] | None
"""What a person put into one input: text, an option's value or a user id; a list where several may be chosen."""

_SIMPLE: Final = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
}
_ONE_OPTION: Final = frozenset({"static_select", "radio_buttons", "overflow", "external_select"})
_OPTIONS: Final = frozenset({"multi_static_select", "checkboxes", "multi_external_select"})


def interactive(blocks: list[JsonObject]) -> Iterator[tuple[JsonObject, JsonObject]]:
    """Each block with an interactive element in it, and the element."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element")]
        if block["type"] == "actions":
            inside += block["elements"]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def with_defaults(blocks: list[JsonObject], current: Channel | None) -> list[JsonObject]:
    """The blocks with the current conversation filled in where a menu of conversations defaults to it.

    Slack puts it into the initial value when a view is opened (python-slack-sdk pull request 709); of one that the
    app sent as well, a menu for one conversation keeps it and a menu for several drops it (Slack documentation,
    Conversations select menu).
    """
    if current is None:
        return blocks
    return [
        {key: _defaulted(part, current) if isinstance(part, dict) else part for key, part in block.items()}
        | ({"elements": [_defaulted(e, current) for e in block["elements"]]} if block["type"] == "actions" else {})
        for block in blocks
    ]


def _defaulted(element: JsonObject, current: Channel) -> JsonObject:
    if not element.get("default_to_current_conversation") or not _admits(element.get("filter") or {}, current):
        return element
    if element["type"] == "conversations_select":
        return {"initial_conversation": current.id, **element}
    return {**element, "initial_conversations": [current.id]}


def _admits(wanted: JsonObject, channel: Channel) -> bool:
    """Whether a menu with that filter offers the channel. The direct messages of the sandbox are with a bot."""
    kind = "im" if channel.is_direct else "private" if channel.private else "public"
    return kind in wanted.get("include", [kind]) and not (channel.is_direct and wanted.get("exclude_bot_users"))


def pressed(
    blocks: list[JsonObject], action_id: str, value: Filled, action_ts: str, block_id: str | None = None
) -> JsonObject:
    """The entry of `actions` for that element; `LookupError` when it is not there, or several answer to it.

    Elements in different blocks may share an action id: their values tell them apart, or else `block_id`.
    """
    found = [(b, e) for b, e in interactive(blocks) if e["action_id"] == action_id]
    if value is not None and any(e["type"] == "button" for _, e in found):
        found = [(b, e) for b, e in found if e.get("value") == value]
    elif len(found) > 1 and isinstance(value, str):
        found = [(b, e) for b, e in found if value in _values(e)]
    if len(found) > 1 and block_id is not None:
        found = [(b, e) for b, e in found if b["block_id"] == block_id]
    if len(found) != 1:
        there = ", ".join(f"{e['action_id']}={e.get('value', '')}" for _, e in interactive(blocks)) or "nothing"
        what = "no element" if not found else "more than one element"
        wanted = action_id if value is None else f"{action_id}={value}"
        raise LookupError(f"There is {what} {wanted} to press here, only: {there}.")
    block, element = found[0]
    action: JsonObject = {
        "type": element["type"],
        "action_id": action_id,
        "block_id": block["block_id"],
        "action_ts": action_ts,
    }
    if element["type"] != "button":
        return action | _held(element, value)
    action["text"] = element["text"]
    return action | {key: element[key] for key in ("value", "style", "url") if key in element}


def state_of(blocks: list[JsonObject], filled: Mapping[str, Filled]) -> JsonObject:
    """`state.values`: for each input, by block and action id, what it holds.

    `filled` is keyed by block id or action id; an input that is not named keeps its initial value. A key that
    names no input raises `LookupError`.
    """
    values: JsonObject = {}
    used: set[str] = set()
    for block, element in interactive(blocks):
        if element["type"] in {"button", "overflow"}:
            continue
        names = {block["block_id"], element["action_id"]} & filled.keys()
        used |= names
        held = _held(element, filled[names.pop()]) if names else _initially(element)
        values.setdefault(block["block_id"], {})[element["action_id"]] = {"type": element["type"], **held}
    if unknown := filled.keys() - used:
        raise LookupError(f"The form has no input called {', '.join(sorted(unknown))}.")
    return values


def left_empty(blocks: list[JsonObject], values: JsonObject) -> dict[str, str]:
    """What Slack itself says, by block id, of inputs that may not be sent so: empty ones, and too long ones."""
    errors = {}
    for block, element in interactive(blocks):
        if block["type"] != "input":
            continue
        held = [v for k, v in values[block["block_id"]][element["action_id"]].items() if k != "type"]
        content = held[0] if held else None
        if not content and not block.get("optional"):
            errors[block["block_id"]] = "Please complete this required field."
        elif isinstance(content, str) and len(content) > element.get("max_length", len(content)):
            errors[block["block_id"]] = f"Must be at most {element['max_length']} characters long."
        elif isinstance(content, str) and content and len(content) < element.get("min_length", 0):
            errors[block["block_id"]] = f"Must be at least {element['min_length']} characters long."
    return errors


def _held(element: JsonObject, value: Filled) -> JsonObject:
    kind = element["type"]
    most = element.get("max_selected_items")
    if most is not None and isinstance(value, list) and len(value) > most:
        raise LookupError(f"A person can choose no more than {most} in {element['action_id']}.")
    if kind in _ONE_OPTION:
        return {"selected_option": _option(element, value) if isinstance(value, str) else None}
    if kind in _OPTIONS:
        chosen = [value] if isinstance(value, str) else value or []
        return {"selected_options": [_option(element, one) for one in chosen]}
    if kind == "datetimepicker":
        return {"selected_date_time": int(value) if isinstance(value, str) else None}
    if kind not in _SIMPLE:
        raise LookupError(f"A person of the sandbox does not know how to fill in a {kind}.")
    name = _SIMPLE[kind][0]
    if kind.startswith("multi_"):
        return {name: [value] if isinstance(value, str) else value or []}
    return {name: value or None}


def _initially(element: JsonObject) -> JsonObject:
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"selected_option": element.get("initial_option")}
    if kind in _OPTIONS:
        return {"selected_options": element.get("initial_options", [])}
    if kind == "datetimepicker":
        return {"selected_date_time": element.get("initial_date_time")}
    if kind not in _SIMPLE:
        return {}
    name, initial = _SIMPLE[kind]
    return {name: element.get(initial, [] if kind.startswith("multi_") else None)}


def _options(element: JsonObject) -> list[JsonObject]:
    options = list(element.get("options", []))
    for group in element.get("option_groups", []):
        options += group["options"]
    return options


def _values(element: JsonObject) -> list[str]:
    return [option["value"] for option in _options(element)]


def _option(element: JsonObject, value: str) -> JsonObject:
    for option in _options(element):
        if option["value"] == value:
            return option
    there = ", ".join(_values(element))
    raise LookupError(f"There is no option {value!r} in {element['action_id']}, only: {there}.")
