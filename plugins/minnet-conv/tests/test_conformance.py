"""Every layer of minnet-conv passes the conformance kit."""

from pytest_minnet import conformance

test_conformance = conformance("minnet-conv")
