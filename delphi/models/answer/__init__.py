"""Answer side: respondent, draft, submission, rationale. No time, no order, no address."""
