"""Answers of AWS's query protocol as JSON, which SQS and SNS give to a REST API's requests."""

import json
import xml.etree.ElementTree as ElementTree  # nosec B405 # our own services wrote what it reads

from samulator.template.model import Value

# What the JSON of these results has even where the XML has nothing.
_NULLS = {
    "SendMessageResult": (
        "MD5OfMessageAttributes",
        "MD5OfMessageSystemAttributes",
        "SequenceNumber",
    ),
    "PublishResult": ("SequenceNumber",),
}


def xml_as_json(text: str) -> str:
    """Return the document as an object of objects and texts; other text as it is."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 # nosec B314 # our own service wrote it
    except ElementTree.ParseError:
        return text
    return json.dumps({_name(root): _value(root)})


def _value(element: ElementTree.Element) -> Value:
    if not len(element):
        return element.text
    found: dict[str, Value] = dict.fromkeys(_NULLS.get(_name(element), ()))
    for child in element:
        name, value = _name(child), _value(child)
        if found.get(name) is None:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
