"""What the handlers are handed: the running parts that they call, and the settings that bear on their answers."""

from dataclasses import dataclass, field

from conference.barring import Barring
from conference.clock import Clock
from conference.registration import Registration
from conference.service import Conferences
from conference.standups.holidays import HolidayWatch
from conference.standups.timetable import Timetable
from conference.tasks import Tasks
from messages.directory import SlackDirectory
from messages.number_requests import NumberRequests
from messages.slack import SlackGateway
from storage import Storage


@dataclass(frozen=True)
class Parts:
    """`behind` has what goes on behind an acknowledgement; `card_url` is where the contact card is, if there is one."""

    clock: Clock
    storage: Storage
    gateway: SlackGateway
    directory: SlackDirectory
    conferences: Conferences
    timetable: Timetable
    holiday_watch: HolidayWatch
    registration: Registration
    number_requests: NumberRequests
    behind: Tasks
    barring: Barring
    default_region: str | None
    card_url: str | None
    lines: int
    homes: set[str] = field(default_factory=set)
    """Slack ids of those who have opened their Home tab since the bot was started."""
