"""The account, the stack and the ARNs of what is in it."""

import hashlib

# The account and the region of everything here, where no option names another region.
ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
STACK = "local"


def made_up_hash(logical_id: str) -> str:
    """Return forty hexadecimal digits, which stand for what AWS makes up for a resource."""
    return hashlib.sha1(logical_id.encode(), usedforsecurity=False).hexdigest()


def function_arn(
    region: str, name: str, *, qualifier: str | None = None, account: str = ACCOUNT
) -> str:
    """Return the ARN of a function by its FunctionName, or of a version or alias of it."""
    arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
    return arn if qualifier is None else f"{arn}:{qualifier}"


def stack_arn(region: str, *way: str) -> str:
    """Return the ARN of the stack, or of one that is nested in it by the ids on the way there.

    It ends in a UUID, of which templates take parts for names that nobody else has.
    """
    stack = "-".join((STACK, *way))
    digits = made_up_hash(stack)
    unique = f"{digits[:8]}-0000-4000-8000-{digits[-12:]}"
    return f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{stack}/{unique}"


def queue_arn(region: str, name: str) -> str:
    """Return the ARN of a queue by its name."""
    return f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"


def layer_arn(region: str, name: str) -> str:
    """Return the ARN of a layer's only local version."""
    return f"arn:aws:lambda:{region}:{ACCOUNT}:layer:{name}:1"
