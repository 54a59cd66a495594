"""What is asked for and makes no sense, as far as that can be said without asking AWS.

CloudFormation would refuse most of it after the build; some of it SAM passes over without a word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from samulator.template.document import parse_document
from samulator.template.intrinsics import Intrinsics
from samulator.template.model import TemplateError
from samulator.template.parameter_constraints import broken_constraint
from samulator.template.parameters import parameter_texts, parameter_values

RESERVED_WORDS = ("aws", "amazon", "cognito")
# The roles of the pipeline and of the functions know what is made by the stack's name and a dash.
# CloudFormation shortens that beginning of a generated name where a role or function would have
# more than 64 characters; tests/unit/deploy/test_names.py computes how much of it is always left.
LONGEST_NAME = 24
# A network that is made: a VPC of EC2 is /16 at most, and network.yaml cuts four /24 out of it.
NETWORK_SIZES = range(16, 23)
# GiB of the burstable classes, and what RDS lets PostgreSQL have by default for each connection.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
_MEMORY = {"micro": 1, "small": 2, "medium": 4, "large": 8}
_BYTES_OF_A_CONNECTION = 9_531_392
# Parameters that the build has to know too, with the variable of make that tells both.
BUILT_FOR = {
    "Architecture": "DEPLOY_ARCHITECTURE=x86_64 (or arm64)",
    "PythonRuntime": "RUNTIME=3.13",
}
TEMPLATE = Path(__file__).parents[1] / "template.yaml"


def unusable_name(stack: str) -> Iterator[str]:
    """The cache, its users, the proxy and the sign-in's address are named after the stack.

    A domain of Cognito is lower-case, has 63 characters at most with the account's number, and none
    of the words that AWS keeps; a proxy of RDS takes no two dashes in a row.
    """
    is_plain = re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", stack)
    is_short = len(stack) <= LONGEST_NAME
    if not (is_plain and is_short) or any(word in stack for word in RESERVED_WORDS):
        yield (
            f"{stack!r} cannot name all that is made: at most {LONGEST_NAME} lower-case letters, "
            f"digits and single dashes, without {', '.join(RESERVED_WORDS)}, e.g. STACK=sales-test."
        )


def contradictions(given: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What was built for one machine and is to be deployed to another."""
    values: dict[str, set[str]] = {}
    for name, value in given:
        values.setdefault(name, set()).add(value)
    for name, variable in BUILT_FOR.items():
        if len(found := values.get(name, set())) > 1:
            yield (
                f"{name} is given as {' and '.join(sorted(found))}: the layers are built for one "
                f"of them. Name it by {variable}, not among PARAMETERS."
            )


def malformed(words: Iterable[str]) -> Iterator[str]:
    """Words that are no NAME=VALUE, names that there are not, values that a name does not take."""
    declared = _template()["Parameters"]
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            yield f"{word!r} is no NAME=VALUE: neither a name nor a value has a space in it."
        elif name not in declared:
            meant = get_close_matches(name, declared, 1)
            hint = f"Is {meant[0]} meant?" if meant else "docs/deploy.md lists them."
            yield f"{name} is no parameter, and SAM would pass over it without a word. {hint}"
        elif broken := broken_constraint(declared[name], value):
            about = declared[name].get("Description", "")
            yield f"{name}: {value!r} {broken}. {about}".rstrip()


def broken_rules(given: Mapping[str, str]) -> Iterator[str]:
    """What `Rules` of the template say of these values, and of the defaults for the others."""
    document = _template()
    known = {name: value for name, value in given.items() if name in document["Parameters"]}
    try:
        texts = parameter_texts(document, known, _refuse)
    except TemplateError as error:
        yield f"{error}."
        return
    intrinsics = Intrinsics(document, _Values(parameter_values(document, texts)), "", _refuse)
    for name, rule in document["Rules"].items():
        place = f"Rules.{name}"
        if intrinsics.resolve(rule.get("RuleCondition", True), place):
            for assertion in rule["Assertions"]:
                if not intrinsics.resolve(assertion["Assert"], place):
                    yield assertion["AssertDescription"]


def unfitting_sizes(given: Mapping[str, str]) -> Iterator[str]:
    """What no rule of CloudFormation can say: it knows neither numbers nor parts of a text."""
    cidr, kind, number = (
        given.get(name) or str(_template()["Parameters"][name]["Default"])
        for name in ("VpcCidr", "DatabaseClass", "ApiConcurrency")
    )
    if not given.get("ExistingVpcId") and int(cidr.rpartition("/")[2]) not in NETWORK_SIZES:
        least, most = NETWORK_SIZES[0], NETWORK_SIZES[-1]
        yield f"VpcCidr={cidr}: a network that is made has /{least} to /{most}, e.g. 10.40.0.0/16."
    own = not given.get("ExistingDatabaseHost") and given.get("ReserveConcurrency") != "false"
    burstable = re.fullmatch(r"db[.]t\w+[.](\w+)", kind)
    if own and burstable and (memory := _MEMORY.get(burstable[1])):
        connections = memory * 2**30 // _BYTES_OF_A_CONNECTION
        if int(number) > connections:
            yield (
                f"ApiConcurrency={number}: {kind} takes fewer than {connections} connections, and "
                "each environment has one. Lower it, or give a larger DatabaseClass."
            )


class _Values:
    """Rules refer to parameters and nothing else."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def ref(self, name: str, where: str) -> Any:  # noqa: ANN401 - a text or a list of them
        if name not in self._values:
            raise TemplateError(f"{where}: {name} is no parameter")
        return self._values[name]

    def attribute(self, name: str, attribute: str, where: str) -> str:
        raise TemplateError(f"{where}: {name}.{attribute} is no parameter")

    def dynamic(self, reference: re.Match[str]) -> None:
        """A rule has none."""

    def imported(self, name: str) -> None:
        """A rule imports nothing."""


@cache
def _template() -> dict[str, Any]:
    return parse_document(TEMPLATE)


def _refuse(warning: str) -> None:
    raise TemplateError(warning)
