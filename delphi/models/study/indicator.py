"""The nodes of a study's indicator tree."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base


class Indicator(Base):
    """One node; names may repeat, codes may not."""

    __tablename__ = "indicator"
    __table_args__ = (
        ForeignKeyConstraint(
            ["study_id", "parent"],
            ["indicator.study_id", "indicator.code"],
            name="fk_indicator_parent",
        ),
        CheckConstraint("parent IS NULL OR parent <> code", name="not_its_own_parent"),
        CheckConstraint(
            "weight_rule IS NULL OR "
            "weight_rule IN ('elicited', 'equal_siblings', 'equal_leaves', 'fixed')",
            name="weight_rule_known",
        ),
        CheckConstraint("kind IS NULL OR kind IN ('ratio', 'value', 'score')", name="kind_known"),
        CheckConstraint(
            "direction IS NULL OR direction IN ('benefit', 'cost')", name="direction_known"
        ),
    )

    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    #: code of the parent; None for a root
    parent: Mapped[str | None] = mapped_column(String(32))
    #: place in the tree read from top to bottom, from 0
    position: Mapped[int] = mapped_column(Integer)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    unit_zh: Mapped[str] = mapped_column(String(60), default="")
    unit_en: Mapped[str] = mapped_column(String(60), default="")
    #: 占比类 ratio, 数值类 value, 得分类 score; None for an inner node
    kind: Mapped[str | None] = mapped_column(String(8))
    #: 正向 benefit, 逆向 cost
    direction: Mapped[str | None] = mapped_column(String(8))
    source_zh: Mapped[str] = mapped_column(String(200), default="")
    source_en: Mapped[str] = mapped_column(String(200), default="")
    note_zh: Mapped[str] = mapped_column(Text, default="")
    note_en: Mapped[str] = mapped_column(Text, default="")
    #: rule of the group that the node belongs to, equal on all siblings; None in a group of one
    weight_rule: Mapped[str | None] = mapped_column(String(16))
    #: decimal string, for a `fixed` group
    local_percent: Mapped[str | None] = mapped_column(String(60))
