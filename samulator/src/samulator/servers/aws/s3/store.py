"""The whole of S3's calls, out of one class for each concern."""

from samulator.servers.aws.s3.deletions import Deletions
from samulator.servers.aws.s3.documents import Documents
from samulator.servers.aws.s3.listings import Listings
from samulator.servers.aws.s3.reads import Reads
from samulator.servers.aws.s3.upload_lists import UploadLists


class Store(Documents, Reads, UploadLists, Listings, Deletions):
    """One request to S3. What concerns buckets alone is moto's."""
