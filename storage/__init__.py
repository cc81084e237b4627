"""Everything that outlives the process. One door: `Storage`, and `Turn` for whose turn it is to come in."""

from storage.admin_log import AdminLog
from storage.backups import Backups
from storage.conferences import Conferences
from storage.credit import CreditAlerts
from storage.figures import Counted
from storage.forgetting import Forgetting
from storage.holidays import CalendarDays
from storage.notifications import Notifications
from storage.number_requests import NumberRequests
from storage.numbers import Numbers
from storage.overview import Overview
from storage.posts import Posts
from storage.standup_numbers import StandupNumbers
from storage.standup_reports import StandupReports
from storage.standups import Standups
from storage.teams import Teams
from storage.turn import Turn


class Storage(
    Numbers,
    NumberRequests,
    Forgetting,
    AdminLog,
    Conferences,
    Notifications,
    Overview,
    Posts,
    CreditAlerts,
    Teams,
    Standups,
    StandupReports,
    StandupNumbers,
    CalendarDays,
    Counted,
    Backups,
):
    """Keeps all of it in one database file. Open it with `open`, and `close` it."""


__all__ = ["Storage", "Turn"]
