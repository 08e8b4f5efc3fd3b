#!/usr/bin/env python3
"""The whole service on this machine: `up` builds the functions, starts the emulator and deploys template.yaml; `down` stops it.

`up` may be said again at any time: it deploys what has changed. `run -- COMMAND` brings up a stack of its own on free ports,
runs the command with DEPLOYGUARD_TEST_ENDPOINT and DEPLOYGUARD_TEST_STACK (the path of stack.json) set, and takes it down.
Several stacks live beside each other, each with its own --dir and --port. What a client needs stands in <dir>/stack.json.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

import functions
from deploy import Cloud
from process import Process, free_port

DEVELOPMENT = {"AllowPrivateRemotes": "true", "LogRetentionDays": "1"}


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="run takes its command after --")
    parser.add_argument("verb", choices=["up", "down", "status", "logs", "run"])
    parser.add_argument("--dir", type=pathlib.Path, default=functions.ROOT / ".stack", help="the stack's files (.stack)")
    parser.add_argument("--port", type=int, default=4566, help="the emulator's port (4566)")
    parser.add_argument("--account", default="000000000000", help="twelve digits: the account, and its access key")
    parser.add_argument("--region", default="eu-central-1")
    parser.add_argument("--profile", choices=["dev", "release"], default="dev", help="how the functions are built (dev)")
    parser.add_argument("--no-build", action="store_true", help="deploy the functions as they were last built")
    parser.add_argument("--no-iam", action="store_true", help="do not enforce the functions' policies")
    parser.add_argument(
        "--auth-service-url",
        default=os.environ.get("AUTH_SERVICE_URL"),
        help="the credential service (AUTH_SERVICE_URL; by default the stack starts a small one)",
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the template; may be repeated"
    )
    words = sys.argv[1:]
    end = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:end])
    options.command = words[end + 1 :]
    options.credentials_port = options.port + 1
    return options


class Stack:
    """One local stack: a folder, an emulator, a credential service."""

    def __init__(self, options):
        self.options = options
        self.directory = options.dir.resolve()
        self.file = self.directory / "stack.json"
        self.emulator = Process("emulator.py", self.directory, options.port, "/_ministack/health")
        self.credentials = Process("credentials.py", self.directory, options.credentials_port, "/health")
        self.cloud = Cloud(self.emulator.url, options.account, options.region)

    def emulator_environment(self):
        """All that the emulator, and with it every function, sees: of the caller's environment nothing but the path."""
        temporary = self.directory / "tmp"
        temporary.mkdir(exist_ok=True)
        options = self.options
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(temporary),
            "TMPDIR": str(temporary),
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(options.port),
            "AUTH": "false" if options.no_iam else "true",
            "AWS_ENDPOINT_URL": self.emulator.url,
            "AWS_REGION": options.region,
            "AWS_DEFAULT_REGION": options.region,
            "MINISTACK_REGION": options.region,
            "AWS_ACCESS_KEY_ID": options.account,
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def auth_service_url(self):
        """The credential service that the functions ask; starts the small one if none is named."""
        if not self.options.auth_service_url:
            self.credentials.start({"PORT": str(self.credentials.port)})
        return self.options.auth_service_url or self.credentials.url

    def parameters(self):
        """The template's parameters: for development, then what the command line says."""
        values = {**DEVELOPMENT, "Architecture": functions.architecture(), "AuthServiceUrl": self.auth_service_url()}
        for setting in self.options.set:
            name, _, value = setting.partition("=")
            values[name] = value
        return values

    def up(self):
        """Builds, starts, deploys, and writes down where everything is."""
        if not self.options.no_build:
            functions.build(self.options.profile)
        self.directory.mkdir(parents=True, exist_ok=True)
        functions.stage(self.options.profile)
        functions.write_local_template(self.options.profile, self.directory)
        self.emulator.start(self.emulator_environment())
        parameters = self.parameters()
        self.cloud.deploy(self.options.profile, parameters)
        described = {
            **self.cloud.describe(),
            "auth_service_url": parameters["AuthServiceUrl"],
            "pid": self.emulator.pid(),
            "directory": str(self.directory),
        }
        self.file.touch(mode=0o600)
        self.file.write_text(json.dumps(described, indent=2) + "\n")
        return described

    def down(self):
        """Stops what runs. Tells whether anything did."""
        ran = [process.stop() for process in (self.emulator, self.credentials)]
        shutil.rmtree(self.directory / "tmp", ignore_errors=True)
        return any(ran)

    def run(self, command):
        """Runs a command against this stack, which is taken down whatever comes of it."""
        try:
            self.up()
            found = {"DEPLOYGUARD_TEST_ENDPOINT": self.emulator.url, "DEPLOYGUARD_TEST_STACK": str(self.file)}
            code = subprocess.run(command, env={**os.environ, **found}, check=False).returncode
        finally:
            self.down()
        if code == 0:
            shutil.rmtree(self.directory)
        else:
            print(f"the emulator's log: {self.emulator.log}", file=sys.stderr)
        return code


def show(stack):
    """Prints what a person wants to know of a running stack."""
    authorized = f"-H 'X-User-ID: me' -H 'X-Gateway-Secret: {stack['gateway_secret']}'"
    print(
        f"DeployGuard runs on this machine.\n\n"
        f"  API             {stack['api_url']}/api/v2\n"
        f"  gateway secret  {stack['gateway_secret']}\n"
        f"  credentials     {stack['auth_service_url']}/api/credentials\n"
        f"  table           {stack['table']}\n"
        f"  bucket          {stack['bucket']}\n"
        f"  AWS endpoint    {stack['endpoint']}  (region {stack['region']}, access key {stack['account']})\n"
        f"  all of it       {stack['directory']}/stack.json\n\n"
        f"Try: curl {authorized} '{stack['api_url']}/api/v2/jobs'"
    )


def main():
    """Does what the command line says."""
    options = arguments()
    if options.verb == "run":
        options.port, options.credentials_port = free_port(), free_port()
        if options.dir == functions.ROOT / ".stack":
            options.dir = options.dir / f"run-{options.port}"
    elif options.verb in ("status", "logs") and (options.dir / "stack.json").is_file():
        options.port = int(json.loads((options.dir / "stack.json").read_text())["endpoint"].rpartition(":")[2])
    stack = Stack(options)
    if options.verb == "up":
        show(stack.up())
    elif options.verb == "down":
        print("stopped" if stack.down() else "was not running")
    elif options.verb == "run":
        raise SystemExit(stack.run(options.command))
    elif not stack.emulator.pid():
        raise SystemExit("stopped")
    elif options.verb == "status":
        print(f"running at {stack.emulator.url}, process {stack.emulator.pid()}; the stack: {stack.cloud.status()}")
    else:
        for line in stack.cloud.log_lines(json.loads(stack.file.read_text())["log_group"]):
            print(line)


if __name__ == "__main__":
    main()
