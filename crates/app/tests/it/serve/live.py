"""Live events, as a program sees them that others wrote: `websockets`, sockets by hand, and server-sent events.

Called by `live.rs` with the address, a token, the process and the database of a server of its own, which it stops in the end.
Every check stands alone; the first that fails ends the script with its reason.
"""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import struct
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

ADDRESS, TOKEN, EMAIL, PASSWORD, PROCESS, DATABASE = sys.argv[1:]
HOST, PORT = urlsplit(ADDRESS).hostname, urlsplit(ADDRESS).port
PATH = "/api/v1/live"
LIVE = f"ws://{HOST}:{PORT}{PATH}"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
DEADLINE = 30


def ask(method, path, body=None, headers=None, kind="application/json"):
    """Asks the server, and returns status, headers and body."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    headers = {"Content-Type": kind, **(BEARER if headers is None else headers)}
    request = urllib.request.Request(ADDRESS + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def happen(name):
    """Makes something happen: an upload, whose event holds the name."""
    status, _, body = ask("POST", f"/api/v1/workspaces/house/uploads?name={name}", b"1,2\n", kind="text/csv")
    assert status == 201, body


def live(**more):
    more.setdefault("additional_headers", BEARER)
    return connect(LIVE, proxy=None, open_timeout=DEADLINE, close_timeout=DEADLINE, **more)


def say(client, **words):
    client.send(json.dumps(words))


def hear(client):
    return json.loads(client.recv(timeout=DEADLINE))


def subscribe(client, after=None):
    say(client, type="subscribe", workspace="house", after=after)
    told = hear(client)
    assert told["type"] == "subscribed", told
    return told["number"]


def named(client, name):
    """The event of the upload with that name; what comes before it is handed back too."""
    before = []
    while True:
        told = hear(client)
        if told["type"] == "event" and told["body"].get("name") == name:
            return told, before
        before.append(told)


def closed(client):
    """The code with which the server ends the stream."""
    try:
        while True:
            client.recv(timeout=DEADLINE)
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else 1006


def refused(**more):
    try:
        with live(**more):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code


def sign_in():
    """Cookie and proof of a browser's session."""
    login = {"email": EMAIL, "password": PASSWORD}
    status, headers, body = ask("POST", "/api/v1/session", login, headers={})
    assert status == 200, body
    cookie = headers["Set-Cookie"].split(";")[0]
    _, _, body = ask("GET", "/api/v1/session", headers={"Cookie": cookie})
    return cookie, json.loads(body)["csrf"]


def the_handshake_asks_who_comes_from_where():
    cookie, _ = sign_in()
    with_cookie = {"Cookie": cookie}
    assert refused(additional_headers={}) == 401
    assert refused(additional_headers={"Authorization": "Bearer nonsense"}) == 401
    assert refused(additional_headers=with_cookie) == 403
    assert refused(additional_headers=with_cookie, origin="https://evil.example") == 403
    assert refused(additional_headers=with_cookie, origin=ADDRESS) == 101
    assert refused() == 101
    status, _, _ = ask("GET", PATH)
    assert status == 400, "a request that is no handshake"


def events_have_numbers_and_nothing_is_lost_or_repeated_by_a_cut():
    with live() as client:
        subscribe(client)
        happen("one.csv")
        first, _ = named(client, "one.csv")
        # The connection breaks without a word, as a cable does.
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    names = [f"missed-{number}.csv" for number in range(5)]
    for name in names:
        happen(name)
    with live() as again:
        say(again, type="subscribe", workspace="house", after=first["number"])
        happen("after.csv")
        last, before = named(again, "after.csv")
        told = [one for one in before if one["type"] == "event"]
        assert [one["body"]["name"] for one in told] == names, before
        numbers = [first["number"], *[one["number"] for one in told], last["number"]]
        assert numbers == sorted(set(numbers)), numbers
    return first["number"], names


def server_sent_events_go_on_after_the_last_one():
    after, names = events_have_numbers_and_nothing_is_lost_or_repeated_by_a_cut()
    request = urllib.request.Request(
        f"{ADDRESS}/api/v1/events?workspace=house", headers={**BEARER, "Last-Event-ID": str(after)}
    )
    with urllib.request.urlopen(request, timeout=DEADLINE) as stream:
        heard = []
        while len(heard) < len(names):
            line = stream.readline().decode()
            if line.startswith("data:") and json.loads(line[5:])["type"] == "event":
                heard.append(json.loads(line[5:])["body"]["name"])
    assert heard == names, heard


def a_ping_is_answered():
    with live() as client:
        assert client.ping(b"here?").wait(DEADLINE)
        say(client, type="ping")
        assert hear(client) == {"type": "pong"}


def a_message_in_pieces_is_one_message():
    with live() as client:
        text = json.dumps({"type": "subscribe", "workspace": "house"})
        client.send([text[:7], text[7:20], text[20:]])
        assert hear(client)["type"] == "subscribed"


def what_is_not_understood_is_answered_and_harmless():
    with live() as client:
        for text in ["{", "[]", '{"type":"dance"}', '{"type":"subscribe"}', "\x00"]:
            client.send(text)
            assert hear(client)["type"] == "problem", text
        say(client, type="subscribe", workspace="nowhere")
        assert hear(client)["code"] == "not_found"
        say(client, type="ping")
        assert hear(client) == {"type": "pong"}


def ends_say_why():
    with live() as client:
        client.send("x" * (64 * 1024 + 1))
        assert closed(client) == 1009
    with live() as client:
        # The server says so as soon as it is too much, maybe before all of it was sent.
        with contextlib.suppress(ConnectionClosed):
            client.send(["x" * 40_000, "x" * 40_000])
        assert closed(client) == 1009
    with live() as client:
        client.send(b"\xc3\x28", text=True)
        assert closed(client) == 1007
    with live() as client:
        client.send(b"{}")
        assert closed(client) == 1003
    with live() as client:
        client.close(1000)
        assert client.protocol.close_rcvd.code == 1000


def by_hand(window=None):
    """A connection after its handshake, without a library between."""
    wire = socket.socket()
    if window:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    wire.settimeout(DEADLINE)
    wire.connect((HOST, PORT))
    lines = [
        f"GET {PATH} HTTP/1.1",
        f"Host: {HOST}:{PORT}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Bearer {TOKEN}",
    ]
    wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    reader = wire.makefile("rb")
    head = b"".join(iter(reader.readline, b"\r\n"))
    assert b" 101 " in head and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head
    return wire, reader


def frame(first, payload, masked=True):
    """A frame with that first byte; short payloads only."""
    assert len(payload) < 126
    if not masked:
        return bytes([first, len(payload)]) + payload
    mask = b"\x11\x22\x33\x44"
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))
    return bytes([first, 0x80 | len(payload)]) + mask + body


def read_frame(reader):
    """Opcode and payload of the next frame; none at the end."""
    head = reader.read(2)
    if len(head) < 2:
        return None
    length = head[1] & 0x7F
    if length == 126:
        length = int.from_bytes(reader.read(2), "big")
    elif length == 127:
        length = int.from_bytes(reader.read(8), "big")
    return head[0] & 0x0F, reader.read(length)


def frames_that_break_the_protocol_end_it():
    wrong = {
        "not masked": frame(0x81, b"{}", masked=False),
        "a reserved bit": frame(0xC1, b"{}"),
        "an unknown opcode": frame(0x83, b"{}"),
        "a continuation of nothing": frame(0x80, b"{}"),
        "a ping in pieces": frame(0x09, b""),
        "a message within another": frame(0x01, b"{") + frame(0x81, b"{}"),
        "half a close code": frame(0x88, b"\x03"),
    }
    for what, bytes_sent in wrong.items():
        wire, reader = by_hand()
        with wire:
            wire.sendall(bytes_sent)
            told = read_frame(reader)
            assert told and told[0] == 8, (what, told)
            assert int.from_bytes(told[1][:2], "big") == 1002, (what, told)
            assert read_frame(reader) is None, what


def a_half_closed_socket_is_closed():
    wire, reader = by_hand()
    with wire:
        wire.shutdown(socket.SHUT_WR)
        assert reader.read() is not None


def memory():
    """Resident memory of the server in MB."""
    with open(f"/proc/{PROCESS}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def who_does_not_read_costs_nothing():
    count, padding = 30_000, "x" * 1000
    wire, reader = by_hand(window=4096)
    with wire, live(max_queue=None) as other:
        wire.sendall(frame(0x81, b'{"type":"subscribe","workspace":"house"}'))
        assert json.loads(read_frame(reader)[1])["type"] == "subscribed"
        subscribe(other)
        happen("warm.csv")
        named(other, "warm.csv")
        before = memory()
        # As if another server on the same store had a busy minute.
        with contextlib.closing(sqlite3.connect(DATABASE, timeout=DEADLINE)) as store, store:
            columns = "at, workspace_id, user_id, pipeline_id, connection_id, run_id, kind"
            store.execute(
                f"INSERT INTO events (number, {columns}, body)"
                " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                f" SELECT number + i, {columns}, json_object('name', 'busy', 'padding', ?) FROM n,"
                " (SELECT * FROM events ORDER BY number DESC LIMIT 1)",
                (count, padding),
            )
            (last,) = store.execute("SELECT max(number) FROM events").fetchone()
        number = 0
        while number < last:
            number = hear(other)["number"]
        grown = memory() - before
        assert grown < 64, f"the server grew by {grown:.0f} MB for one who does not read"
        numbers, snapshot = [], None
        while snapshot is None:
            told = json.loads(read_frame(reader)[1])
            numbers.append(told["number"])
            snapshot = told["number"] if told["type"] == "snapshot" else None
        assert numbers == sorted(set(numbers)) and len(numbers) < count, len(numbers)
        happen("fresh.csv")
        while True:
            told = json.loads(read_frame(reader)[1])
            if told["type"] == "event" and told["body"]["name"] == "fresh.csv":
                break
        assert told["number"] > last


def a_session_that_ends_ends_its_streams():
    cookie, proof = sign_in()
    headers = {"Cookie": cookie}
    with live(additional_headers=headers, origin=ADDRESS) as client:
        subscribe(client)
        status, _, body = ask("DELETE", "/api/v1/session", headers={**headers, "X-CSRF-Token": proof})
        assert status == 204, body
        assert closed(client) == 4401


def a_server_that_stops_says_so():
    request = urllib.request.Request(f"{ADDRESS}/api/v1/events?workspace=house", headers=BEARER)
    with live() as client, urllib.request.urlopen(request, timeout=DEADLINE) as stream:
        subscribe(client)
        stream.readline()
        started = time.monotonic()
        os.kill(int(PROCESS), signal.SIGTERM)
        assert closed(client) == 1001
        stream.read()
        assert time.monotonic() - started < 10, "whoever listens must not hold up the end"


CHECKS = [
    the_handshake_asks_who_comes_from_where,
    server_sent_events_go_on_after_the_last_one,
    a_ping_is_answered,
    a_message_in_pieces_is_one_message,
    what_is_not_understood_is_answered_and_harmless,
    ends_say_why,
    frames_that_break_the_protocol_end_it,
    a_half_closed_socket_is_closed,
    who_does_not_read_costs_nothing,
    a_session_that_ends_ends_its_streams,
    a_server_that_stops_says_so,
]

for check in CHECKS:
    began = time.monotonic()
    check()
    print(f"{check.__name__}: {time.monotonic() - began:.2f} s", flush=True)
