"""What strangers wrote is shown, and does nothing."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from minnet_core import Sequential, layers, save
from minnet_test_support.processes import run_minnet

EVIL = "<script>alert(1)</script>&amp;\"'\x1b[2J"


class Page(HTMLParser):
    """The elements and texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.attributes += [name for name, _ in attributes]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture
def page(serving):
    status, headers, content = serving("mixed.safetensors").request("GET", "/")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in headers["content-security-policy"]
    return content.decode()


def test_the_page_tells_what_explain_does(models, page):
    told = " ".join(Page(page).texts)
    printed = run_minnet("explain", str(models / "mixed.safetensors")).stdout
    lines = [line[13:].strip() for line in printed.splitlines() if len(line) > 13]
    assert len(lines) > 20
    for line in lines:
        if str(models) not in line:  # the folder is not told
            assert line in told


def test_texts_of_the_data_are_no_part_of_the_page(page):
    seen = Page(page)
    assert not {"script", "b", "img", "a", "form"} & {*seen.elements}
    assert "it's <b>green</b>" not in page


def test_names_of_files_and_keys_are_escaped(start, tmp_path):
    network = Sequential()
    network.add(layers["ReLU"]())
    path = save(network, tmp_path / "<script>alert(2)<b>.safetensors", metadata={EVIL: 1})
    server = start(str(path))
    page = server.request("GET", "/")[2].decode()
    seen = Page(page)
    ours = "html head meta title style body h1 h2 table tr th td p code"
    assert {*seen.elements} == {*ours.split()}
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert "\x1b" not in page
    told = " ".join(seen.texts)
    assert "<script>alert(2)<b>.safetensors" in told
    assert "<script>alert(1)</script>&amp;\"'\\x1b[2J" in told
    assert json.loads(server.request("GET", "/model")[2])["metadata"] == [EVIL]


def test_the_example_of_the_page_is_answered(serving, page):
    server = serving("mixed.safetensors")
    example = next(text for text in Page(page).texts if text.startswith("curl "))
    assert example.endswith(f" http://127.0.0.1:{server.port}/predict")
    body = example.partition(" -d '")[2].partition("' ")[0]
    assert "'" not in body
    assert server.post(body)[0] == 200


def test_another_host_that_a_client_names_is_not_shown(serving):
    status, _, page = serving("mixed.safetensors").request("GET", "/", host="10.66.6.6")
    assert status == 200
    assert b"10.66.6.6" not in page


def test_the_description_knows_the_columns(serving):
    server = serving("mixed.safetensors")
    description = json.loads(server.request("GET", "/openapi.json")[2])
    assert description["openapi"] == "3.1.0"
    assert {*description["paths"]} == {"/predict", "/health", "/model"}
    by_name, in_order = description["components"]["schemas"]["Row"]["anyOf"]
    assert by_name["required"] == ["length", "colour", "day"]
    assert by_name["properties"]["length"] == {"type": ["number", "null"]}
    assert by_name["properties"]["colour"]["examples"] == ["blue", "it's <b>green</b>", "red"]
    assert (in_order["minItems"], in_order["maxItems"]) == (3, 3)
    assert description["components"]["schemas"]["Prediction"]["properties"]["label"] == {"enum": ["no", "yes"]}
    of_network = json.loads(serving("network.safetensors").request("GET", "/openapi.json")[2])
    assert of_network["components"]["schemas"]["Row"]["type"] == "array"
