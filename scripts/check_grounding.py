"""Finds figures, dates, record numbers and names in an assistant's answer that neither the request nor a tool's result holds.

It shares no code with the product: it reads the run as the API gives it and looks for itself. As a library it is used by
score_ai.py; as a program it reads runs (JSON, one a line) from standard input and fails when one says more than it knows.
"""

import datetime
import json
import re
import sys

MONTHS = {m: i + 1 for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}
WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
DATE = re.compile(r"\b(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* (\d{4})\b|\b(\d{4})-(\d{2})-(\d{2})\b")
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAY = re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? $")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:[kmKM]\b)?(?![\w])")
CODE = re.compile(r"\b(?=[A-Za-z0-9-]*[A-Za-z])(?=[A-Za-z0-9-]*\d)[A-Za-z0-9]{6,}(?:-[A-Za-z0-9]+)*\b")
NAME = re.compile(r"\b[A-Z][\w'’&-]+(?: (?:&|of|[A-Z][\w'’&-]+))+")


def known(run):
    """Every number, date and text of the request and of the steps' results; also how long each list in them is."""
    numbers, dates, texts = set(), set(), []

    def take_text(text):
        texts.append(text)
        for day, month, year, y, m, d in DATE.findall(text):
            dates.add((int(year), MONTHS[month.lower()], int(day)) if year else (int(y), int(m), int(d)))
        for found in NUMBER.findall(text):
            numbers.add(value(found))

    def walk(node):
        if isinstance(node, bool) or node is None:
            return
        if isinstance(node, (int, float)):
            numbers.add(float(node))
        elif isinstance(node, str):
            take_text(node)
        elif isinstance(node, list):
            numbers.add(float(len(node)))
            for item in node:
                walk(item)
        elif isinstance(node, dict):
            for item in node.values():
                walk(item)

    take_text(run["goal"])
    for step in run["steps"]:
        if step["kind"] == "tool":
            walk(step["result"])
            walk(step["arguments"])
    return numbers, dates, "\n".join(texts)


def value(text):
    scale = {"k": 1e3, "m": 1e6}.get(text[-1].lower(), 1)
    return float(text.rstrip("kmKM").replace(",", "")) * scale


def ungrounded(run):
    """What the answer says that is not known; an empty list when it says nothing more."""
    answer = run.get("answer")
    if not answer:
        return []
    numbers, dates, texts = known(run)
    text = re.sub(r" ?\[\d+\]", "", answer["text"])
    missing = []
    for match in DATE.finditer(text):
        day, month, year, y, m, d = match.groups()
        date = (int(year), MONTHS[month.lower()], int(day)) if year else (int(y), int(m), int(d))
        if date not in dates:
            missing.append(match.group())
        weekday = WEEKDAY.search(text[: match.start()])
        if weekday and datetime.date(*date).weekday() != WEEKDAYS.index(weekday.group(1).lower()):
            missing.append(weekday.group().strip() + " " + match.group())
    rest = DATE.sub(" ", text)
    for match in CODE.finditer(rest):
        if match.group() not in texts:
            missing.append(match.group())
    rest = CODE.sub(" ", rest)
    for match in NUMBER.finditer(rest):
        if value(match.group()) not in numbers and match.group() not in texts:
            missing.append(match.group())
    for word, number in WORDS.items():
        if re.search(rf"\b{word}\b", rest, re.I) and float(number) not in numbers and word not in run["goal"].lower():
            missing.append(word)
    lower = texts.lower()
    for match in NAME.finditer(rest):
        name = match.group()
        # The word that opens a line is capitalised anyway.
        shorter = name.split(" ", 1)[1] if " " in name else name
        if name.lower() not in lower and shorter.lower() not in lower:
            missing.append(name)
    cited = {c["id"] for c in answer["citations"]}
    return missing + [c for c in cited if c not in texts]


if __name__ == "__main__":
    failed = 0
    for line in sys.stdin:
        run = json.loads(line)
        found = ungrounded(run)
        if found:
            failed += 1
            print(f"{run['goal']}\n  says without a source: {found}")
    sys.exit(1 if failed else 0)
