#!/usr/bin/env python3
"""Measures `deployguard` against its peers, in turn, on real repositories, and prints Markdown tables.

    make bench-scan REPO="one.git two.git"     or     python3 tests/bench/bench.py REPO...

CPU is user + system time of the whole process tree, memory the largest resident set of one process (both as the kernel
accounts for finished children). Scans run once to warm up and then RUNS times, the tools in turn, cleans RUNS times; figures are medians.
Compare only figures of one run. Peers that are not installed are left out and named.
"""
import argparse, json, os, pathlib, resource, shutil, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/release/deployguard"


def measure(command, cwd=None, ok=(0,)):
    """Runs a command to its end; gives CPU seconds, wall seconds and peak memory in MB."""
    read, write = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if child == 0:  # a process of its own, so that getrusage(CHILDREN) is this command's alone
        os.close(read)
        done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=clean_environment())
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        tail = done.stderr[-400:].decode(errors="replace")
        os.write(write, json.dumps([done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, tail]).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        code, cpu, memory, tail = json.loads(pipe.read())
    os.waitpid(child, 0)
    if code not in ok:
        raise SystemExit(f"{command[0]} ended with {code}: {tail}")
    return cpu, time.monotonic() - start, memory


def clean_environment():
    """No user configuration, no colours, no network."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**keep, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "NO_COLOR": "1"}


def medians(rows):
    return [statistics.median(column) for column in zip(*rows)]


def table(title, rows, baseline):
    """`rows`: name -> (cpu, wall, MB). Ratios are CPU against `baseline`."""
    print(f"\n### {title}\n\n| command | CPU s | wall s | peak MB | CPU, {baseline} = 1 |\n| --- | --- | --- | --- | --- |")
    for name, (cpu, wall, memory) in rows.items():
        print(f"| {name} | {cpu:.2f} | {wall:.2f} | {memory:.0f} | {cpu / rows[baseline][0]:.2f} |")


def find(tool):
    beside = pathlib.Path(sys.executable).with_name(tool)
    return str(beside) if beside.exists() else shutil.which(tool)


def gitleaks():
    """The real one: Betterleaks installs a program of that name, too."""
    program = find("gitleaks")
    told = subprocess.run([program, "version"], capture_output=True, text=True).stdout if program else ""
    return program if told.lstrip("v").startswith("8.") else None


def kingfisher(repo):
    return [find("kingfisher"), "scan", "--no-validate", "--no-update-check", "--git-history=full", repo]


VERSION_OPTION = {"gitleaks": "version", "betterleaks": "version"}


def version(name, program):
    """What the program calls its version; asked of the program itself, since packages of one name hold many."""
    told = subprocess.run([program, VERSION_OPTION.get(name.split()[0], "--version")], capture_output=True, text=True).stdout
    return next((word.lstrip("v") for word in told.split() if word.lstrip("v")[:1].isdigit()), "unknown")


def scanners(repo):
    commands = {
        "deployguard scan": [str(PROGRAM), "scan", "--repo-path", repo, "--format", "json"],
        "deployguard scan --no-delta": [str(PROGRAM), "scan", "--repo-path", repo, "--format", "json", "--no-delta"],
        "git cat-file": ["git", "-C", repo, "cat-file", "--batch-all-objects", "--batch", "--unordered"],
        "gitleaks": [gitleaks(), "git", "--no-banner", "--exit-code", "0", repo],
        "betterleaks": [find("betterleaks"), "git", "--no-banner", "--exit-code", "0", repo],
        "kingfisher": kingfisher(repo),
        "kingfisher --turbo": [*kingfisher(repo), "--turbo"],
    }
    return present(commands)


def present(commands):
    missing = [name for name, command in commands.items() if command[0] is None]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}", file=sys.stderr)
    return {name: command for name, command in commands.items() if command[0]}


def bench_scan(repo, runs):
    commands = scanners(repo)
    results = {name: [] for name in commands}
    for run in range(runs + 1):
        for name, command in commands.items():
            figures = measure(command, ok=(0, 1, 3, 200, 205))
            if run > 0:
                results[name].append(figures)
    table(f"scan, {os.path.basename(repo)}", {name: medians(rows) for name, rows in results.items()}, "git cat-file")
    print("\nVersions: " + ", ".join(sorted({f"{name.split()[0]} {version(name, command[0])}" for name, command in commands.items()})))


def bench_clean(repo, values, runs):
    """Cleans copies of `repo` of the values listed in a file, one a line. The files are read once before, so that no run pays for that."""
    filter_repo = find("git-filter-repo")
    results, packs = {}, {}
    for pack in pack_files(repo):
        pack.read_bytes()
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = f"{folder}/ours.git", f"{folder}/theirs.git"
            figures = {"deployguard clean": measure([str(PROGRAM), "clean", "--repo-path", repo, "--value-file", values, "--execute", "--output-dir", ours])}
            packs["deployguard clean"] = pack_bytes(ours)
            if filter_repo:
                subprocess.run(["git", "clone", "-q", "--mirror", repo, theirs], check=True)
                figures["git filter-repo"] = measure([filter_repo, "--replace-text", values, "--force", "--quiet"], cwd=theirs)
                packs["git filter-repo"] = pack_bytes(theirs)
                compare_tips(ours, theirs)
            for name, row in figures.items():
                results.setdefault(name, []).append(row)
    table(f"clean, {os.path.basename(repo)}, {os.path.basename(values)}", {name: medians(rows) for name, rows in results.items()}, "deployguard clean")
    print("\nPacks: " + ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in packs.items()))


def pack_files(repo):
    return pathlib.Path(repo, "objects/pack").glob("*.pack")


def pack_bytes(repo):
    return sum(pack.stat().st_size for pack in pack_files(repo))


def compare_tips(ours, theirs):
    """The trees of all branches and tags must be the same."""
    def trees(repo):
        listed = subprocess.run(["git", "-C", repo, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags"], check=True, capture_output=True, text=True)
        names = listed.stdout.split()
        asked = "".join(f"{name}^{{tree}}\n" for name in names)
        told = subprocess.run(["git", "-C", repo, "cat-file", "--batch-check=%(objectname)"], input=asked, check=True, capture_output=True, text=True)
        return dict(zip(names, told.stdout.splitlines()))
    mine, other = trees(ours), trees(theirs)
    different = sorted(name for name in mine if mine[name] != other.get(name))
    print(f"tip trees: {len(mine)} refs, {len(different)} different {different[:5]}", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repos", nargs="+", help="bare repositories")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--values", action="append", default=[], help="also clean, of the values in this file (one a line); may be given several times")
    parser.add_argument("--no-scan", action="store_true", help="only clean")
    options = parser.parse_args()
    if not PROGRAM.exists():
        raise SystemExit("build it first: cargo build --release -p cli")
    for repo in options.repos:
        repo = os.path.abspath(repo)
        if not options.no_scan:
            bench_scan(repo, options.runs)
        for values in options.values:
            bench_clean(repo, os.path.abspath(values), options.runs)


if __name__ == "__main__":
    main()
