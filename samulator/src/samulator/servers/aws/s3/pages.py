"""What the lists of a bucket have in common: prefix, delimiter, limit, encoding, and pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from samulator.servers.aws.s3.errors import invalid_argument
from samulator.servers.aws.s3.request import S3Request
from samulator.servers.aws.s3.versions import Version

_MOST = 1000
_LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Entry:
    """A version of a key; a common prefix where `version` is None."""

    name: str
    version: Version | None = None
    is_latest: bool = True


@dataclass(frozen=True)
class Page:
    """`entries` in the order of their names."""

    entries: list[Entry]
    is_truncated: bool

    @property
    def last(self) -> Entry:
        return self.entries[-1]


@dataclass(frozen=True)
class Asked:
    """The parameters of a list; "" where one was not sent."""

    prefix: str
    delimiter: str
    most: int
    is_encoded: bool

    @classmethod
    def of(cls, request: S3Request) -> "Asked":
        """Raises S3Error for a limit or an encoding that S3 does not take."""
        encoding = request.query.get("encoding-type")
        if encoding not in (None, "", "url"):
            raise invalid_argument(
                "Invalid Encoding Method specified in Request", "encoding-type", encoding
            )
        return cls(
            request.query.get("prefix", ""),
            request.query.get("delimiter", ""),
            min(asked_number(request, "max-keys", _MOST), _MOST),
            encoding == "url",
        )

    def text(self, value: str) -> str:
        """A key, or a part of one, as the answer has it."""
        return quote_plus(value, safe="/-_.*") if self.is_encoded else value

    def page(self, versions: Iterable[Entry], after: str) -> Page:
        """The first of `versions`, in order of names, and the prefixes behind `after`."""
        entries: list[Entry] = []
        for version in versions:
            folder = self._folder_of(version.name)
            if folder is not None and (folder <= after or (entries and entries[-1].name == folder)):
                continue
            if len(entries) >= self.most:
                return Page(entries, is_truncated=self.most > 0)
            entries.append(version if folder is None else Entry(folder))
        return Page(entries, is_truncated=False)

    def _folder_of(self, name: str) -> str | None:
        """The common prefix that stands for this key, None where the key itself is listed."""
        end = name.find(self.delimiter, len(self.prefix)) if self.delimiter else -1
        return None if end < 0 else name[: end + len(self.delimiter)]

    def members(self, page: Page) -> dict[str, Any]:
        """What every list tells of itself."""
        found: dict[str, Any] = {
            "Prefix": self.text(self.prefix),
            "MaxKeys": self.most,
            "IsTruncated": page.is_truncated,
            "CommonPrefixes": [
                {"Prefix": self.text(entry.name)} for entry in page.entries if not entry.version
            ],
        }
        if self.delimiter:
            found["Delimiter"] = self.text(self.delimiter)
        if self.is_encoded:
            found["EncodingType"] = "url"
        return found


def asked_number(request: S3Request, name: str, default: int) -> int:
    """A parameter. Raises S3Error for anything but a whole number from 0 on."""
    return number_in(request.query.get(name), name, default)


def number_in(value: str | None, name: str, default: int) -> int:
    """As `asked_number`, of a value that was found elsewhere."""
    if not value:
        return default
    digits = value.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or int(digits) > _LARGEST:
        message = f"Provided {name} not an integer or within integer range"
        raise invalid_argument(message, name, value)
    if digits != value:
        message = f"Argument {name} must be an integer between 0 and {_LARGEST}"
        raise invalid_argument(message, name, value)
    return int(value)
