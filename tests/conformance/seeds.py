"""The seeds under which no correct component may be blamed."""

SEEDS = range(50)
