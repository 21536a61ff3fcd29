"""Clients of live events, and somebody who reads pages meanwhile.

The clients speak just enough of RFC 6455 to subscribe, to answer pings and to count events. A library for 200 of them would
take a core of the machine that is measured.
"""

import asyncio
import base64
import json
import os
import time

PATHS = [
    "/api/v1/workspaces/bench/pipelines?limit=20",
    "/api/v1/workspaces/bench/runs?limit=20",
    "/api/v1/workspaces/bench/schedules?limit=20",
    "/api/v1/account",
]


class Watcher(asyncio.Protocol):
    """One client that hears everything of the workspace."""

    def __init__(self, token: str):
        self.token, self.rest, self.is_open = token, b"", False
        self.events = self.snapshots = 0
        self.subscribed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET /api/v1/live HTTP/1.1", "Host: bench", "Upgrade: websocket", "Connection: Upgrade"]
        lines += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Authorization: Bearer {self.token}"]
        transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def connection_lost(self, error):
        if not self.subscribed.done():
            self.subscribed.set_exception(error or ConnectionError("the stream ended"))

    def data_received(self, data):
        data = self.rest + data
        at = 0
        if not self.is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.rest = data
                return
            if b" 101 " not in data[:end]:
                self.subscribed.set_exception(ConnectionError(data[:200].decode()))
                return
            self.is_open, at = True, end + 4
            self.send(0x81, json.dumps({"type": "subscribe", "workspace": "bench"}).encode())
        while len(data) - at >= 2:
            length, start = data[at + 1] & 0x7F, at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            if len(data) < start + length:
                break
            self.hear(data[at] & 0x0F, data[start : start + length])
            at = start + length
        self.rest = data[at:]

    def hear(self, opcode, payload):
        if opcode == 9:
            self.send(0x8A, payload)
        elif payload.startswith(b'{"type":"event"'):
            self.events += 1
        elif payload.startswith(b'{"type":"snapshot"'):
            self.snapshots += 1
        elif payload.startswith(b'{"type":"subscribed"'):
            self.subscribed.set_result(None)

    def send(self, first, payload):
        # A mask of zeros is one.
        self.transport.write(bytes([first, 0x80 | len(payload), 0, 0, 0, 0]) + payload)


async def read_pages(port: int, token: str, per_second: float, stop: asyncio.Event) -> list[float]:
    """Reads pages at a steady pace over one connection; returns how long each took, in seconds from when it was due."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took, turn = [], 0
    due = time.perf_counter()
    while not stop.is_set():
        path = PATHS[turn % len(PATHS)]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        if b" 200 " not in head[:20]:
            raise RuntimeError(f"{path}: {head[:200]!r}")
        took.append(time.perf_counter() - due)
        turn += 1
        # From when it was due: a slow answer must not make the next one look quick.
        due = max(due + 1 / per_second, time.perf_counter() - 5)
        await asyncio.sleep(max(0, due - time.perf_counter()))
    writer.close()
    return took


async def watch(port: int, token: str, clients: int, until, per_second: float = 40.0):
    """Keeps the clients connected and reads pages until the condition `until()` holds; returns watchers and times."""
    loop = asyncio.get_running_loop()
    watchers = []
    for _ in range(clients):
        _, watcher = await loop.create_connection(lambda: Watcher(token), "127.0.0.1", port)
        watchers.append(watcher)
    await asyncio.gather(*(watcher.subscribed for watcher in watchers))
    stop = asyncio.Event()
    reading = [asyncio.create_task(read_pages(port, token, per_second / 4, stop)) for _ in range(4)]
    while not await loop.run_in_executor(None, until):
        await asyncio.sleep(2)
    stop.set()
    took = [one for each in await asyncio.gather(*reading) for one in each]
    await asyncio.sleep(1)
    for watcher in watchers:
        watcher.transport.abort()
    return watchers, took
