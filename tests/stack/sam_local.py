#!/usr/bin/env python3
"""`sam local invoke` of functions with their events, in a container, against the local stack.

Run by `make sam-local` (and `make test`) under `stack.py run`. AWS's base image may not be had everywhere, so a small one is
made of this machine's C library; where no container engine can be started, the tests say so and are skipped.
"""

import contextlib
import io
import ipaddress
import json
import os
import pathlib
import shutil
import socket
import socketserver
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import unittest

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGE = "local/lambda-provided:al2023"
COMMANDS = ("sh", "mv", "chmod", "mkdir", "ls", "cat")
LIBRARIES = ("libc.so.6", "libm.so.6", "libgcc_s.so.1", "libresolv.so.2", "libnss_files.so.2", "libnss_dns.so.2")
START_SECONDS = 30


def engine_answers(address):
    """Whether a container engine takes requests there."""
    if not shutil.which("docker"):
        return False
    asked = subprocess.run(["docker", "-H", address, "version"], capture_output=True, check=False)
    return asked.returncode == 0


@contextlib.contextmanager
def engine():
    """A container engine of our own, on a socket of its own; gives its address."""
    if not shutil.which("dockerd") or os.geteuid() != 0:
        raise unittest.SkipTest("no container engine: install docker.io and run as root")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="engine-"))
    address = f"unix://{folder}/socket"
    flags = ["--iptables=false", "--ip6tables=false", "--pidfile", folder / "pid"]
    places = ["--data-root", folder / "data", "--exec-root", folder / "exec", "--host", address]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["dockerd", *places, *flags], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not engine_answers(address):
            if process.poll() is not None or time.monotonic() > deadline:
                tail = (folder / "log").read_text(errors="replace")[-400:]
                raise unittest.SkipTest(f"the container engine does not start here: {tail}")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def gateway(docker):
    """The address under which containers see this machine."""
    asked = subprocess.run([*docker, "network", "inspect", "bridge"], capture_output=True, check=True)
    settings = json.loads(asked.stdout)[0]["IPAM"]["Config"][0]
    network = ipaddress.ip_network(settings["Subnet"])
    return settings.get("Gateway") or str(next(network.hosts()))


class Forwarder(socketserver.ThreadingTCPServer):
    """Hands what containers send to a port of the bridge on to the emulator, which listens on the loopback address alone."""

    allow_reuse_address = daemon_threads = True

    class Handler(socketserver.BaseRequestHandler):
        """One connection."""

        def handle(self):
            """Copies both ways until either side ends."""
            with socket.create_connection(self.server.target) as other:
                back = threading.Thread(target=copy, args=(other, self.request), daemon=True)
                back.start()
                copy(self.request, other)
                back.join()

    def __init__(self, address, target):
        self.target = target
        super().__init__(address, self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def copy(source, sink):
    """Copies until the source ends, and tells the sink."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def library(name):
    """The file of a library of this machine, None if there is none."""
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    found = (line.rpartition(" => ")[2] for line in known.splitlines() if line.split(" ")[0].strip() == name)
    return next(found, None)


def root_file_system(binary):
    """A tar archive of what a function needs: its C library where it looks for it, and a shell for SAM's own steps."""
    busybox = shutil.which("busybox")
    if not busybox or subprocess.run(["ldd", busybox], capture_output=True, check=False).returncode == 0:
        raise unittest.SkipTest("no busybox-static to make an image of")
    linked = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    files = {word for line in linked.splitlines() for word in line.split() if word.startswith("/")}
    files |= {path for path in map(library, LIBRARIES) if path}
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    if os.path.exists(certificates):
        files.add(certificates)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", dereference=True) as packed:
        packed.add(busybox, "bin/busybox")
        for file in sorted(files):
            packed.add(file, file.lstrip("/"))
        for command in COMMANDS:
            link = tarfile.TarInfo(f"bin/{command}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            packed.addfile(link)
        for folder in ("tmp", "var/task", "var/runtime", "var/rapid"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            packed.addfile(entry)
    return archive.getvalue()


class SamLocal(unittest.TestCase):
    """Each test invokes one function as `sam local invoke` does on a developer's machine."""

    @classmethod
    def setUpClass(cls):
        cls.stack = json.loads(pathlib.Path(os.environ["DEPLOYGUARD_TEST_STACK"]).read_text())
        cls.directory = pathlib.Path(cls.stack["directory"])
        cls.address = cls.enterClassContext(engine())
        docker = ["docker", "-H", cls.address]
        image = root_file_system(cls.binary())
        subprocess.run([*docker, "import", "-", IMAGE], input=image, check=True, capture_output=True)
        port = int(cls.stack["endpoint"].rpartition(":")[2])
        bridge = gateway(docker)
        forwarder = Forwarder((bridge, 0), ("127.0.0.1", port))
        cls.addClassCleanup(forwarder.server_close)
        cls.addClassCleanup(forwarder.shutdown)
        cls.write_environment(f"http://{bridge}:{forwarder.server_address[1]}")

    @classmethod
    def binary(cls):
        """A staged function, to see what functions are linked with."""
        template = (cls.directory / "template.local.yaml").read_text()
        return template.partition("CodeUri: ")[2].split()[0] + "/bootstrap"

    @classmethod
    def write_environment(cls, endpoint):
        """What the deployed functions are told, for SAM: locally, references have no values."""
        stack = cls.stack
        client = boto3.client(
            "lambda",
            endpoint_url=stack["endpoint"],
            region_name=stack["region"],
            aws_access_key_id=stack["account"],
            aws_secret_access_key="test",
        )
        environments = {}
        for slug, name in stack["functions"].items():
            told = client.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables", {})
            environments[resource(slug)] = {**told, "AWS_ENDPOINT_URL": endpoint}
        (cls.directory / "environment.json").write_text(json.dumps(environments))

    def invoke(self, slug):
        """Invokes a function with its event; gives what it answers."""
        arguments = [
            pathlib.Path(sys.executable).with_name("sam"),
            "local",
            "invoke",
            resource(slug),
            *("--template", self.directory / "template.local.yaml"),
            *("--event", ROOT / "events" / f"{slug}.json"),
            *("--env-vars", self.directory / "environment.json"),
            *("--invoke-image", IMAGE),
            "--skip-pull-image",
        ]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "DOCKER_HOST": self.address,
            "SAM_CLI_TELEMETRY": "0",
            "AWS_DEFAULT_REGION": self.stack["region"],
            "AWS_ACCESS_KEY_ID": self.stack["account"],
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        done = subprocess.run(arguments, env=environment, capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.strip(), done.stderr)
        answer = json.loads(done.stdout.strip().splitlines()[-1])
        self.assertNotIn("errorType", answer, done.stderr)
        self.log = done.stderr
        return answer

    def test_health_is_answered(self):
        answer = self.invoke("api-health-live")
        self.assertEqual(answer["statusCode"], 200)
        self.assertEqual(json.loads(answer["body"])["status"], "healthy")

    def test_a_job_is_created_in_the_stack(self):
        answer = self.invoke("api-jobs-create")
        self.assertEqual(answer["statusCode"], 201, self.log)
        self.assertEqual(json.loads(answer["body"])["status"], "pending")

    def test_a_stage_is_done_with_a_job_that_is_gone(self):
        answer = self.invoke("stage-scan")
        self.assertEqual(answer, {"batchItemFailures": []}, self.log)

    def test_the_sweeper_sweeps(self):
        self.invoke("cron-expire")


def resource(slug):
    """The function's resource in the template."""
    return "".join(word.capitalize() for word in slug.split("-")) + "Function"


if __name__ == "__main__":
    unittest.main(verbosity=2)
