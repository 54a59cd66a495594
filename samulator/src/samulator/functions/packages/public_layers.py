"""Layers that others publish, by ARN: which package on PyPI holds what they hold."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TABLE = Path(__file__).with_name("public_layers.toml")
# An ARN in any partition, region and account: people also publish copies of their own.
_ARN = re.compile(
    r"arn:aws[\w-]*:lambda:[\w-]*:\w*:layer:(?P<name>[\w{}.-]+?)(?::(?P<version>\d+))?"
)
_ARCHITECTURE = re.compile(r"-(?:arm64|x86_64)$", re.IGNORECASE)
_POWERTOOLS = re.compile(r"AWSLambdaPowertoolsPython(?:V(?P<major>\d))?(?:-python3\d+)?")
_PANDAS = re.compile(r"(?:AWSSDKPandas|AWSDataWrangler)-Python3\d+")
_SCIPY = re.compile(r"AWSLambda-Python3\d+-SciPy1x")
# https://github.com/keithrozario/Klayers: one PyPI package each, by its name.
_KLAYERS = re.compile(r"Klayers-p(?:ython)?3\d+-(?P<package>[\w.-]+)")
# Public parameters that hold the ARN of a layer.
_POWERTOOLS_PARAMETER = re.compile(
    r"/aws/service/powertools/python/\w+/python3\.\d+/(?P<version>[\w.]+)"
)
_PANDAS_PARAMETER = re.compile(r"/aws/service/aws-sdk-pandas/(?P<version>[\w.]+)/")
_EXTENSIONS = re.compile(
    r"LambdaInsightsExtension|AWS-Parameters-and-Secrets-Lambda-Extension|AWS-AppConfig-Extension"
    r"|aws-otel-|AWSOpenTelemetryDistro|Datadog-Extension|LambdaAdapterLayer|CloudWatchAgent",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PublicLayer:
    """What stands for a layer: `package` as pip takes it, e.g. "awswrangler==3.9.1".

    `is_exact` tells the layer's own release from the newest one of its series.
    """

    package: str
    is_exact: bool


def public_layer(reference: str) -> PublicLayer | None:
    """What holds the same as the layer of an ARN or public parameter; None if not known."""
    if found := _POWERTOOLS_PARAMETER.search(reference):
        return _release("aws-lambda-powertools[all]", found["version"])
    if found := _PANDAS_PARAMETER.search(reference):
        return _release("awswrangler", found["version"])
    arn = _ARN.fullmatch(reference.strip())
    return _by_name(_ARCHITECTURE.sub("", arn["name"]), arn["version"]) if arn else None


def is_extension(reference: str) -> bool:
    """Whether a layer is known for a program beside the function, which no package replaces."""
    return bool(_EXTENSIONS.search(reference))


def _by_name(name: str, version: str | None) -> PublicLayer | None:
    if found := _POWERTOOLS.fullmatch(name):
        major = found["major"] or "1"
        family = name.split("-")[0]
        return _numbered("aws-lambda-powertools[all]", family, version, f"=={major}.*")
    if _PANDAS.fullmatch(name):
        return _numbered("awswrangler", name, version, "")
    if _SCIPY.fullmatch(name):
        return PublicLayer("scipy", is_exact=False)
    if found := _KLAYERS.fullmatch(name):
        return PublicLayer(found["package"], is_exact=False)
    return None


def _release(package: str, version: str) -> PublicLayer:
    if version[:1].isdigit():
        return PublicLayer(f"{package}=={version}", is_exact=True)
    return PublicLayer(package, is_exact=version == "latest")


def _numbered(package: str, family: str, version: str | None, series: str) -> PublicLayer:
    """The release of a number, or of the nearest lower one that is known."""
    releases = _table().get(family, {})
    number = int(version) if version else 0
    lower = [known for known in map(int, releases) if known <= number]
    if not lower or number > max(map(int, releases)):
        return PublicLayer(f"{package}{series}", is_exact=False)
    release = releases[str(max(lower))]
    return PublicLayer(f"{package}=={release}", is_exact=max(lower) == number)


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))
