"""An HTTP answer that does not name the library which sends it."""

from aiohttp import hdrs, web


class Answer(web.Response):
    """A response with the headers it was given, length, date and connection aside."""

    async def _prepare_headers(self) -> None:
        names_server = hdrs.SERVER in self.headers
        await super()._prepare_headers()
        if not names_server:
            del self.headers[hdrs.SERVER]
