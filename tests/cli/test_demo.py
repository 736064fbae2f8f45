"""`delphi demo`: panel T2 and others through the real services, in a folder of its own."""

import json
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.tables import read_table
from analysis.weightfile import read_weight_file
from delphi.cli import commands
from delphi.db import Database
from delphi.models.study import Round, RoundResult, Study


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for key in ("DELPHI_DATABASE_URL", "DELPHI_BASE_URL", "DELPHI_INSTANCE_KEY_FILE"):
        monkeypatch.delenv(key, raising=False)
    return tmp_path


def demo(*arguments):
    return CliRunner().invoke(commands, ["demo", *arguments])


def as_json(*arguments):
    result = demo("--json", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def results(folder):
    database = Database(f"sqlite:///{folder}/instance/delphi.db")
    with database.reading() as session:
        rows = session.query(Round, RoundResult).filter(Round.id == RoundResult.round_id)
        found = [
            json.loads(result.document)["groups"][0] for _, result in rows.order_by(Round.number)
        ]
    database.dispose()
    return found


def test_the_default_replays_panel_t2_to_a_release(here):
    made = as_json()
    assert set(made) >= {
        "base_url",
        "study",
        "staff",
        "expert_links",
        "rounds_closed",
        "weights_file",
    }
    assert made["rounds_closed"] == 3
    assert len(made["expert_links"]) == 8
    assert all(
        re.fullmatch(r"http://127\.0\.0\.1:8000/s#[0-9A-Z]{26}", x) for x in made["expert_links"]
    )
    groups = results(here)
    assert [group["weights"]["arithmetic_mean"] for group in groups] == [
        ["16.875", "53.75", "29.375"],
        ["15.0", "54.375", "30.625"],
        ["14.375", "55.0", "30.625"],
    ]
    assert [group["verdict"]["verdict"] for group in groups] == [
        "continue",
        "continue",
        "consensus_stable",
    ]
    assert [round(float(group["concordance"]["w"]), 6) for group in groups] == [0.971774, 1, 1]


def test_the_weight_file_publishes_15_55_30_and_says_that_it_is_a_rehearsal(here):
    made = as_json()
    document = json.loads(Path(made["weights_file"]).read_text(encoding="utf-8"))
    assert document["rehearsal"] is True
    roots = {node["code"]: node for node in document["nodes"] if node["parent"] is None}
    assert {code: node["published_local_percent"] for code, node in roots.items()} == {
        "D": "15",
        "S": "55",
        "E": "30",
    }
    assert roots["D"]["local"] == "0.14375000000000000000"
    assert len(read_weight_file(made["weights_file"]).tree.leaves) == 23


def test_the_invented_cities_are_26_units_over_3_years_and_are_scored(here):
    made = as_json()
    table = read_table(made["cities_file"], required=("unit", "year"), others=True)
    assert len(table.rows) == 78
    assert len(table.header) == 25
    assert all(name.startswith("虚构市") for name in table.column("unit"))


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_fewer_rounds_leave_the_next_one_open(here, rounds):
    made = as_json("--rounds", str(rounds))
    assert made["rounds_closed"] == rounds
    assert made["weights_file"] is None
    database = Database(f"sqlite:///{here}/instance/delphi.db")
    with database.reading() as session:
        assert session.get_one(Study, made["study"]).state == "running"
        assert session.query(Round).filter_by(state="open").one().number == rounds + 1
    database.dispose()


def test_another_number_draws_a_panel_with_a_link_each(here):
    made = as_json("--experts", "12", "--rounds", "1")
    assert len(set(made["expert_links"])) == 12


@pytest.mark.parametrize("arguments", [("--experts", "4"), ("--rounds", "4"), ("--rounds", "-1")])
def test_numbers_out_of_range_are_refused_with_the_range(here, arguments):
    result = demo(*arguments)
    assert result.exit_code != 0
    assert "5 to 5000" in result.output


def test_a_base_address_that_is_not_this_machine_is_refused(here, monkeypatch):
    monkeypatch.setenv("DELPHI_BASE_URL", "https://delphi.example.org")
    result = demo("--json")
    assert result.exit_code != 0
    assert "loopback" in result.output


def test_passwords_and_links_differ_from_install_to_install(here):
    first, second = as_json("--rounds", "0"), as_json("--rounds", "0")
    assert first["staff"]["password"] != second["staff"]["password"]
    assert not set(first["expert_links"]) & set(second["expert_links"])


def test_the_key_file_is_readable_by_its_owner_only(here):
    as_json("--rounds", "0")
    assert stat.S_IMODE((here / "instance/instance.key").stat().st_mode) == 0o600


def test_for_people_it_says_where_to_go_and_how_to_score(here):
    result = demo()
    assert "/studies/" in result.output
    assert "printed once" in result.output
    assert "analysis score --weights" in result.output
