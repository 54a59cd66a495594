"""Serves APIs and function URLs on a loop of their own, with functions of a test."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from samulator.http.doors import DoorOptions, open_first
from samulator.http.gateway.exchange import Exchange
from samulator.http.gateway.invoking import HttpInvoker
from samulator.http.issuer.token import Tokens
from samulator.http.server.server import bound_port, serve
from samulator.http.services.local_services import LocalServices
from samulator.issuer_keys import IssuerKeys
from samulator.template.model import Application
from samulator.template.model_http import Api, FunctionUrl
from testkit.functions import FakeFunctions
from testkit.raw_http import RawAnswer, exchange

ISSUER = "http://127.0.0.1:3001"


@dataclass
class Served:
    """What answers at `url`, and the exchanges that it reported."""

    url: str
    tokens: Tokens
    exchanges: list[Exchange] = field(default_factory=list)

    def ask(self, *parts: bytes, head: bool = False, ends: bool = True) -> RawAnswer:
        """The one answer to these bytes."""
        (answer,) = exchange(self.url, *parts, head=head, ends=ends)
        return answer


def serve_api(
    api: Api, functions: HttpInvoker, *others: Api, tokens_optional: bool = False
) -> AbstractContextManager[Served]:
    """One API, and others that share its port."""
    application = Application({}, {}, {}, {}, apis=(api, *others))
    return _serving(application, functions, tokens_optional=tokens_optional)


def serve_before(aws_url: str, *apis: Api) -> AbstractContextManager[Served]:
    """APIs that ask the services at `aws_url`; no function is there."""
    return _serving(Application({}, {}, {}, {}, apis=apis), FakeFunctions({}), aws_url=aws_url)


def serve_url(url: FunctionUrl, functions: HttpInvoker) -> AbstractContextManager[Served]:
    """One function URL."""
    return _serving(Application({}, {}, {}, {}, function_urls=(url,)), functions)


@contextmanager
def _serving(
    application: Application,
    functions: HttpInvoker,
    *,
    tokens_optional: bool = False,
    aws_url: str = "",
) -> Iterator[Served]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def call(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

    try:
        with TemporaryDirectory() as state:
            served = Served("", Tokens(IssuerKeys(Path(state)), ISSUER))
            services = LocalServices(aws_url, application.region)
            options = DoorOptions(
                served.tokens,
                served.exchanges.append,
                tokens_optional=tokens_optional,
                services=services,
            )
            runner = call(serve(open_first(application, functions, options), "127.0.0.1", 0))
            served.url = f"http://127.0.0.1:{bound_port(runner)}"
            yield served
            call(runner.cleanup())
            call(services.close())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
