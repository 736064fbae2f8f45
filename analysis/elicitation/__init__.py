"""One expert's answers to weights: one module a method."""
