import pytest

from minnet_test_support.processes import run_python


@pytest.mark.parametrize("arguments", [["--help"], ["new", "--help"], ["layers"]])
def test_nothing_is_imported_before_the_command_runs(arguments):
    code = f"""
import sys
from minnet_core.cli.main import main
try:
    main({arguments})
except SystemExit:
    pass
late = ["copier", "jinja2", "pydantic", "numpy", "pytest", *["minnet_new.command"] * ("new" not in {arguments})]
print([name for name in late if name in sys.modules])
"""
    done = run_python("-c", code)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
