"""Everything that outlives the process. One door: `Storage`."""

from storage.database import Storage

__all__ = ["Storage"]
