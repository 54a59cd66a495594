"""All that is kept of AWS's services, in one folder."""

from pathlib import Path
from typing import TYPE_CHECKING

from samulator.servers.aws.bucket_notifications import BucketNotifications
from samulator.servers.aws.storage.s3_storage import S3Storage
from samulator.servers.aws.storage.sqs_storage import SqsStorage
from samulator.servers.aws.storage.tables import Tables

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Storage:
    """Raises FileUnusable and OSError where the folder cannot be used."""

    def __init__(self, folder: Path, notifications: BucketNotifications) -> None:
        self.s3 = S3Storage(folder, notifications)
        self.sqs = SqsStorage(folder)
        self.tables = Tables(folder)

    def restore(self, app: "WSGIApplication") -> None:
        """To be called once, when the template's resources are made; `app` answers all services.

        Raises FileUnusable and sqlite3.Error.
        """
        self.s3.restore()
        self.sqs.restore()
        self.tables.restore(app)
        self.s3.send_what_is_left()
