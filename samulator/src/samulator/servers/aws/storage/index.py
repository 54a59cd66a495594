"""The tables of S3: what there is besides the bytes of objects, and which file has those."""

from pathlib import Path

from samulator.sqlite_file import SqliteFile, unusable

_LAYOUT = 1
# Versions of one key are in the order of their rows. A document is the last request about one
# setting of a bucket; a notice is what a change has to tell and was not taken yet.
_SCHEMA = """
CREATE TABLE bucket (name TEXT PRIMARY KEY, created TEXT NOT NULL, versioning TEXT);
CREATE TABLE document (
    bucket TEXT NOT NULL, query TEXT NOT NULL, method TEXT NOT NULL, headers TEXT NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (bucket, query)
);
CREATE TABLE version (
    id INTEGER PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, is_marker INTEGER NOT NULL,
    file TEXT, size INTEGER NOT NULL, record TEXT NOT NULL
);
CREATE INDEX version_of_key ON version (bucket, key, id);
CREATE TABLE upload (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL
);
CREATE INDEX upload_of_bucket ON upload (bucket);
CREATE TABLE part (
    id INTEGER PRIMARY KEY,
    upload TEXT NOT NULL REFERENCES upload ON DELETE CASCADE, number INTEGER NOT NULL,
    file TEXT, size INTEGER NOT NULL, record TEXT NOT NULL, UNIQUE (upload, number)
);
CREATE TABLE notice (
    id INTEGER PRIMARY KEY, target TEXT NOT NULL, title TEXT NOT NULL, sort TEXT NOT NULL,
    body TEXT NOT NULL
)
"""


def open_index(folder: Path) -> SqliteFile:
    """Raises FileUnusable and OSError."""
    path = folder / "s3.sqlite"
    if not path.exists() and next((folder / "objects").glob("*/*"), None):
        # A new one would know none of them, and what it does not know is swept away.
        raise unusable(path, "it is not there, and the objects beside it are")
    return SqliteFile(path, _SCHEMA, layout=_LAYOUT)
