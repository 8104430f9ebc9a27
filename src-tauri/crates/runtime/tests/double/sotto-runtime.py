#!/usr/bin/env python3
"""Stands in for sotto-runtime where a test needs a process that can be killed.

Its environment is empty, so it is told what to do by files in its first models folder: `behaviour`
is read at each start; `processes`, `environment` and `socket` are written.
"""
import json
import os
import socketserver
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler


def after(name):
    return sys.argv[sys.argv.index(name) + 1]


FOLDER = after("--models")
SOCKET = after("--socket")
with open(os.path.join(FOLDER, "behaviour")) as file:
    BEHAVIOUR = file.read().strip()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/api/sotto/index":
            answer = {"entries": []}
        else:
            answer = {"models": [{"name": f"process-{os.getpid()}"}], "index_moved": True}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if BEHAVIOUR == "dies when asked":
            os._exit(134)
        if BEHAVIOUR == "loses its card" and "--without-devices" not in sys.argv:
            os._exit(71)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if request["messages"]:
            self.line({"message": {"role": "assistant", "content": "Hello"}, "done": False})
        while BEHAVIOUR == "never ends":
            self.line({"message": {"role": "assistant", "content": "…"}, "done": False})
            time.sleep(0.02)
        self.line({"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"})
        self.wfile.write(b"0\r\n\r\n")

    def line(self, value):
        data = json.dumps(value).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def lifeline():
    sys.stdin.buffer.read()
    if BEHAVIOUR != "does not end":
        os._exit(0)


def main():
    with open(os.path.join(FOLDER, "processes"), "a") as file:
        file.write(f"{os.getpid()}\n")
    with open(os.path.join(FOLDER, "environment"), "w") as file:
        json.dump({"arguments": sys.argv[1:], "variables": dict(os.environ), "group": os.getpgrp()}, file)
    if BEHAVIOUR == "ends at once":
        print("the library is missing", file=sys.stderr)
        sys.exit(3)
    if BEHAVIOUR == "cannot open its card" and "--without-devices" not in sys.argv:
        print("terminate called after throwing an instance of 'vk::DeviceLostError'", file=sys.stderr)
        sys.exit(71)
    threading.Thread(target=lifeline, daemon=True).start()
    if BEHAVIOUR == "says nothing":
        time.sleep(600)
    server = Server(SOCKET, Handler)
    with open(os.path.join(FOLDER, "socket"), "w") as file:
        file.write(SOCKET)
    print(f"listening {SOCKET}", flush=True)
    server.serve_forever()


main()
