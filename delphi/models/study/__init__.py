"""Study side: study, tree, protocol, rounds, results, feedback, ledger, staff."""
