"""What cannot be answered is refused with the reason, and no error leaks what is inside."""

from __future__ import annotations

import json

import pytest

ROW = {"length": 0.25, "colour": "red", "day": "2024-03-01"}
COLUMNS = "length, colour, day"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "expected JSON, received an empty body"),
        (b"  ", "expected JSON, received an empty body"),
        (
            b'{"length": 1,',
            "expected JSON, received Expecting property name enclosed in double quotes, line 1, column 14",
        ),
        (b"[1, 2] [3]", "expected JSON, received Extra data, line 1, column 8"),
        (b'["\xff"]', "expected JSON in UTF-8, received the byte 0xff at 2"),
        ("[1]".encode("utf-16"), "expected JSON in UTF-8, received the byte 0xff at 0"),
        (b"\xef\xbb\xbf[1]", "expected JSON without a byte order mark, received one at its beginning"),
        (b"[NaN]", "expected JSON, received NaN, which it does not have; a missing value is null"),
        (b"[-Infinity]", "expected JSON, received -Infinity, which it does not have; a missing value is null"),
        (b'{"length": 1, "length": 2}', "expected each name once in an object, received 'length' twice"),
        (b"[" * 100_000, "expected a row or a list of rows, received JSON that is nested too deeply"),
        (b'{"length":' * 50_000, "expected a row or a list of rows, received JSON that is nested too deeply"),
    ],
    ids=str,
)
def test_what_is_no_json_is_refused(serving, body, told):
    assert serving("mixed.safetensors").post(body) == (400, {"error": told})


def test_a_number_of_too_many_digits_is_refused(serving):
    status, told = serving("mixed.safetensors").post(b"[" + b"9" * 5000 + b"]")
    assert status == 400
    assert told["error"].startswith("expected JSON with numbers of a usual length: Exceeds the limit (4300 digits)")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (3, "request: expected a row or a list of rows, received a number"),
        (None, "request: expected a row or a list of rows, received null"),
        ("x", "request: expected a row or a list of rows, received a text"),
        ({}, f"request, row 1: expected a value for each column of the model, {COLUMNS}; missing: {COLUMNS}"),
        (
            [ROW, {"lenght": 1, "colour": "red", "day": None}],
            f"request, row 2: expected a value for each column of the model, {COLUMNS}; missing: length; "
            "did you mean 'lenght'?",
        ),
        (
            [[1, "red", None], [1, "red"]],
            f"request, row 2: expected 3 values, one for each column of the model, {COLUMNS}, received 2",
        ),
        ([ROW, [1, "red", None]], "request, row 2: expected an object, as row 1 is, received a list"),
        ([[1, "red", None], 7], "request, row 2: expected a list, as row 1 is, received a number"),
        (
            [{**ROW, "length": "0.5"}],
            "request, row 1, column 1 ('length'): expected a finite float32 number, received '0.5'",
        ),
        (
            [ROW, {**ROW, "length": 1e39}],
            "request, row 2, column 1 ('length'): expected a finite float32 number, received 1e+39",
        ),
        (
            [ROW, {**ROW, "length": -(10**400)}],
            f"request, row 2, column 1 ('length'): expected a finite float32 number, received -1{'0' * 98}",
        ),
        (
            [ROW, {**ROW, "length": [1]}],
            "request, row 2, column 1 ('length'): expected a finite float32 number, received a list",
        ),
        ([ROW, {**ROW, "colour": {}}], "request, row 2, column 2 ('colour'): expected a text, received an object"),
        (
            [ROW, {**ROW, "day": 2**63}],
            "request, row 2, column 3 ('day'): expected an integer of 64 bits, received 9223372036854775808",
        ),
        ([ROW, {**ROW, "colour": 3}], "request, row 2, column 2 ('colour'): expected a text, as before, received 3"),
        (
            [ROW, {**ROW, "colour": "mauve"}],
            "request, row 2, column 2 ('colour'): expected one of blue, it's <b>green</b>, red, received 'mauve'",
        ),
        ([ROW, {**ROW, "day": "yesterday"}], "request, row 2, column 3 ('day'): expected a date, received 'yesterday'"),
        (
            [ROW, {**ROW, "colour": "\ud800"}],
            "request, row 2, column 2 ('colour'): expected a text, received half of a surrogate pair",
        ),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_is_no_row_is_refused_with_its_place(serving, value, told):
    assert serving("mixed.safetensors").post(json.dumps(value)) == (422, {"error": told})


def test_all_cells_that_cannot_be_used_are_told(serving):
    rows = [{**ROW, "colour": "mauve"}, {**ROW, "day": "x"}]
    status, told = serving("mixed.safetensors").post(json.dumps(rows))
    assert status == 422
    assert told["error"].startswith("request: 2 cells cannot be used\n  request, row 1, column 2 ('colour'): expected")


def test_a_missing_value_is_an_error_if_the_model_fills_none(serving):
    status, told = serving("quantiles.safetensors").post(b'[[1, 2], {"a": 1}]')
    assert (status, told["error"]) == (422, "request, row 2: expected a list, as row 1 is, received an object")
    status, told = serving("quantiles.safetensors").post(b"[[1, 2], [1, null]]")
    assert told["error"] == "request, row 2, column 2 ('b'): expected a finite float32 number, received null"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ([1, "x", 3], "request, row 1, column 2: expected a number, received 'x'"),
        ([[1, 2, 3], [1, 2]], "request, row 2: expected the shape of the one before it, (3,), received (2,)"),
        ([[1, 2, 3], 4], "request, row 2: expected a list, as before it, received 4"),
        ([[1, 2, 1e39]], "request, row 1, column 3: expected a finite float32 number, received 1e+39"),
        ([[1, 2, None]], "request, row 1, column 3: expected a number, received null"),
        ({"a": 1}, "request: expected a list of numbers, which is a row, or a list of rows, received an object"),
        ([[[[1, 2], [3, "x"]]]], "request, row 1, place 1, 2, 2: expected a number, received 'x'"),
    ],
)
def test_what_is_no_array_is_refused_with_its_place(serving, value, told):
    assert serving("network.safetensors").post(json.dumps(value)) == (422, {"error": told})


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_other_types_are_refused(serving, kind):
    status, told = serving("mixed.safetensors").post(json.dumps(ROW), content_type=kind)
    assert status == 415
    received = repr(kind) if kind else "none"
    assert told["error"] == f"expected the Content-Type application/json, received {received}"


@pytest.mark.parametrize(
    "kind", ["Application/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"']
)
def test_json_is_json_however_it_is_said(serving, kind):
    assert serving("mixed.safetensors").post(json.dumps(ROW), content_type=kind)[0] == 200


def test_a_compressed_body_is_refused(serving):
    status, told = serving("mixed.safetensors").post(b"\x1f\x8b", content_encoding="gzip")
    assert (status, told["error"]) == (415, "expected a body without Content-Encoding, received 'gzip'")


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("GET", "/predict", 405, "/predict: expected POST, received GET"),
        ("DELETE", "/health", 405, "/health: expected GET, received DELETE"),
        (
            "GET",
            "/health/",  # no redirection, for that would go to where the client says that it is
            404,
            "expected one of /, /health, /model, /openapi.json, /predict, received /health/",
        ),
        (
            "GET",
            "/../etc/passwd",
            404,
            "expected one of /, /health, /model, /openapi.json, /predict, received /../etc/passwd",
        ),
        ("GET", "/%1b%5b2J", 404, "expected one of /, /health, /model, /openapi.json, /predict, received /\\x1b[2J"),
    ],
)
def test_other_paths_and_methods_are_refused(serving, method, path, status, told):
    received, headers, content = serving("mixed.safetensors").request(method, path)
    assert (received, json.loads(content)) == (status, {"error": told})
    assert status == 404 or "allow" in headers


def test_a_body_that_is_too_large_is_refused_however_it_comes(start):
    server = start("mixed.safetensors", "--limit-body", "5000")
    told = {"error": "expected a body of 5,000 bytes at most, received 6,000"}
    assert server.post(b" " * 6000) == (413, told)
    chunks = (b" " * 1000 for _ in range(6))  # of an unknown length
    assert server.post(chunks) == (413, {"error": "expected a body of 5,000 bytes at most, received more"})
    assert server.request("POST", "/predict", b" " * 6000, content_type="application/json")[1]["connection"] == "close"
    assert server.post(b" " * (5000 - len(json.dumps(ROW))) + json.dumps(ROW).encode())[0] == 200
    with server.open(
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 6000\r\n"
        b"Expect: 100-continue\r\n\r\n"
    ) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")  # and not that it may go on


def test_more_rows_than_the_limit_are_refused(start):
    server = start("mixed.safetensors", "--limit-rows", "3")
    assert len(server.predict([ROW] * 3)) == 3
    told = "request: expected 3 rows at most, received 4; ask about a part at a time"
    assert server.post(json.dumps([ROW] * 4)) == (413, {"error": told})


def test_an_error_that_nobody_has_foreseen_is_told_to_the_log_alone(start):
    server = start("slow.safetensors", "--import", "own.py")
    status, headers, content = server.request("POST", "/predict", b"[[-1]]", content_type="application/json")
    assert status == 500
    assert json.loads(content) == {
        "error": "expected a prediction, received an error within the server, which its log tells of"
    }
    assert not any("secret" in value for value in headers.values())
    assert server.predict([[0]]) == [{"output": [0]}]
    server.stop()
    log = server.log.read_text()
    assert "RuntimeError: secret: /home/somebody/password" in log
    assert log.count("Traceback") == 1


def test_nobody_is_told_what_else_than_the_answer_it_may_do(serving):
    for path in ("/", "/health", "/model", "/openapi.json"):
        status, headers, _ = serving("mixed.safetensors").request("GET", path)
        assert status == 200
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


def test_what_is_no_http_is_refused_in_the_same_form(serving):
    with serving("mixed.safetensors").open(b"\x16\x03\x01 hello\r\n\r\n") as connection:
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body) == {"error": "expected a request of HTTP/1.1, received something else"}


def test_the_model_and_its_health_are_told(serving):
    server = serving("mixed.safetensors")
    health = json.loads(server.request("GET", "/health")[2])
    model = json.loads(server.request("GET", "/model")[2])
    assert health == {"status": "ok", "model": "mixed.safetensors", "sha256": model["digest"]}
    assert model["sections"]["training"]["classes"] == ["no", "yes"]


def answers(connection):
    """The statuses and bodies of all answers on a connection, until the server closes it."""
    found, stream = [], connection.makefile("rb")
    while status := stream.readline():
        headers = {}
        while (line := stream.readline().strip().lower()) != b"":
            name, _, value = line.partition(b": ")
            headers[name] = value
        found.append((int(status.split()[1]), headers, stream.read(int(headers[b"content-length"]))))
    return found


POST = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
NEXT = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize("path", [b"POST /predict", b"GET /health"])
def test_a_request_of_two_lengths_is_refused_and_nothing_after_it_read(serving, path):
    """A server before this one may see another end of it, and so pass on what nobody has looked at."""
    head = path + POST.removeprefix(b"POST /predict")
    data = head + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT
    with serving("quantiles.safetensors").open(data) as connection:
        ((status, headers, content),) = answers(connection)
    assert (status, headers[b"connection"]) == (400, b"close")
    assert json.loads(content) == {"error": "expected Content-Length or Transfer-Encoding, received both"}


def test_a_chunk_that_does_not_end_where_it_says_is_refused_and_nothing_after_it_read(serving):
    data = POST + b"Transfer-Encoding: chunked\r\n\r\n8\r\n[[1, 2]]XX0\r\n\r\n" + NEXT
    with serving("quantiles.safetensors").open(data) as connection:
        ((status, _, _),) = answers(connection)
    assert status == 400


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (POST.replace(b"json", b"xml"), 415),
        (POST.replace(b"/predict", b"/nose"), 404),
        (POST.replace(b"POST", b"PUT"), 405),
    ],
)
def test_who_waits_to_be_told_whether_to_send_is_refused_and_nothing_after_it_read(serving, head, status):
    """It may send the body then, or the next request."""
    data = head + b"Content-Length: 8\r\nExpect: 100-continue\r\n\r\n"
    with serving("quantiles.safetensors").open(data) as connection:
        ((received, headers, _),) = answers(connection)
    assert (received, headers[b"connection"]) == (status, b"close")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example"]
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/model"), ("POST", "/predict")])
def test_a_page_cannot_ask_by_a_name_that_is_resolved_to_this_machine(serving, host, method, path):
    server = serving("quantiles.safetensors")
    status, _, content = server.request(method, path, b"[[1, 2]]", host=host, content_type="application/json")
    told = f"expected a Host that is an address, localhost or a name of --allow-host, received {host!r}"
    assert (status, json.loads(content)) == (421, {"error": told})


def test_addresses_and_names_of_the_server_are_its_own(start):
    server = start("quantiles.safetensors", "--allow-host", "Flats.example")
    for host in ("localhost", "localhost:1", "127.0.0.1:80", "[::1]", "10.1.2.3", "a.localhost", "flats.EXAMPLE.:8000"):
        assert server.request("GET", "/health", host=host)[0] == 200
    assert server.request("GET", "/health", host="other.example")[0] == 421
    with server.open(b"GET /health HTTP/1.0\r\n\r\n") as connection:
        assert answers(connection)[0][0] == 200


def test_where_others_reach_the_server_any_name_is_its_own_unless_some_are_named(start):
    open_to_all = start("quantiles.safetensors", "--host", "0.0.0.0")
    assert open_to_all.request("GET", "/health", host="flats.example")[0] == 200
    named = start("quantiles.safetensors", "--host", "0.0.0.0", "--allow-host", "flats.example")
    assert named.request("GET", "/health", host="flats.example")[0] == 200
    assert named.request("GET", "/health", host="other.example")[0] == 421
