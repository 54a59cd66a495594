"""What a killed process was doing; it imports little, because thirty processes import it."""

import os

from etl.handler import job
from etl.s3.events import Notification


def run_job(version: str, sequencer: str, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    job().run(Notification(environment["LANDING_BUCKET"], "raw.csv", version, sequencer))
