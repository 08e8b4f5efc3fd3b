#!/usr/bin/env python3
"""Measures what `deployguard` and its peers find of what is labelled, and what they report besides, and prints Markdown tables.

    make bench-quality LEAKY=leaky-repo CLEAN="one.git two.git"     or     python3 tests/bench/quality.py ...

Three kinds of input, each the files of one tip, without a history: leaky-repo (labelled by number of lines of a file), the corpus of
this project (labelled by line; made up anew for each run), and repositories taken to be clean. Every program is given the same files, asks
no server, and is used as it comes. A finding counts once for each line.
"""
import argparse, collections, csv, json, os, pathlib, subprocess, sys, tempfile
from bench import PROGRAM, ROOT, clean_environment, find, gitleaks, version


def run(command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, env=clean_environment())
    if done.returncode not in (0, 1, 3, 200, 205):
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr[-400:].decode(errors='replace')}")
    return done.stdout


def git(folder, tree, *words):
    identity = ["-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "core.autocrlf=false", "-c", "commit.gpgsign=false"]
    return run(["git", *identity, f"--git-dir={folder}", f"--work-tree={tree}", *words])


# Each gives (path, line, rule) of what the program finds in the files of a folder, and an id where places are put together; `work` is
# for what it writes.

def ours(tree, work):
    bare = f"{work}/tip.git"
    run(["git", "init", "--quiet", "--bare", bare])
    git(bare, tree, "add", "--all", "--force")
    git(bare, tree, "commit", "--quiet", "--message=tip")
    report = json.loads(run([str(PROGRAM), "scan", "--repo-path", bare, "--format", "json", "--quiet"]))
    return [(place["file_path"], place["line_number"], found["rule"], found["id"]) for found in report["findings"] for place in found["occurrences"]]


def of_gitleaks(tree, work):
    run([gitleaks(), "dir", "--no-banner", "--exit-code=0", "--report-format=json", f"--report-path={work}/gitleaks", "."], cwd=tree)
    return leaks(f"{work}/gitleaks")


def of_betterleaks(tree, work):
    run([find("betterleaks"), "filesystem", "--exit-code=0", "--silent", f"--output={work}/betterleaks.json", "."], cwd=tree)
    report = json.loads(pathlib.Path(f"{work}/betterleaks.json").read_text() or "{}")
    return [(leak["location"]["path"], leak["location"].get("start_line", 1), leak["rule_id"]) for leak in report.get("findings") or []]


def leaks(report):
    found = json.loads(pathlib.Path(report).read_text() or "[]")
    return [(leak["File"], leak["StartLine"], leak["RuleID"]) for leak in found or []]


def of_kingfisher(tree, _work):
    report = run([find("kingfisher"), "scan", "--no-validate", "--no-update-check", "--format=json", "."], cwd=tree).decode()
    report, _ = json.JSONDecoder().raw_decode(report) if report.strip() else ({}, 0)  # a summary follows
    return [(one["finding"]["path"], one["finding"]["line"], one["rule"]["id"]) for one in report.get("findings", [])]


def of_detect_secrets(tree, _work):
    report = json.loads(run([find("detect-secrets"), "scan", "--all-files", "--no-verify", "."], cwd=tree))
    return [(path, one["line_number"], one["type"]) for path, found in report["results"].items() for one in found]


TOOLS = {
    "deployguard": (ours, lambda: str(PROGRAM)),
    "gitleaks": (of_gitleaks, gitleaks),
    "betterleaks": (of_betterleaks, lambda: find("betterleaks")),
    "kingfisher": (of_kingfisher, lambda: find("kingfisher")),
    "detect-secrets": (of_detect_secrets, lambda: find("detect-secrets")),
}


def places_found(name, tree):
    with tempfile.TemporaryDirectory() as work:
        return [(os.path.relpath(os.path.join(tree, path), tree), *rest) for path, *rest in TOOLS[name][0](tree, work)]


def lines_found(name, tree):
    """{path: {line: rule}}"""
    by_path = collections.defaultdict(dict)
    for path, line, rule, *_ in places_found(name, tree):
        by_path[path][line] = rule
    return by_path


def installed():
    programs = {name: program() for name, (_, program) in TOOLS.items()}
    missing = [name for name, program in programs.items() if not program]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}", file=sys.stderr)
    return {name: program for name, program in programs.items() if program}


def unpack(repo, tree):
    """The files of the tip; of a clone or a bare repository."""
    os.makedirs(tree, exist_ok=True)
    archive = run(["git", "-C", repo, "archive", "--format=tar", "HEAD"])
    subprocess.run(["tar", "-x", "-C", tree], input=archive, check=True)
    return sum(len(files) for _, _, files in os.walk(tree))


def head(title, columns):
    print(f"\n### {title}\n\n| program | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}")


def share(part, whole):
    return part / whole if whole else 1.0


def scores(hit, labelled, beyond):
    recall, precision = share(hit, labelled), share(hit, hit + beyond)
    return f"{recall:.3f} | {precision:.3f} | {share(2 * recall * precision, recall + precision):.3f}"


def leaky(repo, tools, listed):
    """Its labels say how many lines of a file are a risk, not which: what a program reports of a file counts up to that number."""
    with tempfile.TemporaryDirectory() as tree:
        unpack(repo, tree)
        text = pathlib.Path(tree, ".leaky-meta/secrets.csv").read_text()
        rows = csv.reader(line for line in text.splitlines() if line.strip() and not line.startswith("#"))
        risks = {row[0]: int(row[1]) for row in rows}
        subprocess.run(["rm", "-r", f"{tree}/.leaky-meta"], check=True)
        total, files = sum(risks.values()), sum(risk > 0 for risk in risks.values())
        head("leaky-repo", [f"files of {files}", f"lines of {total}", "lines beyond", "recall", "precision", "F1"])
        for name in tools:
            found = {path: len(lines) for path, lines in lines_found(name, tree).items()}
            hit = {path: min(found.get(path, 0), risk) for path, risk in risks.items()}
            beyond = {path: count - risks.get(path, 0) for path, count in found.items() if count > risks.get(path, 0)}
            print(f"| {name} | {sum(count > 0 for count in hit.values())} | {sum(hit.values())} | {sum(beyond.values())} | {scores(sum(hit.values()), total, sum(beyond.values()))} |")
            if listed and name == "deployguard":
                print("missed:", {path: risk - hit[path] for path, risk in risks.items() if hit[path] < risk}, "beyond:", beyond, file=sys.stderr)


def own(tools, listed):
    """Labelled by line, in two halves: the rules were made better with the one in view, and not with the other."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["cargo", "run", "--quiet", "-p", "scan", "--example", "corpus", "--", folder], cwd=ROOT, check=True)
        tree = f"{folder}/files"
        labels = json.loads(pathlib.Path(folder, "labels.json").read_text())
        found = {name: lines_found(name, tree) for name in tools}
        for half in ("in view", "kept back"):
            files = {path: file for path, file in labels.items() if file["kept_back"] == (half == "kept back")}
            secrets, others = sum(len(file["secrets"]) for file in files.values()), sum(file["others"] for file in files.values())
            kinds = len({file["kind"] for file in files.values()})
            head(f"own corpus, {half}: {kinds} kinds of files, {secrets} secrets, {others} other lines", ["found", "lines beyond", "recall", "precision", "F1"])
            for name in tools:
                hit, beyond = compare(files, found[name], listed and name == "deployguard" and half == "in view", tree)
                print(f"| {name} | {hit} | {beyond} | {scores(hit, secrets, beyond)} |")


def compare(files, found, listed, tree):
    hit = beyond = 0
    for path, file in files.items():
        lines = found.get(path, {})
        missed = [(first, last) for first, last in file["secrets"] if not any(first <= line <= last for line in lines)]
        wrong = {line: rule for line, rule in lines.items() if not any(first <= line <= last for first, last in file["secrets"])}
        hit, beyond = hit + len(file["secrets"]) - len(missed), beyond + len(wrong)
        if listed and (missed or wrong):
            text = pathlib.Path(tree, path).read_text().splitlines()
            for first, _ in missed:
                print(f"missed {path}:{first} {text[first - 1][:150]}", file=sys.stderr)
            for line, rule in wrong.items():
                print(f"beyond {path}:{line} {rule}: {text[line - 1][:150]}", file=sys.stderr)
    return hit, beyond


def clean(repos, tools, listed):
    """What is found where nothing should be: findings as each program counts them, ours one for each secret."""
    counts = {name: [] for name in tools}
    sizes, names = [], [os.path.basename(os.path.abspath(repo)) for repo in repos]
    for repo, called in zip(repos, names):
        with tempfile.TemporaryDirectory() as tree:
            sizes.append(unpack(repo, tree))
            for name in tools:
                found = places_found(name, tree)
                counts[name].append(len({tuple(known) or number for number, (_, _, _, *known) in enumerate(found)}))
                if listed and name == "deployguard":
                    for path, line, rule, known in sorted(found, key=lambda place: (place[3], place)):
                        print(called, f"{path}:{line}", rule, known, file=sys.stderr)
    head(f"tips of clean projects, {sum(sizes):,} files: findings", [f"{name} ({size:,})" for name, size in zip(names, sizes)] + ["of 1,000 files"])
    for name in tools:
        print(f"| {name} | {' | '.join(map(str, counts[name]))} | {1000 * sum(counts[name]) / sum(sizes):.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leaky", help="a clone of Plazmaz/leaky-repo")
    parser.add_argument("--clean", nargs="*", default=[], help="repositories of which the tips are taken to be clean")
    parser.add_argument("--list", action="store_true", help="name what deployguard misses and what it reports beyond (of the half in view), on standard error")
    parser.add_argument("--ours", action="store_true", help="without the peers")
    parser.add_argument("--no-corpus", action="store_true", help="without the corpus of this project")
    options = parser.parse_args()
    if not PROGRAM.exists():
        raise SystemExit("build it first: cargo build --release -p cli")
    tools = {"deployguard": str(PROGRAM)} if options.ours else installed()
    if options.leaky:
        leaky(options.leaky, tools, options.list)
    if not options.no_corpus:
        own(tools, options.list)
    if options.clean:
        clean(options.clean, tools, options.list)
    print("\nVersions: " + ", ".join(f"{name} {version(name, program)}" for name, program in tools.items()))


if __name__ == "__main__":
    main()
