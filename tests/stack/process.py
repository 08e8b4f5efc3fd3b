"""A process of the local stack: started detached, found again by its pid file, stopped with everything that it started."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

START_SECONDS = 60


class Process:
    """One Python program of this folder that listens on a port of the loopback address."""

    def __init__(self, script, directory, port, health):
        self.script = pathlib.Path(__file__).with_name(script)
        self.port, self.health = port, health
        self.url = f"http://127.0.0.1:{port}"
        name = self.script.stem
        self.log, self.pid_file = directory / f"{name}.log", directory / f"{name}.pid"

    def pid(self):
        """The running process's id, or None. A pid file that outlived its process does not count."""
        try:
            pid = int(self.pid_file.read_text())
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if str(self.script).encode() in words else None

    def start(self, environment):
        """Starts it unless it runs, with this environment and no other, and waits until it answers."""
        if self.pid():
            return
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise SystemExit(f"port {self.port} is taken by another program; choose one with --port")
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, str(self.script)],
                cwd=self.log.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid_file.write_text(str(process.pid))
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.script.name} did not start; see {self.log}")
            time.sleep(0.05)

    def answers(self):
        """Whether it takes requests."""
        try:
            with urllib.request.urlopen(self.url + self.health, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def stop(self):
        """Stops it and all that it started, which is one process group. Tells whether it ran."""
        pid = self.pid()
        if pid:
            for sent, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
                try:
                    os.killpg(pid, sent)
                except ProcessLookupError:
                    break
                if gone(pid, patience):
                    break
        self.pid_file.unlink(missing_ok=True)
        return pid is not None


def gone(group, patience):
    """Whether the whole process group ended within `patience` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            os.waitpid(group, os.WNOHANG)
        except ChildProcessError:
            pass
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
