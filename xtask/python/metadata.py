"""The part of EC2's metadata service (version 2) that a box asks, and files: metadata.py PORT FILES

The credentials are those of its own environment. What lies in the folder FILES is under /files/.
"""

import json
import os
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

PORT, FILES = int(sys.argv[1]), sys.argv[2]
TOKEN = "a token of the session"
ROLES = "/latest/meta-data/iam/security-credentials/"
CREDENTIALS = {
    "Code": "Success",
    "Type": "AWS-HMAC",
    "LastUpdated": "2026-01-01T00:00:00Z",
    "Expiration": "2099-01-01T00:00:00Z",
    "AccessKeyId": os.environ["AWS_ACCESS_KEY_ID"],
    "SecretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"],
    "Token": os.environ["AWS_SESSION_TOKEN"],
}


class Service(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=FILES)

    def answer(self, status, text=""):
        self.send_response(status)
        self.send_header("content-length", len(text.encode()))
        # The SDK reads it again.
        self.send_header("x-aws-ec2-metadata-token-ttl-seconds", "21600")
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        is_token = self.path == "/latest/api/token" and self.headers["x-aws-ec2-metadata-token-ttl-seconds"]
        self.answer(200, TOKEN) if is_token else self.answer(400)

    def do_GET(self):
        if self.path.startswith("/files/"):
            self.path = self.path.removeprefix("/files")
            super().do_GET()
        elif self.headers["x-aws-ec2-metadata-token"] != TOKEN:
            self.answer(401)
        elif self.path == ROLES:
            self.answer(200, "box")
        elif self.path == f"{ROLES}box":
            self.answer(200, json.dumps(CREDENTIALS))
        else:
            self.answer(404)

    def log_message(self, text, *values):
        print(self.headers.get("user-agent"), text % values, flush=True)


ThreadingHTTPServer(("127.0.0.1", PORT), Service).serve_forever()
