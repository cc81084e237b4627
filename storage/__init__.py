"""Everything that outlives the process. One door: `Storage`."""

from storage.conferences import Conferences
from storage.numbers import Numbers
from storage.posts import Posts


class Storage(Numbers, Conferences, Posts):
    """Keeps numbers, conferences and posts in one database file. Open it with `open`, and `close` it."""


__all__ = ["Storage"]
