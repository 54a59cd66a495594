"""opensearch-py on bounded sockets; loaded with the client library, at the first call."""

from opensearchpy import Urllib3HttpConnection
from urllib3 import HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from api.network.http import BoundedHttpConnection, BoundedHttpsConnection, bound_tls


class BoundedHttp(Urllib3HttpConnection):
    """The library's connections, whose every step ends by the deadline of its call."""

    def _create_urllib3_pool(self) -> None:
        super()._create_urllib3_pool()
        if isinstance(self.pool, HTTPSConnectionPool):
            self.pool.ConnectionCls = BoundedHttpsConnection
            self.pool.conn_kw["ssl_context"] = bound_tls(create_urllib3_context())
        else:
            self.pool.ConnectionCls = BoundedHttpConnection
