"""Templates of tests, which say what they are about and no more."""

import textwrap

_TRANSFORM = "Transform: AWS::Serverless-2016-10-31"


def sam_template(text: str) -> str:
    """The template as AWS takes it: of one with types of SAM, with the line that they need."""
    plain = textwrap.dedent(text)
    lacks_line = "AWS::Serverless::" in plain and "Transform: " not in plain
    return f"{_TRANSFORM}\n{plain}" if lacks_line else plain
