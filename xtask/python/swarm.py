"""A swarm on loopback: one HTTP tracker and one libtorrent client that seeds.

Reads one JSON object per line from standard input, answers each with one line on standard output:
{"ok": {...}} or {"error": "..."}; the first line comes unasked, when all is ready. Ends when standard
input ends.

usage: swarm.py PORT-OF-THE-SEEDER
"""

import json
import os
import socket
import struct
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import libtorrent as lt

# Short, so that a client that asked too early soon asks again.
INTERVAL_SECONDS = 5
FORMATS = {
    "v1": lt.create_torrent.v1_only,
    "v2": lt.create_torrent.v2_only,
    "hybrid": 0,
}


class Tracker(ThreadingHTTPServer):
    """BEP 3 with compact peers (BEP 23); remembers whoever announced and has not said "stopped"."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Announce)
        self.lock = threading.Lock()
        self.peers = {}

    def url(self):
        # libtorrent talks to trackers on loopback only if the path is /announce.
        return f"http://127.0.0.1:{self.server_port}/announce"

    def add(self, infohash, peer):
        with self.lock:
            self.peers.setdefault(infohash, set()).add(peer)

    def announce(self, infohash, peer, event):
        with self.lock:
            known = self.peers.get(infohash)
            if known is None:
                return None
            others = known - {peer}
            known.discard(peer) if event == "stopped" else known.add(peer)
            return others


class Announce(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query, encoding="latin-1", keep_blank_values=True)
        try:
            infohash = query["info_hash"][0].encode("latin-1")
            peer = (self.client_address[0], int(query["port"][0]))
        except (KeyError, ValueError):
            return self.send(400, {b"failure reason": b"info_hash and port are needed"})
        if url.path != "/announce":
            return self.send(404, {b"failure reason": b"the path is /announce"})
        peers = self.server.announce(infohash, peer, query.get("event", [""])[0])
        if peers is None:
            return self.send(200, {b"failure reason": b"this tracker does not know the torrent"})
        compact = b"".join(socket.inet_aton(ip) + struct.pack(">H", port) for ip, port in peers)
        self.send(200, {b"interval": INTERVAL_SECONDS, b"min interval": 1, b"peers": compact})

    def send(self, status, answer):
        body = lt.bencode(answer)
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):
        print("tracker:", format % args, file=sys.stderr, flush=True)


class Swarm:
    def __init__(self, port):
        self.tracker = Tracker()
        threading.Thread(target=self.tracker.serve_forever, daemon=True).start()
        self.peer = ("127.0.0.1", port)
        self.session = lt.session({
            "listen_interfaces": f"127.0.0.1:{port}",
            "outgoing_interfaces": "127.0.0.1",
            "enable_dht": False,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "allow_multiple_connections_per_ip": True,
            "active_limit": -1,
            "active_seeds": -1,
            "unchoke_slots_limit": -1,
            # It comes back to a client that went away. The defaults, minutes, are for swarms with more than one peer.
            "min_announce_interval": INTERVAL_SECONDS,
            "min_reconnect_time": 1,
            "alert_mask": lt.alert.category_t.error_notification,
        })
        # Wait for the socket: a client that is refused once does not come back for a while.
        for _ in range(100):
            if self.session.listen_port() == port:
                return
            self.session.wait_for_alert(100)
        raise RuntimeError(f"libtorrent does not listen on port {port}")

    def seed(self, content, torrent, version, private, piece_size, upload_limit):
        content = os.path.abspath(content)
        folder = os.path.dirname(content)
        files = lt.file_storage()
        lt.add_files(files, content)
        if files.num_files() == 0:
            raise ValueError(f"nothing to seed in {content}")
        creator = lt.create_torrent(files, piece_size or 0, FORMATS[version])
        creator.add_tracker(self.tracker.url())
        creator.set_priv(private)
        lt.set_piece_hashes(creator, folder)
        with open(torrent, "wb") as file:
            file.write(lt.bencode(creator.generate()))

        info = lt.torrent_info(torrent)
        hashes = info.info_hashes()
        params = lt.add_torrent_params()
        params.ti = info
        params.save_path = folder
        # Just hashed: no second reading.
        params.flags |= lt.torrent_flags.seed_mode
        params.flags &= ~(lt.torrent_flags.paused | lt.torrent_flags.auto_managed)
        handle = self.session.add_torrent(params)
        handle.set_upload_limit(upload_limit or -1)
        # Known to the tracker from now on, so that no client can ask before the seeder has announced.
        for infohash in {hashes.v1.to_bytes(), hashes.v2.to_bytes()[:20]}:
            self.tracker.add(infohash, self.peer)
        return {
            "torrent_path": os.path.abspath(torrent),
            "infohash": str(hashes.v1) if hashes.has_v1() else None,
            "infohash_v2": str(hashes.v2) if hashes.has_v2() else None,
            "magnet": self.magnet(info, hashes),
            "size_bytes": sum(
                files.file_size(i) for i in range(files.num_files())
                if not files.file_flags(i) & lt.file_flags_t.flag_pad_file
            ),
        }

    def magnet(self, info, hashes):
        topics = []
        if hashes.has_v1():
            topics.append(f"xt=urn:btih:{hashes.v1}")
        if hashes.has_v2():
            # A multihash: 0x12 SHA2-256, 0x20 bytes (BEP 52).
            topics.append(f"xt=urn:btmh:1220{hashes.v2}")
        quote = lambda text: urllib.parse.quote(text, safe="")
        rest = [
            f"dn={quote(info.name())}",
            f"tr={quote(self.tracker.url())}",
            f"x.pe={self.peer[0]}:{self.peer[1]}",
        ]
        return "magnet:?" + "&".join(topics + rest)


def main():
    def answer(message):
        print(json.dumps(message), flush=True)

    swarm = Swarm(int(sys.argv[1]))
    answer({"ok": {"tracker": swarm.tracker.url(), "peer": "{}:{}".format(*swarm.peer)}})
    for line in sys.stdin:
        try:
            answer({"ok": swarm.seed(**json.loads(line))})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})


main()
