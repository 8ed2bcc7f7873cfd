"""Kills a server and its PostgreSQL while service levels run out; see scripts/chaos-sla."""

import http.cookiejar
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

BINARY, LEADS, ROUNDS, SEED = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
PASSWORD = "demo-password"
DATA = pathlib.Path(tempfile.mkdtemp(prefix="dealwright-chaos-"))
DATA.chmod(0o755)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


PORT = free_port()
BASE = f"http://127.0.0.1:{PORT}"
opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{BASE}/api/v1{path}", data=data, method=method)
    request.add_header("Content-Type", "application/json")
    request.add_header("Origin", BASE)
    with opener.open(request, timeout=30) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def start():
    env = {**os.environ, "DATA_DIR": str(DATA), "PORT": str(PORT), "AI": "off", "REQUEST_RATE": "0", "LOG": "error"}
    env.pop("DATABASE_URL", None)
    log = open(DATA.with_suffix(".log"), "ab")
    server = subprocess.Popen([BINARY, "serve", "--demo"], env=env, stdout=log, stderr=log)
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{BASE}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return server
        except (urllib.error.URLError, OSError):
            pass
        if server.poll() is not None:
            # Its PostgreSQL may still be going down.
            time.sleep(1)
            server = subprocess.Popen([BINARY, "serve", "--demo"], env=env, stdout=log, stderr=log)
        time.sleep(0.2)
    sys.exit("the server did not start")


def postmaster():
    """The main process of this server's PostgreSQL."""
    for path in DATA.rglob("postmaster.pid"):
        return int(path.read_text().splitlines()[0])
    return None


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def pages(path):
    found, cursor = [], ""
    while True:
        page = ask("GET", f"{path}&limit=200{cursor}")
        found += page["items"]
        if not page.get("next_cursor"):
            return found
        cursor = f"&cursor={page['next_cursor']}"


def main():
    chance = random.Random(SEED)
    server = start()
    ask("POST", "/session", {"email": "admin@demo.test", "password": PASSWORD})
    me = ask("GET", "/me")["user"]["id"]
    steps = [
        {"when": "breach", "do": {"action": "task", "title": "Chaos", "due_in_days": 0}},
        {"when": "breach", "do": {"action": "notify", "to": [{"who": "owner"}]}},
    ]
    rule = {"name": "Chaos", "object": "lead", "measure": "first_response", "condition": 'company == "Chaos"',
            "target": {"value": 1, "unit": "minutes"}, "steps": steps}
    rule = ask("POST", "/sla-rules", rule)["id"]
    leads, kills = [], {"server": 0, "database": 0}
    for n in range(ROUNDS):
        for m in range(LEADS):
            lead = {"last_name": f"Chaos {n} {m}", "company": "Chaos", "allow_duplicates": True}
            leads.append(ask("POST", "/leads", lead)["id"])
        made = time.monotonic()
        time.sleep(max(0, 58 - (LEADS * 0.01)))
        while time.monotonic() - made < 80:
            time.sleep(chance.uniform(0.1, 1.5))
            what = chance.choice(["server", "database"])
            kills[what] += 1
            if what == "server":
                kill(server.pid)
            else:
                pid = postmaster()
                if pid:
                    kill(pid)
                time.sleep(0.3)
                kill(server.pid)
            server.wait()
            server = start()
        ask("POST", "/session", {"email": "admin@demo.test", "password": PASSWORD})
    time.sleep(10)
    tasks = [t for t in pages("/tasks?status=open&assignee_id=" + me) if t["title"] == "Chaos"]
    of = [t["lead_id"] for t in tasks]
    timers = pages(f"/sla/timers?state=breached&rule={rule}")
    breached = [t["record"]["id"] for t in timers]
    steps = [len(t["steps"]) for t in timers]
    print(f"{len(leads)} leads, {kills['server']} kills of the server, {kills['database']} of PostgreSQL")
    print(f"{len(breached)} breaches of {len(set(breached))} leads, {len(of)} tasks of {len(set(of))} leads, {sum(steps)} steps")
    whole = sorted(breached) == sorted(leads) and sorted(of) == sorted(leads) and all(n == 2 for n in steps)
    kill(server.pid)
    server.wait()
    pid = postmaster()
    if pid:
        kill(pid)
    shutil.rmtree(DATA, ignore_errors=True)
    if not whole:
        sys.exit("something was lost or doubled")
    print("nothing was lost, nothing doubled")


main()
