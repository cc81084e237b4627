"""What keeps a command of the shell from being done."""


class OperationError(Exception):
    """It was not done. `lines` says why and what to do, and holds no number and no secret."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
