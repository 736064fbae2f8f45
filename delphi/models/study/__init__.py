"""Study side: study, tree, protocol, rounds, results, feedback, ledger, staff.

No personal data of experts; times are allowed.
"""

from delphi.models.study.indicator import Indicator
from delphi.models.study.ledger import LedgerEvent
from delphi.models.study.release import Derivation, Release
from delphi.models.study.round import Round, RoundFeedback, RoundResult
from delphi.models.study.staff import LoginFailure, Staff, StaffSession, StudyRole
from delphi.models.study.study import Study

__all__ = [
    "Derivation",
    "Indicator",
    "LedgerEvent",
    "LoginFailure",
    "Release",
    "Round",
    "RoundFeedback",
    "RoundResult",
    "Staff",
    "StaffSession",
    "Study",
    "StudyRole",
]
