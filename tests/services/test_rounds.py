from __future__ import annotations
from delphi.db import Database
from delphi.surroundings import Surroundings
from tests.studies import T2, running_study

def test_story(database: Database, around: Surroundings) -> None:
    study = running_study(database, around)
    for answers in T2:
        study.opens_round().all_submit(answers).closes_round()
    print(study.result()["groups"][0]["verdict"])
