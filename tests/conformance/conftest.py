"""The components under `strangers` are imported as a stranger's package is: by its own name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
