"""Swish passes the conformance kit."""

from pytest_minnet import conformance

test_conformance = conformance("minnet-swish")
