"""What is found on disk, whatever state it is in."""

from __future__ import annotations

import os
import shutil
import sys
from importlib import metadata

import pytest

from minnet_core.discovery.declaration import Declaration
from minnet_core.discovery.scan import discovering, forget, installed, scan
from minnet_core.testing import install_distribution

GROUP = "minnet.test_discovery"


def install(site, name, version="0.1.0", **points):
    module = name.replace("-", "_").lower()
    points = points or {"X": f"{module}:X"}
    install_distribution(site, name, {module: ""}, entry_points={GROUP: points}, version=version)
    forget()
    return next(site.glob(f"{module}-{version}.dist-info"))


def declared():
    return [f"{each.provider} {each.name}" for each in scan().declarations(GROUP)]


def test_entry_points_are_read_with_their_distribution(site):
    install(site, "B-dist", "2.0", z="b:z", a="b")
    install(site, "a-dist", z="a:z")
    assert scan().declarations(GROUP) == [
        Declaration("z", "a-dist", "0.1.0", "a:z"),
        Declaration("a", "b-dist", "2.0", "b"),
        Declaration("z", "b-dist", "2.0", "b:z"),
    ]
    assert scan().declarations("minnet.nothing") == []


def test_what_has_nothing_to_do_with_minnet_is_not_read(site):
    install_distribution(site, "other", {"other": ""}, entry_points={"group": {"minnetron": "other:main"}})
    forget()
    assert installed("other") is None
    (site / "other-0.1.0.dist-info" / "entry_points.txt").write_bytes(b"[group]\nx = \xff\n")
    forget()
    assert scan().unreadable == ()


def test_the_disk_is_looked_at_once_until_it_is_forgotten(site):
    install(site, "strange-a")
    before = scan()
    install_distribution(site, "strange-b", {"strange_b": ""}, entry_points={GROUP: {"Y": "strange_b:Y"}})
    assert scan() is before
    forget()
    assert declared() == ["strange-a 0.1.0 X", "strange-b 0.1.0 Y"]


@pytest.mark.parametrize(
    ("file", "damage", "why"),
    [
        ("entry_points.txt", b"[minnet.layers]\nno equals sign\n", "metadata cannot be read: "),
        ("entry_points.txt", b"[minnet.layers\nX = a:X\n", "begin with a [group], received '[minnet.layers'"),
        ("entry_points.txt", b"[minnet.layers]\nX = \xff\xfe", "metadata cannot be read: UnicodeDecodeError: "),
        ("METADATA", b"Name: \xff\xfe\n", "metadata cannot be read: UnicodeDecodeError: "),
        ("METADATA", b"Version: 1.0\n\n", "metadata cannot be read: ValueError: expected metadata with a Name"),
        ("METADATA", None, "metadata cannot be read: "),
    ],
)
def test_unreadable_metadata_harm_no_other_distribution_and_are_told(site, file, damage, why):
    install(site, "strange-a")
    path = install(site, "strange-b", Y="strange_b:Y")
    if damage is None:
        (path / file).unlink()
    else:
        (path / file).write_bytes(damage)
    forget()
    assert declared() == ["strange-a 0.1.0 X"]
    ((where, what),) = scan().unreadable
    assert where == path
    assert why in what


def test_what_an_interrupted_pip_leaves_behind_is_no_distribution(site):
    path = install(site, "strange-a", "1.0")
    shutil.copytree(path, site / "~trange_a-0.9.dist-info")
    forget()
    assert declared() == ["strange-a 1.0 X"]
    assert scan().unreadable == ((site / "~trange_a-0.9.dist-info", "an interrupted pip left it behind"),)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_copies_the_first_on_the_path_counts(site, tmp_path, monkeypatch, order):
    install(site, "strange-a", "1.0")
    install(tmp_path / "other", "strange-a", "2.0")
    for folder in [site, tmp_path / "other"][::order]:
        monkeypatch.syspath_prepend(folder)
    forget()
    kept, hidden = ("2.0", "1.0") if order == 1 else ("1.0", "2.0")
    assert declared() == [f"strange-a {kept} X"]
    assert [copy.version for copy in scan().hidden] == [hidden]


@pytest.mark.parametrize("versions", [("9.0", "10.0"), ("10.0", "9.0"), ("1.0", "1.0.post1")])
def test_of_two_copies_in_one_folder_the_newer_counts_in_whatever_order_they_are_found(site, versions):
    for version in versions:
        path = install(site, "strange-a", version)
        shutil.move(path, site / f"kept-{version}")
    for version in versions:
        shutil.move(site / f"kept-{version}", site / f"strange_a-{version}.dist-info")
    forget()
    assert declared() == [f"strange-a {'10.0' if '10.0' in versions else '1.0.post1'} X"]


def test_a_folder_that_is_twice_on_the_path_has_one_copy(site, monkeypatch):
    install(site, "strange-a")
    monkeypatch.syspath_prepend(os.fspath(site))
    forget()
    assert declared() == ["strange-a 0.1.0 X"]
    assert scan().hidden == ()


def test_of_a_name_that_is_declared_twice_the_first_counts_and_the_repetition_is_known(site):
    path = install(site, "strange-a")
    (path / "entry_points.txt").write_text(f"[{GROUP}]\nX = a:first\nX = a:second\n")
    forget()
    assert [each.target for each in scan().declarations(GROUP)] == ["a:first"]
    assert installed("strange-a").repeated() == [f"{GROUP}: X"]


def test_what_a_distribution_requires_and_speaks_is_read(site):
    points = {GROUP: {"X": "a:X"}, "minnet.protocol": {"1": "a", "2": "a"}}
    install_distribution(site, "a", {"a": ""}, entry_points=points, requires=["numpy >=1.26"])
    forget()
    assert installed("A").protocols == ("1", "2")
    assert [text.replace(" ", "") for text in installed("a").requires] == ["numpy>=1.26"]
    assert installed("a").path == site / "a-0.1.0.dist-info"
    assert installed("absent") is None


@pytest.mark.parametrize(
    ("record", "editable"),
    [
        ('{"url": "file:///home/a%20b", "dir_info": {"editable": true}}', "/home/a b"),
        ('{"url": "file:///home/a", "dir_info": {}}', None),
        ('{"url": "https://example.org/a.git", "dir_info": {"editable": true}}', None),
        ("[]", None),
        ("{", None),
        (None, None),
    ],
)
def test_the_source_of_an_editable_installation_is_known(site, record, editable):
    path = install(site, "strange-a")
    if record is not None:
        (path / "direct_url.json").write_text(record)
    source = installed("strange-a").editable_source()
    assert (source and source.as_posix()) == editable


def test_discovery_can_be_given_other_distributions_for_a_while(site):
    install(site, "strange-a")
    with discovering(tuple):
        assert scan().distributions == {}
    assert declared() == ["strange-a 0.1.0 X"]


def test_a_finder_of_a_strangers_that_fails_hides_nothing(site, monkeypatch):
    class Finder:
        def find_spec(self, *arguments):
            return None

        def find_distributions(self, context):
            raise RuntimeError("not today")

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    install(site, "strange-a")
    assert declared() == ["strange-a 0.1.0 X"]


def test_a_distribution_that_is_nowhere_hides_nothing(site):
    class Nowhere(metadata.Distribution):
        __hash__ = None

        def read_text(self, filename):
            return "[minnet.layers]\nX = a:X\n" if filename == "entry_points.txt" else "Name: nowhere\nVersion: 1\n"

        def locate_file(self, path):
            raise NotImplementedError

    install(site, "strange-a")
    with discovering(lambda: [Nowhere(), *metadata.distributions()]):
        assert declared() == ["strange-a 0.1.0 X"]
