"""What a name means, whatever is declared: the rules as properties."""

from __future__ import annotations

from hypothesis import given, strategies as st

from minnet_core.discovery.declaration import LOCAL, Declaration
from minnet_core.registry.names import NameTable

DISTRIBUTIONS = ["minnet-layers", "minnet-torch", LOCAL, "strange-a", "strange-b", "a-stranger"]
declarations = st.builds(
    lambda name, distribution: Declaration(name, distribution, "1.0", f"{distribution}:{name}"),
    st.sampled_from("XYZ"),
    st.sampled_from(DISTRIBUTIONS),
)
several = st.lists(declarations, unique_by=lambda each: each.qualified, max_size=12)
reserved = st.sets(st.sampled_from("XYZ"))


@given(several, reserved)
def test_a_qualified_name_always_means_its_component(known, reserved):
    table = NameTable(known, reserved)
    for each in known:
        assert table.find(each.qualified) == [each]
        assert table.find(each.qualified.upper()) == [each]


@given(several, reserved, st.randoms())
def test_what_a_name_means_depends_on_no_order(known, reserved, random):
    shuffled = random.sample(known, len(known))
    for name in "XYZ":
        one, other = (NameTable(each, reserved).find(name) for each in (known, shuffled))
        assert sorted(each.qualified for each in one) == sorted(each.qualified for each in other)


@given(several, several, reserved)
def test_what_strangers_install_never_changes_what_a_name_of_ours_means(known, more, reserved):
    ours = [each for each in known if each.distribution.startswith("minnet-") or each.distribution == LOCAL]
    strangers = [each for each in more if "strange" in each.distribution]
    before, after = NameTable(ours, reserved), NameTable([*ours, *strangers], reserved)
    for each in ours:
        assert after.find(each.name) == before.find(each.name)


@given(several, reserved)
def test_no_stranger_gets_a_reserved_name(known, reserved):
    table = NameTable(known, reserved)
    assert not [each for name in reserved for each in table.find(name) if "strange" in each.distribution]


def test_ours_come_before_those_of_the_program_and_these_before_strangers():
    ours, local, one, two = (
        Declaration("X", distribution, None, "x:X") for distribution in ("minnet-layers", LOCAL, "strange-a", "b")
    )
    assert NameTable([two, one, local, ours]).find("X") == [ours]
    assert NameTable([two, one, local]).find("X") == [local]
    assert NameTable([two, one]).find("X") == [two, one]
    assert NameTable([two]).find("Y") == NameTable([]).find("X") == NameTable([two]).find("c:X") == []
