"""What a killed process was doing; it is forked from one that imported this before."""

import os

import boto3

from etl.handler import job
from etl.s3.events import Notification

# Reads the description of S3, which every client of the children needs, and connects to nothing.
boto3.client("s3", region_name="eu-west-1")


def run_job(version: str, sequencer: str, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    job().run(Notification(environment["LANDING_BUCKET"], "raw.csv", version, sequencer))
