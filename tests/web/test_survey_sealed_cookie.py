"""A document in a cookie comes back as it was, and nothing else does."""

from __future__ import annotations

import pytest

from delphi.instance_key import InstanceKey
from delphi.web.survey.sealed_cookie import opened, sealed

KEY = InstanceKey(bytes(range(32)))
DOCUMENT = {"typed": "四０7196", "issued": 1}


def test_a_document_comes_back_as_it_was() -> None:
    value = sealed(KEY, "one", DOCUMENT)
    assert opened(KEY, "one", value) == DOCUMENT
    assert value.isascii()
    assert "=" not in value


@pytest.mark.parametrize("value", ["", "x", "é", "====", "A" * 40, "A" * 2001])
def test_what_was_not_sealed_here_is_nothing(value: str) -> None:
    assert opened(KEY, "one", value) is None


def test_another_purpose_key_or_ending_opens_nothing() -> None:
    value = sealed(KEY, "one", DOCUMENT)
    assert opened(KEY, "other", value) is None
    assert opened(InstanceKey(bytes(32)), "one", value) is None
    assert opened(KEY, "one", value[:-2]) is None
