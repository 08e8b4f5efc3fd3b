"""A credential service for the local stack: keeps in memory what it is given, and gives it to the same user only.

    PUT /api/credentials/{id}    with X-User-ID and {"username","token"}
    GET /api/credentials/{id}    with X-User-ID
"""

import http.server
import json
import os

KEPT = {}


class Handler(http.server.BaseHTTPRequestHandler):
    """One request. Nothing of it is logged."""

    def do_GET(self):
        """Gives out a credential."""
        if self.path == "/health":
            return self.answer(200, {"status": "healthy"})
        found = KEPT.get((self.headers["X-User-ID"], self.path))
        return self.answer(200, found) if found else self.answer(404, {"title": "no such credential"})

    def do_PUT(self):
        """Takes a credential."""
        try:
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            kept = {"username": str(given["username"]), "token": str(given["token"])}
        except (TypeError, ValueError, KeyError):
            return self.answer(400, {"title": 'the body must be {"username","token"}'})
        if not self.headers["X-User-ID"] or not self.path.startswith("/api/credentials/"):
            return self.answer(400, {"title": "PUT /api/credentials/{id} with X-User-ID"})
        KEPT[self.headers["X-User-ID"], self.path] = kept
        return self.answer(200, {})

    def answer(self, status, body):
        """Sends a JSON answer."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format, *args):  # noqa: A002
        """Keeps quiet."""


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
