"""Identity side: person, invitation, participation, outbox."""
