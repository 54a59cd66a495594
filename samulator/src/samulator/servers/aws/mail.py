"""SES on this machine: anybody may send, nothing leaves, and what was sent can be read."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any


def keep_mail(log: Path | None) -> None:
    """Have moto's SES take every sender for verified, and write what is sent to `log`.

    On AWS the owner of an account verifies addresses once, by hand; no template says which.
    """
    from moto.ses.models import SESBackend

    is_known = SESBackend._is_verified_address

    def is_verified(backend: SESBackend, source: str) -> bool:
        _, address = parseaddr(source)
        if "@" in address:
            backend.verify_email_identity(address)
        return is_known(backend, source)

    SESBackend._is_verified_address = is_verified  # type: ignore[method-assign, assignment]
    if log is not None:
        box = MailLog(log)
        for name in ("email", "raw_email", "templated_email", "bulk_templated_email"):
            send = getattr(SESBackend, f"send_{name}")
            setattr(SESBackend, f"send_{name}", _kept(send, box))


class MailLog:
    """A file with each mail as a line on whom it is from and to, and its text below it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._one_at_a_time = threading.Lock()

    def add(self, mail: Any) -> None:  # noqa: ANN401 - moto has a class for each kind
        """Write one of moto's messages of SES."""
        text = words_of(mail, datetime.now(UTC))
        with self._one_at_a_time, self._file.open("a", encoding="utf-8") as file:
            file.write(text)


def words_of(mail: Any, time: datetime) -> str:  # noqa: ANN401 - as above
    """Return what the log says of one of moto's messages of SES."""
    subject = getattr(mail, "subject", None) or getattr(mail, "template", None) or "(as it is)"
    names = ("body", "raw_data", "template_data")
    text = next((getattr(mail, name) for name in names if hasattr(mail, name)), "")
    to = ", ".join(_addresses(mail.destinations)) or "those whom it names"
    lines = [f"{time:%Y-%m-%dT%H:%M:%SZ}  from {mail.source} to {to}: {subject}"]
    lines += [f"  {line}" for line in str(text).splitlines()]
    return "\n".join(lines) + "\n"


def _kept(send: Callable[..., Any], box: MailLog) -> Callable[..., Any]:
    def send_and_keep(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on
        mail = send(*given, **named)
        box.add(mail)
        return mail

    return send_and_keep


def _addresses(destinations: Any) -> Iterator[str]:  # noqa: ANN401 - lists and maps of them
    if isinstance(destinations, str):
        yield destinations
    elif isinstance(destinations, dict):
        for each in destinations.values():
            yield from _addresses(each)
    else:
        for each in destinations or ():
            yield from _addresses(each)
