"""An S3-compatible store for tests: moto's, with keys that are checked, on a port that the system chooses.

object-store.py FILE writes "PORT KEY SECRET" to FILE as soon as it serves. While FILE.full exists, it answers as a store
without room does; while FILE.away exists, as one that is overloaded; while FILE.wrong exists, with other bytes; while
FILE.unlisted exists, it refuses to list uploads, as moto before 5.2.5 does for a prefix with a slash (it checks the
signature of the decoded query). Ends with its standard input.
"""

import os
import sys
import threading
from urllib.request import Request, urlopen

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

place = sys.argv[1]
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    os.environ[name] = "setup"
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"
moto = DomainDispatcherApplication(create_backend_app)


def refuse(start, status, code):
    body = f"<Error><Code>{code}</Code><Message>made by the test</Message></Error>".encode()
    start(status, [("Content-Length", str(len(body)))])
    return [body]


def application(environ, start):
    if os.path.exists(place + ".away"):
        return refuse(start, "503 Slow Down", "SlowDown")
    is_content = environ["REQUEST_METHOD"] in ("PUT", "POST") and "moto-api" not in environ["PATH_INFO"]
    if is_content and os.path.exists(place + ".full"):
        return refuse(start, "507 Insufficient Storage", "XMinioStorageFull")
    if os.path.exists(place + ".unlisted") and "uploads=" in environ["QUERY_STRING"] and not is_content:
        return refuse(start, "403 Forbidden", "SignatureDoesNotMatch")
    answer = moto(environ, start)
    if environ["REQUEST_METHOD"] == "GET" and os.path.exists(place + ".wrong"):
        return [bytes(byte ^ 1 for byte in part) for part in answer]
    return answer


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass


server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
store = f"http://127.0.0.1:{server.server_port}"


def client(service):
    return boto3.client(service, endpoint_url=store)


client("s3").create_bucket(Bucket="files")
identity = client("iam")
identity.create_user(UserName="gyrus")
policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
identity.put_user_policy(UserName="gyrus", PolicyName="files", PolicyDocument=policy)
key = identity.create_access_key(UserName="gyrus")["AccessKey"]
# From now on moto checks the signature of every request.
urlopen(Request(store + "/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})).read()
with open(place + ".new", "w") as file:
    file.write(f"{server.server_port} {key['AccessKeyId']} {key['SecretAccessKey']}")
os.rename(place + ".new", place)
sys.stdin.read()
