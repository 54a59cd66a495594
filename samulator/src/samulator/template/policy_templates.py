"""Names of SAM's policy templates: what AWS's translator does not say of one that it does not know.

The translator is imported by then.
"""

import re
from collections.abc import Mapping
from typing import Any

from samulator.template.nearest import suggestion

_REFUSED = re.compile(r"Resource with id \[(\w+)\] .*Policy at index (\d+) in the 'Policies'")


def unknown_policy_template(document: Mapping[str, Any], refusal: str) -> str:
    """Return how the translator's line goes on; empty where it is not of such a name."""
    found = _REFUSED.search(refusal)
    resource = document["Resources"].get(found[1]) if found else None
    if found is None or resource is None:
        return ""
    policies = (resource.get("Properties") or {}).get("Policies")
    listed = policies if isinstance(policies, list) else [policies]
    policy = listed[int(found[2])] if int(found[2]) < len(listed) else None
    if not isinstance(policy, dict) or len(policy) != 1:
        return ""
    (name,) = policy
    return f": SAM has no policy template {name}{suggestion(str(name), _names())}"


def _names() -> list[str]:
    from samtranslator.policy_template_processor.processor import PolicyTemplatesProcessor

    return [*PolicyTemplatesProcessor.get_default_policy_templates_json()["Templates"]]
