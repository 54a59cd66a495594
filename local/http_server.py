"""Listens on a loopback address for one of the stack's web applications."""

from aiohttp import web

# API Gateway's limit for the request line and all headers together.
HEADER_LIMIT = 10_240


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Start serving; port 0 takes a free one (see `bound_port`). Raises OSError when taken.

    Bodies are passed on as sent: whether they are compressed is the function's business.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        handle_signals=False,
        max_field_size=HEADER_LIMIT,
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
