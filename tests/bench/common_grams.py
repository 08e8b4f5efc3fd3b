"""Counts the commonest four bytes of source trees, case folded as the matcher folds it, for `shared/scan/src/matcher/common_grams.txt`.

    python3 tests/bench/common_grams.py FOLDER... > shared/scan/src/matcher/common_grams.txt

Each folder is one language's (sources, documents, configuration): all weigh the same, whatever their size.
"""

import collections
import os
import sys

GRAMS = 16384
PER_LINE = 30
LARGEST_FILE = 60_000
LARGEST_FOLDER = 15_000_000
# Both bytes of each pair fold to one: `_` stands for 0x7f, and a space, which an editor might take away, is written as `S`.
WRITTEN = str.maketrans({" ": "S", "\x7f": "_"})


def files(folder):
    for root, folders, names in os.walk(folder):
        folders.sort()
        yield from (os.path.join(root, name) for name in sorted(names))


def counted(folder):
    """Grams of a million, of each gram."""
    counts, read = collections.Counter(), 0
    for path in files(folder):
        with open(path, "rb") as file:
            data = bytes(byte | 0x20 for byte in file.read(LARGEST_FILE))
        counts.update(data[at : at + 4] for at in range(len(data) - 3))
        read += len(data)
        if read > LARGEST_FOLDER:
            break
    return {gram: count * 1e6 / read for gram, count in counts.items() if gram.isascii()}


def main(folders):
    if not folders:
        sys.exit(__doc__)
    total = collections.Counter()
    for folder in folders:
        total.update(counted(folder))
    grams = [gram.decode().translate(WRITTEN) for gram, _ in total.most_common(GRAMS)]
    for at in range(0, len(grams), PER_LINE):
        print("".join(grams[at : at + PER_LINE]))


main(sys.argv[1:])
