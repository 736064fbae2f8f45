"""Words in a reason that sound like the writer's employer: others will read them as written.

A hint, never a refusal: the list knows common ways to say "our institute" and no names.
"""

from __future__ import annotations

import re

_CHINESE = re.compile(
    r"(?:我们?|本|敝)(?:研究)?(?:院|校|所|局|厅|委|部门?|处|单位|公司|集团|中心|学院|学校|大学|系|课题组)"
)
_ENGLISH = re.compile(
    r"\b(?:our|my)\s+(?:own\s+)?(?:institute|institution|university|college|school|faculty|"
    r"department|bureau|ministry|office|agency|company|firm|employer|group|team|centre|center|lab)\b",
    re.IGNORECASE,
)


def named_employer(text: str) -> str:
    """Return the words that sound like an employer, or an empty text."""
    found = _CHINESE.search(text) or _ENGLISH.search(text)
    return found.group() if found else ""
