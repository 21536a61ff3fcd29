"""Two people at one pipeline, each on a server of their own, both servers on one store.

Called by `live.rs` with a token and the addresses of both.
"""

import json
import sys

from websockets.sync.client import connect

TOKEN, *ADDRESSES = sys.argv[1:]
DEADLINE = 30


def live(address):
    address = address.replace("http://", "ws://", 1) + "/api/v1/live"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return connect(address, additional_headers=headers, proxy=None, open_timeout=DEADLINE, close_timeout=DEADLINE)


def hear(client, wanted):
    """The first thing a client is told that is wanted."""
    while True:
        told = json.loads(client.recv(timeout=DEADLINE))
        assert told["type"] != "problem", told
        if wanted(told):
            return told


def come(client, node=None):
    """Goes to the pipeline; returns who one is, and who is there."""
    client.send(json.dumps({"type": "present", "workspace": "house", "pipeline": "sales", "node": node}))
    roster = hear(client, lambda told: told["type"] == "roster")
    return roster["you"], {person["client"]: person["node"] for person in roster["people"]}


def of(kind, client, node=None):
    def wanted(told):
        return told.get("kind") == kind and told["body"]["client"] == client and told["body"]["node"] == node

    return wanted


with live(ADDRESSES[0]) as ann:
    ann.send(json.dumps({"type": "subscribe", "workspace": "house"}))
    hear(ann, lambda told: told["type"] == "subscribed")
    me, _ = come(ann, "rows")
    # What a server tells its own clients, it has heard from the store; the other one hears it from there, too.
    hear(ann, of("presence.here", me, "rows"))
    with live(ADDRESSES[1]) as bob:
        bob.send(json.dumps({"type": "subscribe", "workspace": "house"}))
        hear(bob, lambda told: told["type"] == "subscribed")
        other, there = come(bob)
        if me not in there:
            there[me] = hear(bob, of("presence.here", me, "rows"))["body"]["node"]
        assert there[me] == "rows", there
        hear(ann, of("presence.here", other))
        come(bob, "out")
        hear(ann, of("presence.here", other, "out"))
        come(ann, "out")
        hear(bob, of("presence.here", me, "out"))
    hear(ann, of("presence.left", other, "out"))
    _, there = come(ann)
    assert list(there) == [me], there
