"""Reading answers as they were typed: one module per question method, and what they share."""
