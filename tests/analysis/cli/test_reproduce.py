import dataclasses

import pytest

from analysis.cli import main, reproduce
from analysis.reproduction.facts import read_facts


@pytest.fixture
def run(capsysbinary):
    def command(*words):
        status = main(["reproduce", *words])
        return status, capsysbinary.readouterr().out.decode()

    return command


def test_what_the_sources_print_is_recomputed_as_expected(run):
    status, out = run()
    assert status == 0
    assert "Total: agrees 12, misprint found 2, cannot be recomputed 1" in out


def test_the_output_can_be_chinese(run):
    status, out = run("--lang", "zh")
    assert status == 0
    assert "合计：一致 12，发现刊误 2，无法重算 1" in out


def test_the_output_can_be_a_markdown_table(run):
    assert run("--format", "markdown")[1].startswith("| Source | Claim | Printed |")


def test_an_unexpected_verdict_ends_with_status_1_after_the_table(monkeypatch, capsysbinary):
    facts = read_facts()
    changed = dataclasses.replace(facts, index={**facts.index, 2018: facts.index[2018] * 2})
    monkeypatch.setattr(reproduce, "read_facts", lambda: changed)
    with pytest.raises(SystemExit) as caught:
        main(["reproduce"])
    assert caught.value.code == 1
    assert "differs 1" in capsysbinary.readouterr().out.decode()


def test_an_unknown_format_is_refused(capsysbinary):
    assert main(["reproduce", "--format", "html"]) == 2
    assert b"--format" in capsysbinary.readouterr().err
