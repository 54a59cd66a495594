"""Listens on a loopback address for one of the stack's web applications."""

import logging

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage

# Far above any limit of AWS: the applications answer what AWS would refuse, as AWS does.
_LINE_LIMIT = 65_536


class _OnlyOurFaults(logging.Filter):
    """Keeps a client's malformed request, which is answered with 400, off the terminal."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, BadHttpMessage)


_ONLY_OUR_FAULTS = _OnlyOurFaults()


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Start serving; port 0 takes a free one (see `bound_port`). Raises OSError when taken.

    Bodies are passed on as sent: whether they are compressed is the function's business.
    """
    logging.getLogger("aiohttp.server").addFilter(_ONLY_OUR_FAULTS)
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        handle_signals=False,
        max_line_size=_LINE_LIMIT,
        max_field_size=_LINE_LIMIT,
        shutdown_timeout=1,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


def bound_port(runner: web.AppRunner) -> int:
    """Return the port that `serve` listens on."""
    return int(runner.addresses[0][1])
