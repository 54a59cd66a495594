"""What data services that are broken or refuse say to whoever asks them."""

import json
from typing import Any

from tests.tcp_proxy import TcpProxy


def break_(proxy: TcpProxy, fault: str) -> None:
    if fault == "refused":
        proxy.refuse()
    elif fault == "silent":
        proxy.silent = True
    elif fault == "garbage":
        proxy.garbage = b"\x00\xffnonsense\r\n"
    else:
        proxy.cut(reset=fault == "reset")


def http_answer(status: str, body: Any) -> bytes:
    text = json.dumps(body)
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(text)}"
    return f"{head}\r\n\r\n{text}".encode()


def error_of_postgres(sqlstate: str, severity: str) -> bytes:
    """An ErrorResponse (PostgreSQL's protocol, section 55.7)."""
    fields = {"S": severity, "V": severity, "C": sqlstate, "M": "refused"}
    body = b"".join(f"{name}{text}\0".encode() for name, text in fields.items()) + b"\0"
    return b"E" + (len(body) + 4).to_bytes(4, "big") + body
