"""What this distribution adds to minnet: conformance checks, and ``minnet export model.onnx``."""
from minnet_core import hookimpl
@hookimpl
def minnet_checks():
    return []
