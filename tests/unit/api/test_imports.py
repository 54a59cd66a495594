"""What a cold start loads: rare and heavy libraries wait until they are needed."""

import subprocess
import sys
from pathlib import Path

import pytest

API = Path(__file__).parents[3] / "functions" / "api"
LAZY = ("boto3", "botocore.session", "opensearchpy", "aws_xray_sdk", "requests", "grpc")


@pytest.mark.parametrize("module", ["api.handler", "api.search_sync", "api.migrate"])
def test_heavy_libraries_are_not_loaded_at_start(module: str) -> None:
    code = f"import {module}, sys; print([name for name in {LAZY!r} if name in sys.modules])"
    environment = {"PYTHONPATH": str(API), "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
