"""A stand-in for Slack, over real HTTP and WebSockets, for tests and for a demo."""

from sandbox.slack.deliveries import Delivery, SentDelivery
from sandbox.slack.emoji import EMOJI
from sandbox.slack.faults import Fault, Faults, Hold
from sandbox.slack.model import ApiCall, Channel, Group, JsonObject, Message, Person, Version, View
from sandbox.slack.people import ActionResult, CommandResult, SubmitResult
from sandbox.slack.slack import Slack
from sandbox.slack.transcript import render
from sandbox.slack.workspace import ALL_SCOPES

__all__ = [
    "ALL_SCOPES",
    "EMOJI",
    "ActionResult",
    "ApiCall",
    "Channel",
    "CommandResult",
    "Delivery",
    "Fault",
    "Faults",
    "Group",
    "Hold",
    "JsonObject",
    "Message",
    "Person",
    "SentDelivery",
    "Slack",
    "SubmitResult",
    "Version",
    "View",
    "render",
]
