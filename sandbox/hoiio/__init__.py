"""A stand-in for Hoiio: its API and notifications over real HTTP, and the phones, all on a moved clock."""

from sandbox.hoiio.errors import PhoneError, RefusalError
from sandbox.hoiio.exchange import Ring
from sandbox.hoiio.faults import Faults, Hold, NotificationFaults, When
from sandbox.hoiio.legs import CallStatus, Leg, LegState, gmt8
from sandbox.hoiio.notifier import SIGNATURE_HEADER, SentNotification, signature
from sandbox.hoiio.phone import Phone, PhoneState, Text
from sandbox.hoiio.server import ApiRequest, Hoiio

__all__ = [
    "SIGNATURE_HEADER",
    "ApiRequest",
    "CallStatus",
    "Faults",
    "Hoiio",
    "Hold",
    "Leg",
    "LegState",
    "NotificationFaults",
    "Phone",
    "PhoneError",
    "PhoneState",
    "RefusalError",
    "Ring",
    "SentNotification",
    "Text",
    "When",
    "gmt8",
    "signature",
]
