"""How figures are computed: ranks, runs, exact sums, distributions; no figure of its own."""
