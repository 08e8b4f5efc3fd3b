#!/usr/bin/env python3
"""Measures functions from their start to their first answer, and prints a Markdown table.

    cargo build --release -p api-jobs-create -p api-secrets-select && python3 tests/bench/cold.py [--runs 40]

This program is the runtime's side of Lambda: it starts the binary, gives it one request, and takes its answer. The requests are
refused before anything outside is touched, so that the figures are those of program, libraries and handler alone. The functions
take turns; the first round, in which the files come from the disk, is left out.
"""
import argparse, http.server, json, os, pathlib, socket, statistics, subprocess, threading, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
POLICY = {"source_platform": "github", "source_url": "https://github.com/a/b", "policy": {"only_rules": ["no-such-rule"]}}
CASES = [
    ("api-secrets-select", "from nobody", 401, None),
    ("api-jobs-create", "from nobody", 401, None),
    ("api-jobs-create", "without a source", 422, {}),
    ("api-jobs-create", "with a policy, which is looked at", 422, POLICY),
]


class Runtime(http.server.BaseHTTPRequestHandler):
    """Lambda's Runtime API: one event, one answer."""

    protocol_version = "HTTP/1.1"

    def setup(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().setup()

    def do_GET(self):
        state = self.server.state
        if state["given"]:
            self.server.over.wait()  # there is no second event
            return
        state["given"] = True
        self.reply(200, state["event"], {"Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + 30000)})

    def do_POST(self):
        answer = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.state["at"] = time.perf_counter()
        self.server.state["answer"] = answer
        self.server.state["done"].set()
        self.reply(202, b"{}", {})

    def reply(self, status, body, headers):
        self.send_response(status)
        request = {"Lambda-Runtime-Aws-Request-Id": "r", "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:x:0:function:f"}
        for name, value in {**request, **headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except ConnectionError:
            pass  # the function was ended


def environment(address):
    """What a function is given in the template, as far as it is read at the start."""
    queues = {f"QUEUE_URL_{stage}": "http://127.0.0.1:9/q" for stage in ["FETCH", "SCAN", "REPORT", "CLEAN", "PUSH"]}
    aws = {"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    of_lambda = {"AWS_LAMBDA_RUNTIME_API": address, "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_VERSION": "1"}
    return {**aws, **of_lambda, **queues, "TABLE_NAME": "t", "PATH": os.environ["PATH"]}


def request(slug, body):
    """The function's event with another body, or from nobody. A key against repetitions would be looked up."""
    event = json.loads((ROOT / "events" / f"{slug}.json").read_text())
    event["headers"].pop("idempotency-key", None)
    if body is None:
        del event["requestContext"]["authorizer"]
    else:
        event["body"], event["isBase64Encoded"] = json.dumps(body), False
    return json.dumps(event).encode()


def start(binary, event):
    """Milliseconds from the start to the first answer, and its status."""
    state = {"given": False, "event": event, "done": threading.Event()}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Runtime)
    server.daemon_threads, server.state, server.over = True, state, threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    begun = time.perf_counter()
    process = subprocess.Popen([binary], env=environment(f"127.0.0.1:{server.server_port}"), stdout=subprocess.DEVNULL)
    answered = state["done"].wait(30)
    process.kill()
    process.wait()
    server.shutdown()
    server.server_close()
    if not answered:
        raise SystemExit(f"{binary} did not answer")
    return (state["at"] - begun) * 1000, json.loads(state["answer"])["statusCode"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    folder = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"
    times = [[] for _ in CASES]
    for _ in range(runs + 1):
        for (slug, _, wanted, body), taken in zip(CASES, times):
            milliseconds, status = start(folder / slug, request(slug, body))
            if status != wanted:
                raise SystemExit(f"{slug} answered {status}")
            taken.append(milliseconds)
    print("| function | request | binary | to the first answer, median | the fastest |\n| --- | --- | --- | --- | --- |")
    for (slug, what, _, _), taken in zip(CASES, times):
        size = (folder / slug).stat().st_size / 1e6
        print(f"| {slug} | {what} | {size:.1f} MB | {statistics.median(taken[1:]):.1f} ms | {min(taken[1:]):.1f} ms |")


if __name__ == "__main__":
    main()
