"""Weight files of a panel and of a tree alone, and the reader that refuses others."""

import copy
import json
from fractions import Fraction as Fr
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from analysis.errors import InputError
from analysis.templates import template_tree
from analysis.tree import local_weights
from analysis.weightfile import Origin, read_weight_file, schema, weight_document

SHA = "0123456789abcdef" * 4
ORIGIN = Origin(
    rehearsal=True,
    study_id="s-1",
    title_zh="研究",
    title_en="Study",
    protocol_sha256=SHA,
    round=3,
    released_on="2025-06-30",
    invited=10,
    answered=9,
    used=8,
    aggregation="arithmetic_mean",
    rounding_step_percent="5",
    quantile="type 7",
    expert_weights="equal",
    answers_sha256=SHA,
    bundle_sha256=SHA,
    seed=1,
)
PANEL = {None: {"D": Fr(14375, 10**5), "S": Fr(55, 100), "E": Fr(30625, 10**5)}}
PUBLISHED = {None: {"D": Fr(15), "S": Fr(55), "E": Fr(30)}}


def plain_document() -> dict[str, Any]:
    tree = template_tree("icdi_ec_2022")
    return weight_document(tree, local_weights(tree))


def panel_document() -> dict[str, Any]:
    tree = template_tree("icdi_ec_2022")
    return weight_document(
        tree,
        local_weights(tree, PANEL),
        origin=ORIGIN,
        published=PUBLISHED,
        interval95={"D": (Fr(1, 8), Fr(13, 80))},
    )


DOCUMENTS = {"plain": plain_document(), "panel": panel_document()}
VALIDATOR = jsonschema.Draft202012Validator(schema())


@pytest.fixture
def document() -> dict[str, Any]:
    return copy.deepcopy(DOCUMENTS["panel"])


@pytest.fixture
def saved(tmp_path):
    def save(content: Any) -> Path:
        path = tmp_path / "weights.json"
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        path.write_text(text, encoding="utf-8")
        return path

    return save


def refusal(path: Path, **options) -> str:
    with pytest.raises(InputError) as caught:
        read_weight_file(path, **options)
    return str(caught.value).replace(str(path), "weights.json")


def node(document: dict[str, Any], code: str) -> dict[str, Any]:
    return next(entry for entry in document["nodes"] if entry["code"] == code)
