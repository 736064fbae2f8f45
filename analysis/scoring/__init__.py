"""From city data and weights to index scores."""
