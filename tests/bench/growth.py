#!/usr/bin/env python3
"""Measures how the scan's cost grows with the history, and prints a Markdown table.

    make bench-growth     or     python3 tests/bench/growth.py [--sizes 1,3,10,30] [REPO...]

Histories of one distribution (files of many sizes that change a few lines a commit) are made by stock git, once smaller, once
larger, and scanned. Memory is the largest private memory of the process (RssAnon: what is not a mapped file), sampled while it
runs. REPO: real repositories, measured the same way, each a row of its own.
"""
import argparse, os, pathlib, random, statistics, subprocess, sys, tempfile, time

from bench import PROGRAM, clean_environment

COMMITS = 3000  # of the smallest history
FILES_EACH = 10  # files for every 100 commits: a longer history has more of them, too
OK = (0, 1, 3)


def make(folder, commits):
    """A bare, packed history of so many commits."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", folder], check=True)
    importer = subprocess.Popen(["git", "-C", folder, "fast-import", "--quiet"], stdin=subprocess.PIPE)
    dice = random.Random(7)
    files = []
    for number in range(commits):
        while len(files) < 20 + number * FILES_EACH // 100:
            files.append([line(dice) for _ in range(int(dice.lognormvariate(4.5, 1.2)) + 5)])
        changes = []
        for which in {int(len(files) * dice.random() ** 2) for _ in range(dice.randint(1, 4))}:
            for _ in range(dice.randint(1, 6)):
                files[which][dice.randrange(len(files[which]))] = line(dice)
            data = "".join(files[which]).encode()
            changes.append(f"M 100644 inline src/{which % 40}/{which}.txt\ndata {len(data)}\n".encode() + data + b"\n")
        head = f"commit refs/heads/main\ncommitter A <a@example.com> {1500000000 + number * 60} +0000\ndata 8\nCommit!\n\n"
        importer.stdin.write(head.encode() + b"".join(changes))
    importer.stdin.close()
    if importer.wait() != 0:
        raise SystemExit("git fast-import failed")
    subprocess.run(["git", "-C", folder, "repack", "-q", "-a", "-d", "-f"], check=True)


WORDS = "if for let name value return self user key table index open close read write error state next item list map text".split()


def line(dice):
    return "    " + " ".join(dice.choice(WORDS) + str(dice.randrange(1000)) for _ in range(dice.randint(1, 9))) + "\n"


def facts(repo):
    """Objects, bytes of their content, bytes of the packs."""
    listed = subprocess.run(["git", "-C", repo, "cat-file", "--batch-all-objects", "--batch-check=%(objectsize)", "--unordered"], check=True, capture_output=True, text=True)
    sizes = [int(size) for size in listed.stdout.split()]
    return len(sizes), sum(sizes), sum(pack.stat().st_size for pack in pathlib.Path(repo, "objects/pack").glob("*.pack"))


def measure(repo):
    """CPU seconds and the largest private memory of one scan, in MB."""
    command = [str(PROGRAM), "scan", "--quiet", "--format", "json", "--repo-path", repo]
    before = os.times()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
    private = 0
    while child.poll() is None:
        private = max(private, anonymous(child.pid))
        time.sleep(0.002)
    if child.returncode not in OK:
        raise SystemExit(f"the scan ended with {child.returncode}")
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, private / 1024


def anonymous(pid):
    """RssAnon in kB; 0 when the process has ended."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(row.split()[1]) for row in status.splitlines() if row.startswith("RssAnon:")), 0)


def row(name, repo, runs, first=None):
    objects, content, packs = facts(repo)
    measure(repo)  # to warm up
    cpu, private = (statistics.median(column) for column in zip(*(measure(repo) for _ in range(runs))))
    ratio = f"{objects / first[0]:.1f} | {cpu / first[1]:.1f} | {private / first[2]:.1f}" if first else "1 | 1 | 1"
    print(f"| {name} | {objects:,} | {packs / 1e6:.0f} | {content / 1e6:.0f} | {cpu:.2f} | {cpu / objects * 1e6:.1f} | {cpu / content * 1e9:.2f} | {private:.0f} | {ratio} |", flush=True)
    return objects, cpu, private


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repos", nargs="*", help="real bare repositories")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sizes", default="1,3,10,30")
    options = parser.parse_args()
    if not PROGRAM.exists():
        raise SystemExit("build it first: cargo build --release -p cli")
    print("| history | objects | pack MB | content MB | CPU s | CPU µs/object | CPU ns/byte | private MB | objects × | CPU × | private × |")
    print("|" + " --- |" * 11)
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for size in map(int, filter(None, options.sizes.split(","))):
            repo = f"{folder}/{size}.git"
            make(repo, COMMITS * size)
            told = row(f"{size} ×", repo, options.runs, first)
            first = first or told
    for repo in options.repos:
        row(os.path.basename(repo), os.path.abspath(repo), options.runs, first)


if __name__ == "__main__":
    main()
