"""Which certificates a PostgreSQL server may show."""

import ssl
from pathlib import Path

RDS_ROOTS = Path(__file__).parent / "rds_roots.pem"
_RDS_DOMAINS = (".rds.amazonaws.com", ".rds.amazonaws.com.cn")


def verifying_context(host: str) -> ssl.SSLContext:
    """A server of RDS is vouched for by the roots of RDS alone, any other by the platform's.

    An RDS Proxy is another: its certificate is of Amazon's public authority.

    No platform trusts the roots of RDS by itself, and reading the platform's roots would take a
    twentieth of a cold start.
    """
    if not host.endswith(_RDS_DOMAINS) or ".proxy-" in host:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(RDS_ROOTS)
    return context
