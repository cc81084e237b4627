"""What can go wrong inside the stand-in.

Exception
├── RefusalError    Hoiio turns a request down with a status code
└── PhoneError      a phone was told to do what it cannot do just now
"""


class RefusalError(Exception):
    """Hoiio turns a request down; `status` is the code of the "Result Status" table."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class PhoneError(Exception):
    """A phone was told to do what it cannot do in its present state; nothing was changed."""
