#!/usr/bin/env python3
"""Measures `deployguard` against its peers, in turn, on real repositories, and prints Markdown tables.

    make bench-scan REPO="one.git two.git"     or     python3 tests/bench/bench.py REPO...

CPU is user + system time of the whole process tree, memory the largest resident set of one process (both as the kernel
accounts for finished children). Scans run once to warm up and then RUNS times, the tools in turn, cleans RUNS times; figures are medians.
Then our scan in turn with `git cat-file`, and what takes milliseconds: the start, what is staged, what a few commits brought in.
Compare only figures of one run. Peers that are not installed are left out and named.
"""
import argparse, os, pathlib, shutil, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "target/release/deployguard"


def measure(command, ok=(0,)):
    """Runs a command to its end; gives CPU seconds, wall seconds and peak memory in MB."""
    with tempfile.NamedTemporaryFile() as said:
        files = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, said.name, os.O_WRONLY, 0)]
        start = time.monotonic()
        child = os.posix_spawnp(command[0], command, clean_environment(), file_actions=files)
        _, status, used = os.wait4(child, 0)  # of the command and of what it waited for itself
        wall, code = time.monotonic() - start, os.waitstatus_to_exitcode(status)
        if code not in ok:
            raise SystemExit(f"{command[0]} ended with {code}: {said.read()[-400:].decode(errors='replace')}")
    return used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024


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


def ours(repo, *options):
    return [str(PROGRAM), "scan", "--repo-path", str(repo), "--format", "json", *options]


def yardstick(repo):
    return ["git", "-C", repo, "cat-file", "--batch-all-objects", "--batch", "--unordered"]


def scanners(repo):
    commands = {
        "deployguard scan": ours(repo),
        "deployguard scan --no-delta": ours(repo, "--no-delta"),
        "git cat-file": yardstick(repo),
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


def bench_in_turn(repo, rounds):
    """Our scan twice between two runs of the yardstick: what the machine does meanwhile both bear."""
    def ratio():
        first, mine, again, last = (measure(command, ok=(0, 1, 3))[0] for command in (yardstick(repo), ours(repo), ours(repo), yardstick(repo)))
        return (mine + again) / (first + last)
    ratios = sorted(ratio() for _ in range(rounds))
    print(f"\nIn turn, {rounds} rounds: a scan takes {statistics.median(ratios):.3f} of git cat-file's CPU ({ratios[0]:.3f} to {ratios[-1]:.3f}; goal 0.6).")


def bench_small(repo, runs):
    """What is paid for little: the start, what is staged, a few commits."""
    with tempfile.TemporaryDirectory() as folder:
        empty, work = f"{folder}/empty", f"{folder}/work"
        subprocess.run(["git", "init", "-q", "--bare", empty], check=True)
        stage_a_line(repo, work)
        # name -> (command, what is counted: CPU 0, wall 1; its goal in ms)
        commands = {"start, an empty repository": (ours(empty), 1, 15), "--staged, one line more": (ours(work, "--staged"), 1, 50)}
        for commits, goal in ((1, None), (100, 100)):
            known = subprocess.run(["git", "-C", repo, "rev-parse", "-q", "--verify", f"HEAD~{commits}"], stdout=subprocess.DEVNULL)
            if known.returncode == 0:
                commands[f"--since HEAD~{commits}"] = (ours(repo, "--since", f"HEAD~{commits}"), 0, goal)
        rows = {name: [] for name in commands}
        for _ in range(runs):
            for name, (command, *_) in commands.items():
                rows[name].append(measure(command, ok=(0, 1, 3)))
    print(f"\n### little of {os.path.basename(repo)}, medians of {runs}\n\n| deployguard scan | CPU ms | at best | wall ms | at best | goal |\n| --- | --- | --- | --- | --- | --- |")
    for name, (_, counted, goal) in commands.items():
        (cpu, wall, _), (best_cpu, best_wall, _) = medians(rows[name]), map(min, zip(*rows[name]))
        told = f"{('CPU', 'wall')[counted]} {goal}" if goal else ""
        print(f"| {name} | {cpu * 1e3:.0f} | {best_cpu * 1e3:.0f} | {wall * 1e3:.0f} | {best_wall * 1e3:.0f} | {told} |")


def stage_a_line(repo, work):
    """Clones, and puts a line more into the first file's copy in the index."""
    subprocess.run(["git", "clone", "-q", repo, work], check=True)
    listed = subprocess.run(["git", "-C", work, "ls-files", "-z", "*.c", "*.md", "*.txt"], check=True, capture_output=True, text=True).stdout
    name = listed.split("\0")[0]
    with open(f"{work}/{name}", "a") as file:
        file.write("one line more\n")
    subprocess.run(["git", "-C", work, "add", "--", name], check=True)


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
                figures["git filter-repo"] = measure(["env", "-C", theirs, filter_repo, "--replace-text", values, "--force", "--quiet"])
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
    parser.add_argument("--rounds", type=int, default=5, help="of our scan in turn with the yardstick")
    parser.add_argument("--small-runs", type=int, default=25, help="of what takes milliseconds")
    parser.add_argument("--no-peers", action="store_true", help="our program and the yardstick alone")
    parser.add_argument("--values", action="append", default=[], help="also clean, of the values in this file (one a line); may be given several times")
    parser.add_argument("--no-scan", action="store_true", help="only clean")
    options = parser.parse_args()
    if not PROGRAM.exists():
        raise SystemExit("build it first: cargo build --release -p cli")
    for repo in options.repos:
        repo = os.path.abspath(repo)
        if not options.no_scan:
            if not options.no_peers:
                bench_scan(repo, options.runs)
            bench_in_turn(repo, options.rounds)
            bench_small(repo, options.small_runs)
        for values in options.values:
            bench_clean(repo, os.path.abspath(values), options.runs)


if __name__ == "__main__":
    main()
