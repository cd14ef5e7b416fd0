"""The ICE agent of aioice behind the line protocol of ../README.md."""
import argparse
import asyncio
import sys

import aioice


def say(*words):
    print(*words, flush=True)


def endpoint(text):
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def printable(data):
    return data.decode("ascii") if data and all(32 <= b < 127 for b in data) else "binary %d" % (data[0] if data else -1)


class Peer:
    def __init__(self, options):
        self.connection = aioice.Connection(
            ice_controlling=options.controlling,
            components=options.components,
            stun_server=endpoint(options.stun) if options.stun else None,
            turn_server=endpoint(options.turn) if options.turn else None,
            turn_username=options.user,
            turn_password=options.password,
            transport_policy=aioice.TransportPolicy.RELAY if options.relay_only else aioice.TransportPolicy.ALL,
        )
        self.gathered = asyncio.Event()
        self.has_candidate = asyncio.Event()
        self.tasks = []
        self.connecting = False

    def run(self, work):
        self.tasks.append(asyncio.ensure_future(work))

    async def gather(self):
        say("credentials", self.connection.local_username, self.connection.local_password)
        await self.connection.gather_candidates()
        for candidate in self.connection.local_candidates:
            say("candidate:" + candidate.to_sdp())
        say("end-of-candidates")
        self.gathered.set()

    async def connect(self):
        await self.gathered.wait()
        await self.has_candidate.wait()
        try:
            await self.connection.connect()
        except ConnectionError as failure:
            say("failed", failure)
            return
        self.tell_pairs()
        say("connected")
        while True:
            data, component = await self.connection.recvfrom()
            say("received", component, printable(data))

    def tell_pairs(self):
        for component, pair in sorted(self.connection._nominated.items()):
            local, remote = pair.local_candidate, pair.remote_candidate
            say("selected", component, local.type, local.host, local.port, remote.type, remote.host, remote.port)

    async def handle(self, line):
        verb, *rest = line.split(" ", 2)
        if line.startswith("candidate:"):
            try:
                await self.connection.add_remote_candidate(aioice.Candidate.from_sdp(line[len("candidate:"):]))
                self.has_candidate.set()
            except ValueError as refused:
                say("note", refused)
        elif verb == "gather":
            self.run(self.gather())
        elif verb == "credentials":
            self.connection.remote_username, self.connection.remote_password = rest[0], rest[1].split(" ")[0]
            self.connection.remote_is_lite = line.endswith(" lite")
            if not self.connecting:
                self.connecting = True
                self.run(self.connect())
        elif verb == "pair":
            self.tell_pairs()
        elif verb == "end-of-candidates":
            await self.connection.add_remote_candidate(None)
        elif verb == "send":
            await self.connection.sendto(rest[1].encode("ascii"), int(rest[0]))
        else:
            say("error", "cannot", verb)


async def main():
    parser = argparse.ArgumentParser()
    for flag in ("controlling", "controlled", "offerer", "answerer", "full", "trickle", "relay-only", "lite", "aggressive", "mdns"):
        parser.add_argument("--" + flag, action="store_true")
    for value in ("stun", "turn", "user", "password"):
        parser.add_argument("--" + value)
    parser.add_argument("--components", type=int, default=1)
    options = parser.parse_args()
    if options.lite or options.aggressive or options.mdns:
        say("error", "aioice has no lite, aggressive or mdns mode")
        sys.exit(2)
    peer = Peer(options)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        line = (await reader.readline()).decode("ascii").strip()
        if not line or line == "close":
            break
        await peer.handle(line)
    for task in peer.tasks:
        task.cancel()
    await asyncio.wait_for(peer.connection.close(), 3)


asyncio.run(main())
