"""The convergence page: what the stored results of closed rounds say, for whoever may see it.

Nothing is computed anew here. Every figure is the one that was frozen when the round closed.
"""

from delphi.queries.results.building import latest_closed, round_page
from delphi.queries.results.page import GroupPage, NextStep, Outlook, RoundPage

__all__ = ["GroupPage", "NextStep", "Outlook", "RoundPage", "latest_closed", "round_page"]
