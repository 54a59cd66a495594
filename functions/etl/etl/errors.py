"""What can be wrong with a file as a whole; what is wrong with a row is a reason, not an error."""


class Refused(Exception):
    """The file cannot be cleaned by anyone until somebody changes it; retrying is useless.

    `reason` is one word for machines, the message is a sentence for the file's owner.
    """

    def __init__(self, reason: str, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.line = line


class TooLarge(Exception):
    """The file is past what one function may hold; nothing of it is cleaned."""

    def __init__(self, size: int, limit: int, *, unpacked: bool = False) -> None:
        what = "unpacks to more than" if unpacked else f"has {size:,} bytes, more than"
        super().__init__(f"The file {what} the {limit:,} bytes that one function cleans.")
        self.size = size
        self.limit = limit
