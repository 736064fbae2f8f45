"""Sentences for what the services of the coordinator's pages refuse."""

from __future__ import annotations

from delphi.web.language import lazy_gettext as _lazy
from delphi.web.refusals import add_refusals

add_refusals(
    {
        "title_missing": _lazy("The title is missing."),
        "title_too_long": _lazy("The title is too long; at most %(most)s characters."),
        "study_launched": _lazy(
            "The study has been launched: tree, protocol, panel and letter no longer change."
        ),
        "study_not_running": _lazy("The study is not running: launch it before opening a round."),
        "not_ready": _lazy("The study cannot be launched yet: %(count)s things are missing."),
        "rule_unknown": _lazy("There is no weight rule of this name."),
        "fixed_needs_weights": _lazy(
            "This group has no weights that it could be fixed at; import a table with "
            "`local_percent` for it."
        ),
        "protocol_value": _lazy("“%(found)s” is not possible here. Possible: %(expected)s."),
        "plan_group_missing": _lazy(
            "No round asks “%(group)s”. Choose a method for it in at least one round, or give the "
            "group another weight rule."
        ),
        "plan_group_interrupted": _lazy(
            "“%(group)s” is asked before and after round %(round)s, but not in it. Ask it there "
            "too, or only before or only after."
        ),
        "plan_round_empty": _lazy(
            "Round %(round)s asks nothing. Choose a method for at least one group, or have fewer "
            "rounds."
        ),
        "plan_group_too_large": _lazy(
            "“%(method)s” takes at most %(most)s indicators; “%(group)s” has %(found)s. Choose "
            "dividing 100 points or a rating instead."
        ),
        "letter_too_long": _lazy("The text is too long; at most %(most)s characters."),
        "letter_minutes": _lazy("Give a number of minutes from 1 to 120."),
        "panel_too_large": _lazy("A panel has at most %(most)s people."),
        "person_nameless": _lazy("The name is missing."),
        "address_bad": _lazy("“%(address)s” is no mail address."),
        "address_taken": _lazy("“%(address)s” is in the panel already."),
        "panel_empty": _lazy("Nobody is invited: a round needs a panel."),
        "due_in_the_past": _lazy("The deadline lies in the past. Choose a later time."),
        "due_not_later": _lazy("A deadline can only be moved to a later time."),
        "round_not_open": _lazy("This round is not open."),
        "round_not_closed": _lazy("This round is still open."),
        "round_still_open": _lazy("Round %(number)s is still open. Close it first."),
        "results_missing": _lazy(
            "The statistics of round %(number)s are still being computed. Try again in a minute."
        ),
        "round_limit": _lazy("The protocol allows %(rounds)s rounds, and they are used up."),
        "round_transition": _lazy("The round is no longer in the state that this act needs."),
        "departure_needed": _lazy(
            "By the stopping rule this is not what follows round %(number)s. Doing it all the same "
            "is a departure from the protocol: write the reason, it enters the ledger."
        ),
        "departure_too_long": _lazy("The reason is too long; at most %(most)s characters."),
        "round_without_answers": _lazy(
            "Nobody has submitted an answer in round %(number)s, so it cannot be closed."
        ),
        "links_by_mail": _lazy("The links of this study go out by mail; no page shows them."),
        "key_changed": _lazy(
            "The links were sealed with another instance key. Put the former key file back, or "
            "replace the links one by one."
        ),
    }
)
