"""Imports files as a browser does, and asks for lists meanwhile: seconds and milliseconds, as a table."""

import csv
import http.cookiejar
import io
import json
import random
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid

BASE, ROWS = sys.argv[1] + "/api/v1", int(sys.argv[2])
COMPANIES = 5_000
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def ask(method, path, body=None, kind="application/json"):
    data = json.dumps(body).encode() if kind == "application/json" and body is not None else body
    headers = {"Content-Type": kind} if data is not None else {}
    request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers)
    with opener.open(request, timeout=120) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def wait_for_server():
    for _ in range(600):
        try:
            return ask("POST", "/session", {"email": "admin@demo.test", "password": "demo-password"})
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
    raise SystemExit("the server does not answer")


def names():
    chance = random.Random(7)
    syllables = "ka lo mi ra ten vor sel bri dan os el ur ha ni po qu st gar wen fi".split()
    word = lambda n: "".join(chance.choice(syllables) for _ in range(n)).capitalize()
    return chance, word


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def contacts():
    chance, word = names()
    companies = [f"{word(3)} {n} {chance.choice(['GmbH', 'Inc', 'Ltd'])}" for n in range(COMPANIES)]
    given = "Nadia Wei Tony Anna Moses Darcel Karin Peter Zoe Ada Luis Marta Ivo Sara Omar Lena".split()

    def row(n):
        first, last = chance.choice(given), word(3)
        address = f"{first}.{last}{n}@{last}.example".lower()
        return [f"C{n}", first, last, address, f"+49 30 {1_000_000 + n}", "Buyer", companies[n % COMPANIES]]

    header = ["Record ID", "First Name", "Last Name", "Email", "Phone Number", "Job Title", "Company"]
    return companies, table(header, map(row, range(ROWS)))


def deals(companies):
    chance, word = names()
    stages = [stage["name"] for stage in ask("GET", "/pipelines")["items"][0]["stages"] if stage["kind"] == "open"]

    def row(n):
        date = f"2027-{1 + n % 12:02}-{1 + n % 28:02}"
        return [f"D{n}", f"{word(3)} {n}", companies[n % COMPANIES], chance.choice(stages), n % 90_000, date]

    return table(["Deal ID", "Deal Name", "Company", "Deal Stage", "Amount", "Close Date"], map(row, range(ROWS)))


class Lists(threading.Thread):
    """Asks for a page of a list ten times a second."""

    def __init__(self):
        super().__init__(daemon=True)
        self.took, self.over = [], threading.Event()

    def run(self):
        while not self.over.is_set():
            for path in ("/contacts?limit=50", "/opportunities?limit=50&sort=-amount"):
                begun = time.perf_counter()
                ask("GET", path)
                self.took.append((time.perf_counter() - begun) * 1000)
            self.over.wait(0.2)

    def stop(self):
        self.over.set()
        self.join()
        took = sorted(self.took)
        return (took[len(took) // 2], took[int(len(took) * 0.95)]) if took else (0, 0)


def settle(path):
    while True:
        item = ask("GET", path)
        if item["status"] not in ("checking", "running"):
            return item
        time.sleep(0.2)


def run(name, content, options):
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    lists, begun = Lists(), time.perf_counter()
    lists.start()
    path = f"/imports/{ask('POST', '/imports', body, f'multipart/form-data; boundary={boundary}')['id']}"
    ask("PATCH", path, {"options": options})
    read = time.perf_counter()
    ask("POST", path + "/check", {})
    checked_item = settle(path)
    checked = time.perf_counter()
    ask("POST", path + "/start", {})
    done = settle(path)
    ended = time.perf_counter()
    middle, high = lists.stop()
    result = done["result"]
    if done["status"] != "done" or result["created"] != ROWS:
        raise SystemExit(f"{name}: {done['status']} {result} {done['error']} {checked_item['check']}")
    parts = [read - begun, checked - read, ended - checked]
    print(f"| {name} | {parts[0]:.1f} | {parts[1]:.1f} | {parts[2]:.1f} | {ROWS / parts[2]:.0f} | {middle:.0f} | {high:.0f} |")


wait_for_server()
idle = Lists()
idle.start()
time.sleep(5)
print("Lists with nothing going on: median %.0f ms, p95 %.0f ms\n" % idle.stop())
print("| file | upload, s | check, s | import, s | rows a second | lists meanwhile, median ms | p95 ms |")
print("|---|---|---|---|---|---|---|")
companies, people = contacts()
run("contacts.csv", people, {"missing_account": "create", "duplicates": "create"})
run("deals.csv", deals(companies), {})
