"""The seeds under which no correct component may be blamed: three, or `ALL` of them in ``tox -e conformance-full``."""

import os

ALL = 50
SEEDS = range(int(os.environ.get("CONFORMANCE_SEEDS", "3")))
