"""The stored documents fit their shipped schemas, and the schemas refuse what does not."""

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from delphi.domain.allocation import check, read_fields
from delphi.domain.questionnaire import Item, Question, Questionnaire
from delphi.domain.self_assessment import (
    AskedAssessment,
    Assessment,
    Dimension,
    read_assessment,
)
from delphi.domain.submission import to_document
from delphi.models.study import Round, Study
from delphi.queries.assessment_rules import usual_protocol
from delphi.schemas import SchemaError, require_valid, validator
from tests.studies import running_study, typed

FORMATS = ("delphi-protocol/1", "delphi-questionnaire/1", "delphi-submission/1")
NAMES = {"zh": "名", "en": "name"}


@pytest.mark.parametrize("document_format", FORMATS)
def test_each_schema_is_itself_valid(document_format):
    Draft202012Validator.check_schema(validator(document_format).schema)


def stored_documents(database, around):
    study = running_study(database, around, experts=8, protocol=usual_protocol(["root"]))
    study.opens_round()
    study.submits(0, (20, 50, 30), reasons={"D": "理由"})
    points = typed({"D": "20", "S": "50", "E": "30"})
    study.submits(1, replace(points, assessed=Assessment({"D": 1}, {"theory": 3})))
    with database.reading() as session:
        protocol = session.query(Study).one().protocol
        questionnaire = session.query(Round).one().questionnaire
    submissions = [one.document for one in study.submissions()]
    return [json.loads(text) for text in (protocol, questionnaire, *submissions)]


@pytest.fixture
def documents(databases, around):
    with databases("sqlite") as database:
        yield stored_documents(database, around)


def test_what_the_services_store_fits(documents):
    assert {document["format"] for document in documents} == set(FORMATS)
    for document in documents:
        require_valid(document)


def test_each_promised_key_is_required(documents):
    for document in documents:
        for key in set(document) - {"format"}:
            broken = copy.deepcopy(document)
            del broken[key]
            with pytest.raises(SchemaError, match=r"breaks required"):
                require_valid(broken)


def test_a_wrong_value_is_named_by_place_and_rule_and_not_by_content(documents):
    submission = next(d for d in documents if d["format"] == "delphi-submission/1")
    submission["answers"][0]["values"]["D"] = 4711
    with pytest.raises(SchemaError) as caught:
        require_valid(submission)
    assert "$.answers[0]" in str(caught.value)
    assert "4711" not in str(caught.value)


ITEMS = tuple(
    Item(code, NAMES, (), 0, NAMES, NAMES, NAMES, "value", "benefit") for code in ("A", "B1", "C.2")
)
ASKED = Questionnaire(
    study="0" * 16,
    round=1,
    title=NAMES,
    viewpoint=NAMES,
    questions=(Question("root", "constant_sum", {}, 100, 5, ITEMS),),
    item_order="tree",
    sha256="0" * 64,
    self_assessment=AskedAssessment(
        tuple(Dimension(item.code, NAMES) for item in ITEMS), ("practice", "intuition")
    ),
)
FIELDS = [f"{kind}.{code}" for kind in ("points", "reason") for code in ("A", "B1", "C.2", "X")]
posted = st.dictionaries(
    st.sampled_from([*FIELDS, "abstain.root", "abstain.other", "study", "revision"]),
    st.one_of(st.text(max_size=30), st.sampled_from(["", "0", "5", "20", "50", "30", "100"])),
    max_size=8,
)


ASSESSED = [
    *(f"familiarity.{code}" for code in ("A", "B1", "C.2", "X", "")),
    *(f"basis.{ground}" for ground in ("practice", "intuition", "theory", "x" * 40)),
]
choices = st.dictionaries(
    st.sampled_from(ASSESSED),
    st.one_of(st.text(max_size=4), st.sampled_from(["0", "1", "3", "5", "6", "٣", "1.0", " 2"])),
)


@settings(max_examples=100, deadline=None)
@given(
    form=posted,
    chosen=choices,
    total=st.sampled_from([None, (20, 50, 30), (100, 0, 0), (5, 5, 90)]),
)
def test_whatever_is_posted_what_would_be_stored_fits_the_schema(form, chosen, total):
    if total is not None:
        form |= dict(zip(("points.A", "points.B1", "points.C.2"), map(str, total), strict=True))
    typed = read_fields(ASKED, form, kept=False)
    answers, gaps = check(ASKED, typed)
    if not gaps:
        texts = {code: "0" * 64 for code, text in typed.reasons.items() if text}
        given_answers = read_assessment(ASKED.self_assessment, chosen)
        stored = to_document(
            ASKED, 1, answers, texts=texts, confirmed_unchanged=False, assessed=given_answers
        )
        require_valid(stored)
        assert (stored["self_assessment"] is None) == (not given_answers)
