"""Components with one bug each: the kit must find every one of them."""

from __future__ import annotations

from .accumulation import ACCUMULATION
from .accuracy import ACCURACY
from .calls import CALLS
from .conduct import COMPANY, MANY, NOTHING, SEEDS
from .config import CONFIG
from .construction import CONSTRUCTION
from .copies import COPIES
from .criterions import CRITERIONS
from .described_inputs import DESCRIBED_INPUTS
from .drawn import DRAWN
from .dtypes import DTYPES
from .extents import EXTENTS
from .extremes import EXTREMES
from .fusing import ABSORBING, STATED
from .gradients_elsewhere import GRADIENTS_ELSEWHERE
from .gradients_of_input import GRADIENTS_OF_INPUT
from .gradients_of_parameters import GRADIENTS_OF_PARAMETERS
from .gradients_of_some_inputs import GRADIENTS_OF_SOME_INPUTS
from .memory import WRITES
from .modes import MODES
from .mutant import Mutant
from .new_dtypes import NEW_DTYPES
from .optimizer_state import OPTIMIZER_STATE
from .optimizer_steps import STEPS
from .optimizers import OPTIMIZERS
from .parameters import PARAMETERS
from .parts import PARTS
from .protocol import PROTOCOL
from .randomness import RANDOMNESS
from .results import LAYOUT, SHARES
from .samples import SAMPLES
from .saturation import SATURATION
from .state import BATCHES, SHARED
from .statistics import CHANGES, STATISTICS
from .stored_results import STORED_RESULTS
from .threads import THREADS
from .traits import TRAITS
from .updates import COUNTED, RETURNED

MUTANTS: tuple[Mutant, ...] = (
    *(*CONSTRUCTION, *PROTOCOL, *STORED_RESULTS, *CALLS),
    *(*ACCUMULATION, *PARAMETERS, *RETURNED, *COUNTED),
    *(*GRADIENTS_OF_INPUT, *GRADIENTS_OF_SOME_INPUTS, *GRADIENTS_OF_PARAMETERS, *GRADIENTS_ELSEWHERE, *SATURATION),
    *(*DTYPES, *NEW_DTYPES, *EXTENTS, *DRAWN, *ACCURACY, *WRITES, *SHARES, *LAYOUT, *SAMPLES, *EXTREMES, *NOTHING),
    *(*BATCHES, *SHARED, *COPIES, *MODES, *THREADS, *STATISTICS, *CHANGES, *COMPANY, *MANY),
    *(*RANDOMNESS, *SEEDS, *CRITERIONS, *DESCRIBED_INPUTS),
    *(*TRAITS, *PARTS, *CONFIG, *STATED, *ABSORBING, *OPTIMIZERS, *OPTIMIZER_STATE, *STEPS),
)
