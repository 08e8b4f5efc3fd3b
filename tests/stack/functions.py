"""The functions: which there are, how they are built, and what of them is deployed locally.

Every folder of functions/ is one function, its name the name of the binary. A built binary is staged as
`target/stack/<profile>/<slug>/bootstrap`; what goes to the emulator is a script that starts it, so that a deployment of 28
functions is a matter of kilobytes. `template.local.yaml` names the same folders for `sam local invoke`.
"""

import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE_URI = re.compile(r"^(\s*CodeUri: )functions/([a-z-]+)\s*$", re.MULTILINE)


def slugs():
    """Every function, in the order of the folders."""
    return sorted(path.parent.name for path in ROOT.glob("functions/*/Cargo.toml"))


def resource(slug):
    """The function's resource in the template."""
    return "".join(word.capitalize() for word in slug.split("-")) + "Function"


def target_directory():
    """Where cargo puts what it builds."""
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


def build(profile):
    """Builds all functions at once, with the features that the tests are built with: what is compiled serves both."""
    subprocess.run(["cargo", "build", "--profile", profile, "--workspace", "--bins"], cwd=ROOT, check=True)


def staged(profile, slug):
    """The folder that is deployed for a function."""
    return (target_directory() / "stack" / profile / slug).resolve()


def stage(profile):
    """Copies the binaries that are newer than their copy, without debugging information."""
    built = target_directory() / ("debug" if profile == "dev" else profile)
    for slug in slugs():
        source, copy = built / slug, staged(profile, slug) / "bootstrap"
        if not source.is_file():
            raise SystemExit(f"{source} is not built; leave out --no-build")
        if copy.is_file() and copy.stat().st_mtime_ns == source.stat().st_mtime_ns:
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        fresh = copy.with_name(f"bootstrap.{os.getpid()}")
        if shutil.which("strip"):
            subprocess.run(["strip", "--strip-debug", "-o", fresh, source], check=True)
        else:
            shutil.copyfile(source, fresh)
        fresh.chmod(0o755)
        status = source.stat()
        os.utime(fresh, ns=(status.st_atime_ns, status.st_mtime_ns))
        fresh.replace(copy)


def package(profile, slug):
    """The deployment package of a staged function. It changes when the binary does."""
    binary = staged(profile, slug) / "bootstrap"
    status = binary.stat()
    script = f"#!/bin/sh\n# {status.st_size} bytes of {status.st_mtime_ns}\nexec '{binary}'\n"
    entry = zipfile.ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(entry, script)
    return archive.getvalue()


def digest(data):
    """A name for the content."""
    return hashlib.sha256(data).hexdigest()


def template(code_uri):
    """`template.yaml` as it is, but for each function's CodeUri, which `code_uri` makes from the slug."""
    text = (ROOT / "template.yaml").read_text()
    text, count = CODE_URI.subn(lambda found: found[1] + code_uri(found[2]), text)
    if count != len(slugs()):
        raise SystemExit(f"template.yaml has {count} functions, functions/ has {len(slugs())}")
    return text


def architecture():
    """What this machine builds for, as Lambda calls it."""
    return "arm64" if os.uname().machine == "aarch64" else "x86_64"


def write_local_template(profile, directory):
    """The template for `sam local invoke`: CodeUri names the staged folders, and the architecture is this machine's.

    AWS_ENDPOINT_URL is declared, because SAM sets only variables that the template declares.
    """
    text = template(lambda slug: str(staged(profile, slug)))
    text = text.replace("Default: arm64", f"Default: {architecture()}")
    globals_ = "  Function:\n"
    text = text.replace(globals_, globals_ + '    Environment: { Variables: { AWS_ENDPOINT_URL: "" } }\n', 1)
    text = re.sub(r"^\s*Metadata: \{ BuildMethod: .*\}\n", "", text, flags=re.MULTILINE)
    (directory / "template.local.yaml").write_text(text)
