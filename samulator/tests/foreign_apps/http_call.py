"""A request to an application's APIs and function URLs."""

import base64
import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request

from foreign_apps.outcome import Arguments, Outcome, as_text
from foreign_apps.running import Running


def http(app: Running, call: Arguments) -> Outcome:
    """A request to the API, or to the function `url_of`.

    `github` and `stripe` are the secret with which these sign the body of a webhook, `basic` are
    the two secrets of user and password.
    """
    base = _url_of(app, call["url_of"]) if "url_of" in call else _api(app)
    body = as_text(call["body"]).encode() if "body" in call else None
    headers = {**call.get("headers", {}), **_credentials(app, call, body or b"")}
    path = re.sub(r"\$\{(\w+)\}", lambda found: app.name(found[1]), call.get("path", "/"))
    request = urllib.request.Request(
        base + path, data=body, headers=headers, method=call.get("method", "GET")
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Outcome(answer.status, answer.read().decode())
    except urllib.error.HTTPError as answer:
        return Outcome(answer.code, answer.read().decode())


def _api(app: Running) -> str:
    return f"http://127.0.0.1:{app.ports.api}"


def _url_of(app: Running, function: str) -> str:
    """The function's URL, from the line that `samulator up` prints of it.

    The first door of an application has the API's port, and no line of its own.
    """
    for line in app.said().splitlines():
        if function in line and "http://" in line:
            return f"http://{line.partition('http://')[2].split()[0].rstrip('/')}"
    return _api(app)


def _credentials(app: Running, call: Arguments, body: bytes) -> dict[str, str]:
    if "github" in call:
        return {"X-Hub-Signature-256": f"sha256={_signature(call['github'], body)}"}
    if "stripe" in call:
        now = str(int(time.time()))
        signature = _signature(call["stripe"], now.encode() + b"." + body)
        return {"Stripe-Signature": f"t={now},v1={signature}"}
    if "basic" in call:
        pair = ":".join(_secret(app, *place) for place in call["basic"])
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
    return {}


def _signature(secret: str, signed: bytes) -> str:
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _secret(app: Running, name: str, key: str) -> str:
    stored = app.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    value: str = json.loads(stored)[key]
    return value
