#!/usr/bin/env python3
"""docs/security.md names tests and files that show what it says: all of them must exist, and every requirement of ASVS 5.0.0
up to level 2 must be answered once.

`access/keys.rs::a_key_ends_when_its_time_is_over` is a test: a function in that file, which is looked for under the root
and under crates/app/tests/it. Whatever else in backticks looks like a path of ours must be a file or folder.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/security.md"
PLACES = [ROOT, ROOT / "crates/app/tests/it", ROOT / "crates", ROOT / "docs", ROOT / "web"]
STATES = {"met", "n/a", "operator", "not met"}

# Of each section the requirements of level 1 and 2: ASVS 5.0.0 has 253 of them.
REQUIREMENTS = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2",
    "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2",
    "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3",
    "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5", "6.6": "1-3", "6.8": "1-4",
    "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2",
    "8.1": "1-2", "8.2": "1-3", "8.3": "1", "8.4": "1",
    "9.1": "1-3", "9.2": "1-4",
    "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11", "10.5": "1-5", "10.6": "1-2", "10.7": "1-3",
    "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1",
    "12.1": "1-3", "12.2": "1-2", "12.3": "1-4",
    "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5",
    "14.1": "1-2", "14.2": "1-4", "14.3": "1-3",
    "15.1": "1-3", "15.2": "1-3", "15.3": "1-7",
    "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3",
    "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}


def wanted():
    for section, numbers in REQUIREMENTS.items():
        first, _, last = numbers.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{section}.{number}"


def find(path):
    return next((place / path for place in PLACES if (place / path).exists()), None)


def main():
    text = DOCUMENT.read_text()
    faults = []
    named = 0
    for word in re.findall(r"`([^`\n]+)`", text):
        path, _, function = word.partition("::")
        # Paths have a folder and an ending, and nothing that a path has not.
        looks_like_one = re.fullmatch(r"[\w./-]+/[\w.-]+\.(rs|sql|ts|tsx|py|md|toml|json|txt)|scripts/[\w-]+", path)
        if not looks_like_one:
            continue
        named += 1
        file = find(path)
        if file is None:
            faults.append(f"`{word}`: there is no such file")
        elif function and not re.search(rf"\bfn {re.escape(function)}\b", file.read_text()):
            faults.append(f"`{word}`: there is no such function in it")
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        if not (DOCUMENT.parent / link).exists():
            faults.append(f"({link}): there is no such file")

    rows = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| (.*) \|$", text, re.MULTILINE)
    answered = [number for number, *_ in rows]
    required = list(wanted())
    faults += [f"{number} is not answered" for number in required if number not in answered]
    faults += [f"{number} is no requirement of level 1 or 2" for number in answered if number not in required]
    faults += [f"{number} is answered twice" for number in sorted({n for n in answered if answered.count(n) > 1})]
    counts = dict.fromkeys(sorted(STATES), 0)
    for number, _, state, rest in rows:
        if state not in STATES:
            faults.append(f"{number}: {state!r} is not one of {', '.join(sorted(STATES))}")
            continue
        counts[state] += 1
        if state == "met" and not rest.rpartition(" | ")[2].strip(" —"):
            faults.append(f"{number}: is met, but nothing shows it")
    summary = re.search(r"(\d+) are met, (\d+) do not apply, (\d+) are the operator's, (\d+) are not met", text)
    told = tuple(map(int, summary.groups())) if summary else None
    counted = (counts["met"], counts["n/a"], counts["operator"], counts["not met"])
    if told != counted:
        faults.append("the summary must say: %d are met, %d do not apply, %d are the operator's, %d are not met" % counted)
    for fault in faults:
        print(f"  FAULT docs/security.md: {fault}", file=sys.stderr)
    print(f"  docs/security.md: {len(rows)} requirements answered; {named} tests and files named")
    sys.exit(1 if faults else 0)


main()
