"""Two published indicator trees that a study can start from."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from analysis.tree import Tree
from analysis.treefile import parse_tree


@dataclass(frozen=True)
class Template:
    """A tree that ships with the program."""

    #: name of the file in `analysis/data/trees`, without its ending
    id: str
    #: title of the index in Chinese
    title_zh: str
    #: title of the index in English
    title_en: str
    #: the publication the indicators and weights are from
    source: str


TEMPLATES = (
    Template(
        "icdi_ec_2022",
        "信息消费示范城市发展指数（ICDI-EC）",
        "Information Consumption Development Index for Exemplar Cities (ICDI-EC)",
        "中国信息通信研究院、中国信息消费推进联盟，《国家信息消费示范城市发展报告（2022年）》，2022年3月",
    ),
    Template(
        "dei_2021",
        "中国城市数字经济指数（DEI）2021",
        "China City Digital Economy Index (DEI) 2021",
        "新华三集团数字经济研究院、中国信息通信研究院云计算与大数据研究所，"
        "《中国城市数字经济指数蓝皮书（2021）》，2021年3月",
    ),
)


def template_text(template_id: str) -> str:
    """Return the table of a template as CSV text, its notes included.

    Parameters
    ----------
    template_id
        `id` of one of `TEMPLATES`.

    Returns
    -------
    str
        The file without its byte order mark, as `analysis.treefile.parse_tree` takes it.

    Raises
    ------
    KeyError
        If there is no template of this name.
    """
    if template_id not in {template.id for template in TEMPLATES}:
        raise KeyError(template_id)
    path = files("analysis").joinpath("data", "trees", f"{template_id}.csv")
    return path.read_text(encoding="utf-8-sig")


def template_tree(template_id: str) -> Tree:
    """Return a template as a checked tree.

    Parameters
    ----------
    template_id
        `id` of one of `TEMPLATES`.

    Returns
    -------
    Tree
        Ready for scoring: every leaf says its kind and direction.

    Raises
    ------
    KeyError
        If there is no template of this name.
    """
    return parse_tree(template_text(template_id), f"{template_id}.csv", for_scoring=True)
