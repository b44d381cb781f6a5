"""The box's requests to AWS, whose signatures no emulator checks: each must be the one that botocore makes."""

import contextlib
import io
import json
import os
import sys
import tempfile
import types
import unittest
import urllib.error
import urllib.parse
from pathlib import Path
from unittest import mock

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from user_data import files

KEYS = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "wJalr/XUtn+FEMI", "Token": "IQoJb3JpZ2lu+/=="}
STACK = {"AWS_REGION": "eu-central-1", "FILES_BUCKET": "stack-filesbucket-1abc"}
METADATA = "http://169.254.169.254/latest/"


class Aws:
    """Answers in the network's place, and keeps what it was asked."""

    def __init__(self, answer=b""):
        self.answer, self.asked = answer, []

    def open(self, request, timeout):
        assert timeout
        self.asked.append(request)
        return contextlib.closing(io.BytesIO(self.body(request)))

    def body(self, request):
        if not request.full_url.startswith(METADATA):
            return self.answer
        path = request.full_url.removeprefix(METADATA)
        if path == "api/token":
            assert request.get_method() == "PUT" and request.get_header("X-aws-ec2-metadata-token-ttl-seconds")
            return b"session"
        assert request.get_header("X-aws-ec2-metadata-token") == "session"
        return json.dumps(KEYS).encode() if path.endswith("/a-role") else b"a-role\n"


def run(arguments, aws, text="", environment=STACK):
    """What the program prints."""
    program = types.ModuleType("torrent2s3_aws")
    streams = types.SimpleNamespace(buffer=io.BytesIO(text.encode()), read=lambda: text)
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch("urllib.request.urlopen", aws.open),
        mock.patch.object(sys, "argv", ["torrent2s3-aws", *arguments]),
        mock.patch.object(sys, "stdin", streams),
        contextlib.redirect_stdout(io.StringIO()) as printed,
    ):
        program.__dict__["__name__"] = "__main__"
        exec(files()["/usr/local/sbin/torrent2s3-aws"], program.__dict__)
    return printed.getvalue()


class Requests(unittest.TestCase):
    def check(self, request, service, auth=SigV4Auth):
        """Botocore signs the same headers in the same second in the same way."""
        signed = request.get_header("Authorization")
        names = signed.split("SignedHeaders=")[1].split(",")[0].split(";")
        headers = {name: request.get_header(name.capitalize()) for name in names}
        now = headers.pop("x-amz-date")
        self.assertEqual(headers.pop("x-amz-security-token"), KEYS["Token"])
        again = AWSRequest(request.get_method(), request.full_url, headers, request.data)
        keys = Credentials(KEYS["AccessKeyId"], KEYS["SecretAccessKey"], KEYS["Token"])
        with mock.patch("botocore.auth.get_current_datetime") as clock:
            clock.return_value.strftime.return_value = now
            auth(keys, service, STACK["AWS_REGION"]).add_auth(again)
        self.assertEqual(again.headers["Authorization"], signed)

    def test_an_object_is_read(self):
        aws = Aws(b"\x00release")
        with tempfile.TemporaryDirectory() as folder:
            run(["get", "published/box/current", f"{folder}/current"], aws)
            self.assertEqual(Path(folder, "current").read_bytes(), b"\x00release")
            self.assertEqual(os.listdir(folder), ["current"])
        url = "https://stack-filesbucket-1abc.s3.eu-central-1.amazonaws.com/published/box/current"
        self.assertEqual(aws.asked[-1].full_url, url)
        self.check(aws.asked[-1], "s3", S3SigV4Auth)

    def test_an_object_is_written(self):
        aws = Aws()
        run(["put", "published/box/report.txt"], aws, "It is stuck: ä\n")
        self.assertEqual(aws.asked[-1].get_method(), "PUT")
        self.assertEqual(aws.asked[-1].data, "It is stuck: ä\n".encode())
        self.check(aws.asked[-1], "s3", S3SigV4Auth)

    def test_an_emulator_has_one_name_for_all_buckets(self):
        aws = Aws()
        run(["put", "key"], aws, "text", STACK | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"})
        self.assertEqual(aws.asked[-1].full_url, "http://127.0.0.1:4566/stack-filesbucket-1abc/key")
        self.check(aws.asked[-1], "s3", S3SigV4Auth)

    def test_a_secret_is_read(self):
        aws = Aws(json.dumps({"SecretString": 'p"\\$w'}).encode())
        self.assertEqual(run(["secret", "arn:aws:secretsmanager:eu-central-1:1:secret:a"], aws), 'p"\\$w\n')
        self.assertEqual(aws.asked[-1].full_url, "https://secretsmanager.eu-central-1.amazonaws.com/")
        self.check(aws.asked[-1], "secretsmanager")

    def test_the_owner_is_told(self):
        aws = Aws()
        run(["publish", "arn:aws:sns:eu-central-1:1:topic", "The box is not ready"], aws, "a=b&c\n")
        self.assertEqual(aws.asked[-1].full_url, "https://sns.eu-central-1.amazonaws.com/")
        form = urllib.parse.parse_qs(aws.asked[-1].data.decode())
        self.assertEqual(form["Message"], ["a=b&c\n"])
        self.check(aws.asked[-1], "sns")

    def test_a_refusal_is_an_error_with_its_reason(self):
        aws = Aws()
        refusal = urllib.error.HTTPError("https://s3/", 403, "Forbidden", {}, io.BytesIO(b"<Code>AccessDenied</Code>"))

        def refuse(request, timeout):
            if request.full_url.startswith(METADATA):
                return Aws.open(aws, request, timeout)
            raise refusal

        aws.open = refuse
        with self.assertRaises(SystemExit) as ended:
            run(["get", "published/box/current", "/nonexistent/file"], aws)
        self.assertIn("AccessDenied", str(ended.exception.code))


if __name__ == "__main__":
    unittest.main()
