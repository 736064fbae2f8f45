"""The stored documents fit their shipped schemas, and the schemas refuse what does not."""

import copy
import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from delphi.domain.self_assessment import Assessment
from delphi.models.study import Round, Study
from delphi.queries.assessment_rules import usual_protocol
from delphi.schemas import SchemaError, require_valid, validator
from tests.studies import running_study, typed

FORMATS = ("delphi-protocol/1", "delphi-questionnaire/1", "delphi-submission/1")


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
