"""A tree in which every rule stands one level below what experts weight."""

from __future__ import annotations

from typing import Any

from analysis.treefile import parse_tree
from delphi.domain.protocol import default_protocol
from tests.studies import HEAD

#: D is split equally, S by fixed weights, E by the panel; E1 equally over its leaves, through a
#: group of one.
IMPLIED = parse_tree(
    HEAD
    + "D,,需求,Demand,,,elicited,\n"
    + "D1,D,购买力,Purchasing power,value,benefit,equal_siblings,\n"
    + "D2,D,流量,Traffic,,,equal_siblings,\n"
    + "D21,D2,固网,Fixed,value,benefit,equal_leaves,\n"
    + "D22,D2,移动,Mobile,value,benefit,equal_leaves,\n"
    + "S,,供给,Supply,,,elicited,\n"
    + "S1,S,通信,Telecoms,value,benefit,fixed,50\n"
    + "S2,S,软件,Software,value,benefit,fixed,30\n"
    + "S3,S,公共服务,Public services,value,benefit,fixed,20\n"
    + "E,,环境,Environment,,,elicited,\n"
    + "E1,E,网络,Networks,,,elicited,\n"
    + "E2,E,其他,Other,value,benefit,elicited,\n"
    + "E10,E1,接入,Access,,,,\n"
    + "E11,E10,基站,Base stations,value,benefit,equal_leaves,\n"
    + "E12,E10,光纤,Fibre,,,equal_leaves,\n"
    + "E121,E12,城区,Urban,value,benefit,equal_leaves,\n"
    + "E122,E12,乡村,Rural,value,benefit,equal_leaves,\n",
    "implied.csv",
    require_weights=False,
)
#: Two rounds that ask both elicited groups.
TWO_ROUNDS = default_protocol(["root", "E"], 2)
#: One full answer to it.
ANSWER: dict[str, Any] = {"D": "20", "S": "50", "E": "30", "E1": "80", "E2": "20"}
