"""Small trees and data, and the command `score` on them in a folder of its own."""

import json

import pytest

from analysis.cli import main
from analysis.tree import local_weights
from analysis.treefile import parse_tree
from analysis.weightfile import weight_document

FLAT = """code,parent,name_zh,name_en,weight_rule,local_percent,kind,direction
A,,甲,a,fixed,15,score,benefit
B,,乙,b,fixed,55,score,benefit
C,,丙,c,fixed,30,score,benefit
"""
DEEP = """code,parent,name_zh,name_en,weight_rule,local_percent,kind,direction
D,,需求,demand,fixed,40,,
D1,D,一,one,equal_siblings,,value,benefit
D2,D,二,two,equal_siblings,,ratio,benefit
D3,D,三,three,equal_siblings,,score,benefit
E,,环境,environment,fixed,60,value,{direction}
"""
CITIES = "unit,year,A,B,C\n一,2020,72,60,55\n二,2020,50,66,62\n三,2020,80,52,66\n四,2020,58,63,58\n"
YEARS = """unit,year,D1,D2,D3,E
x,2018,10,50,50,20
y,2018,20,60,40,30
x,2020,15,60,55,25
y,2020,30,70,50,40
"""
TIERS = "tier,name_zh,name_en,lower\n高,高,high,62.4\n中,中,middle,60.4\n低,低,low,60.35\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder, capsysbinary):
    def command(*words):
        status = main(["score", *words])
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return command


@pytest.fixture
def run_on(run):
    """Run the command on a tree and data given as text, more files by the names of options."""

    def command(tree, data, *words, published=None, **files):
        save_weights(tree, published=published)
        save("data.csv", data)
        for name, text in files.items():
            save(f"{name}.csv", text)
            words = (*words, f"--{name}", f"{name}.csv")
        return run("--weights", "weights.json", "--data", "data.csv", *words)

    return command


def save(name, text):
    with open(name, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def save_weights(tree_text, *, published=None, change=None):
    tree = parse_tree(tree_text, "tree.csv")
    document = weight_document(tree, local_weights(tree), published=published)
    if change:
        change(document)
    save("weights.json", json.dumps(document, ensure_ascii=False))
