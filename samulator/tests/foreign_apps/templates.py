"""Finds the Python SAM templates below a folder, and what of their code is there."""

import re
from collections.abc import Iterator
from pathlib import Path

from samulator.template.model import Application, Function

_TRANSFORM = re.compile(r"AWS::Serverless-2016-10-31|AWS::Serverless::Function")
_PYTHON = re.compile(r"python3\.\d+|PackageType\W+Image")
# What a build leaves and what is not a project of its own.
_LEFT_OUT = {
    *(".aws-sam", ".git", ".samulator", ".venv", "cdk.out", "node_modules", "site-packages"),
}
_TESTS = {"test", "tests", "testing"}
_LARGEST = 1_000_000
_CLIENT = re.compile(r"""boto3\.(?:client|resource)\(\s*['"]([\w-]+)""")
# What moto answers here as the services do; the rest of moto is there too, but is not served.
_SERVED = {
    *("cognito-idp", "dynamodb", "dynamodbstreams", "events", "iam", "kinesis", "lambda", "logs"),
    "apigatewaymanagementapi",
    *("s3", "secretsmanager", "ses", "sesv2", "sns", "sqs", "ssm", "stepfunctions", "sts", "xray"),
}


def templates(folder: Path, listed: Path | None = None) -> list[Path]:
    """Those that `listed` names, one a line, or all that `folder` holds."""
    if listed is not None:
        names = listed.read_text(encoding="utf-8").split("\n")
        return [folder / name.strip() for name in names if name.strip()]
    return sorted(file for file in _candidates(folder) if _is_python_sam(file))


def missing_code(application: Application) -> list[str]:
    """The functions of which the repository does not hold the code, each with what is missing."""
    return [
        f"{name}: {problem}"
        for name, function in application.functions.items()
        if (problem := _missing(function))
    ]


def _candidates(folder: Path) -> Iterator[Path]:
    for suffix in ("yaml", "yml", "json"):
        for file in folder.rglob(f"*.{suffix}"):
            parts = set(file.relative_to(folder).parts)
            if not parts & _LEFT_OUT and "{{" not in str(file) and file.is_file():
                yield file


def _is_python_sam(file: Path) -> bool:
    if file.stat().st_size > _LARGEST:
        return False
    text = file.read_text(encoding="utf-8", errors="replace")
    return bool(_TRANSFORM.search(text) and _PYTHON.search(text) and "Resources" in text)


def _missing(function: Function) -> str:
    """Code is complete where the module of the handler is there."""
    if function.image is not None:
        file = function.image.dockerfile
        return "" if file is None or file.exists() else f"no {file.name}"
    code = function.code_uri
    if code is None or not function.runtime.startswith("python"):
        return ""
    if not code.exists():
        return f"no {code.name}"
    module = function.handler.rpartition(".")[0].replace(".", "/")
    if code.is_file() or not module:
        return ""
    found = (code / f"{module}.py").exists() or (code / module / "__init__.py").exists()
    return "" if found else f"no {module}.py in {code.name}"


def calls_elsewhere(folder: Path) -> list[str]:
    """The services that code below a folder makes boto3 clients of and that nobody serves here."""
    named: set[str] = set()
    for file in folder.rglob("*.py"):
        parts = set(file.relative_to(folder).parts)
        if not parts & (_LEFT_OUT | _TESTS) and file.stat().st_size < _LARGEST:
            named.update(_CLIENT.findall(file.read_text(encoding="utf-8", errors="replace")))
    return sorted(named - _SERVED)
