"""What scripts/prove-faults does, with a server of its own on a free port.

Each round makes a deal, which sets off an automation and a service level of one minute, a task with a reminder, and a request for
approval that is decided at once; after one of these requests, at some moment within a second and a half, the server, PostgreSQL or both
are killed with SIGKILL, and started again: in the middle of what follows from it. At the end each deal must have exactly one task of
the automation and one of the service level, one decided approval, and its people one notification of each.
"""

import collections
import datetime
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

BINARY = sys.argv[1]
FAULTS = int(os.environ.get("FAULTS", "200"))
SEED = int(os.environ.get("SEED", "1"))
# What waits for the service level, and then for the queue of jobs.
PATIENCE = 300
# What a round does.
AFTER = ["deal", "task", "request", "decision"]

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]
ORIGIN = f"http://localhost:{PORT}"
DATA = tempfile.mkdtemp(prefix="dealwright-faults.")
os.chmod(DATA, 0o755)


class Server:
    """The server and its private PostgreSQL, which it starts."""

    def __init__(self):
        self.process = None
        self.start()

    def start(self):
        env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        env |= {"PORT": str(PORT), "DATA_DIR": DATA, "AI": "off", "REQUEST_RATE": "0"}
        with open(f"{DATA}/server.log", "ab") as log:
            self.process = subprocess.Popen([BINARY, "serve", "--demo"], env=env, stdout=log, stderr=log)
        for _ in range(1200):
            if self.process.poll() is not None:
                raise SystemExit(f"The server did not start again: {DATA}/server.log")
            if answer("GET", "/setup", None, {})[0] == 200:
                return
            time.sleep(0.05)
        raise SystemExit(f"The server did not get ready: {DATA}/server.log")

    def postgres(self):
        """The postmaster's process, or nothing."""
        try:
            with open(f"{DATA}/postgres/data/postmaster.pid", encoding="utf-8") as file:
                return int(file.readline())
        except (OSError, ValueError):
            return None

    def kill(self, what):
        if what in ("postgres", "both"):
            pid = self.postgres()
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
        if what == "postgres":
            # It works on without its database for a moment, as it may.
            time.sleep(0.2)
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def answer(method, path, body, headers):
    """Status and body of one request; status 0 when there is no answer."""
    connection = http.client.HTTPConnection("localhost", PORT, timeout=10)
    try:
        data = None if body is None else json.dumps(body)
        sent = {"Content-Type": "application/json", "Origin": ORIGIN} | headers
        connection.request(method, "/api/v1" + path, data, sent)
        got = connection.getresponse()
        text = got.read()
        cookie = (got.getheader("Set-Cookie") or "").split(";")[0]
        return got.status, (json.loads(text) if text else None), cookie
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None, ""
    finally:
        connection.close()


class Person:
    """Somebody who is signed in."""

    def __init__(self, email):
        self.email = email
        self.sign_in()

    def sign_in(self):
        status, body, cookie = answer("POST", "/session", {"email": self.email, "password": "demo-password"}, {})
        if status not in (200, 201, 204):
            raise SystemExit(f"{self.email} can't sign in: {status} {body}")
        self.cookie = cookie

    def once(self, method, path, body=None, key=None):
        headers = {"Cookie": self.cookie} | ({"Idempotency-Key": key} if key else {})
        status, said, cookie = answer(method, path, body, headers)
        if cookie.startswith(self.cookie.split("=")[0]):
            self.cookie = cookie
        return status, said

    def ask(self, server, method, path, body=None):
        """Asks until there is an answer, starting the server again where it has been killed."""
        key = str(uuid.uuid4()) if method == "POST" else None
        for _ in range(200):
            status, said = self.once(method, path, body, key)
            if status == 401:
                self.sign_in()
            elif 0 < status < 500 and status != 409:
                return status, said
            elif status == 409 and said["code"] not in ("request_in_progress", "try_again"):
                return status, said
            elif status == 0 and server.process.poll() is not None:
                server.start()
            time.sleep(0.1)
        raise SystemExit(f"no answer to {method} {path}: {status} {said}")

    def made(self, server, path, body):
        status, said = self.ask(server, "POST", path, body)
        if status not in (200, 201, 204):
            raise SystemExit(f"{path}: {status} {json.dumps(said)}")
        return said

    def all(self, server, path):
        """All items of a list."""
        items, cursor = [], ""
        while True:
            mark = "&" if "?" in path else "?"
            status, page = self.ask(server, "GET", f"{path}{mark}{cursor}")
            if status != 200:
                raise SystemExit(f"{path}: {status} {page}")
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            cursor = f"cursor={page['next_cursor']}"


def prepare(server, admin, manager):
    """What is to happen to each deal. Answers the definition of the approval."""
    scopes = {"opportunity": {"read": "all"}, "task": {"read": "all", "create": "all"}}
    steps = [
        {"do": "create_task", "title": "Follow {{name}}", "due_in_days": 1},
        {"do": "notify", "to": [{"who": "owner"}], "message": "{{name}} is here"},
    ]
    automation = {"name": "Faults", "object": "opportunity", "trigger": {"on": "event", "moments": ["created"]}, "per_hour": 10000,
                  "condition": 'name.startsWith("Fault ")', "steps": steps, "scopes": scopes, "active": True}
    admin.made(server, "/automations", automation)
    late = {"action": "task", "title": "Late", "due_in_days": 0}
    rule = {"name": "Faults", "object": "opportunity", "measure": "time_in_stage", "target": {"value": 1, "unit": "minutes"},
            "condition": 'name.startsWith("Fault ")',
            "steps": [{"when": "breach", "do": late}, {"when": "breach", "do": {"action": "notify", "to": [{"who": "owner"}]}}]}
    admin.made(server, "/sla-rules", rule)
    me = admin.ask(server, "GET", "/me")[1]["user"]["id"]
    levels = [{"name": "One", "approvers": [{"kind": "person", "user_id": me}]}]
    rules = {"object": "opportunity", "fields": ["amount"], "levels": levels}
    return admin.made(server, "/approval-definitions", {"name": "Faults", "active": True, "rules": rules})["id"]


def work(server, admin, manager, definition, n, strike):
    """One round: a deal of the manager's with all that is to happen to it. `strike` is told what has just been done."""
    deal = manager.made(server, "/opportunities", {"name": f"Fault {n}", "amount": {"amount": "10.00", "currency": "USD"}})
    strike("deal")
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5)
    manager.made(server, "/tasks", {"title": f"Remember {n}", "opportunity_id": deal["id"], "remind_at": soon.isoformat()})
    strike("task")
    asked = manager.made(server, f"/opportunities/{deal['id']}/approvals", {"definition_id": definition})
    strike("request")
    decision = {"verdict": "approve", "version": asked["version"]}
    status, said = admin.ask(server, "POST", f"/approvals/{asked['id']}/decision", decision)
    if status not in (200, 201):
        raise SystemExit(f"decision: {status} {said}")
    strike("decision")
    return deal["id"], asked["id"]


def settled(server, admin, manager, deals):
    """What each deal has come to, once nothing more comes: by name, how often."""
    before, since = None, time.time()
    while time.time() - since < PATIENCE:
        now = tally(server, admin, manager, deals)
        lacking = [name for name, counts in now.items() for count in counts.values() if count < 1]
        if not lacking and now == before:
            return now
        before = now
        time.sleep(5)
    return tally(server, admin, manager, deals)


def tally(server, admin, manager, deals):
    tasks = collections.Counter()
    for task in manager.all(server, "/tasks?limit=200"):
        if task.get("opportunity_id"):
            kind = task["title"].split(" ")[0]
            tasks[task["opportunity_id"], kind] += 1
    told = {}
    for kind in ("automation_message", "sla_breached"):
        mine = manager.all(server, f"/notifications?kind={kind}&limit=200")
        told[kind] = collections.Counter({n["record"]["id"]: n["others"] + 1 for n in mine})
    reminded = collections.Counter(n["record"]["name"] for n in manager.all(server, "/notifications?kind=task_reminder&limit=200"))
    approved = collections.Counter()
    for approval in admin.all(server, "/approvals?filter=history&limit=200"):
        approved[approval["subject"]["id"]] += approval["status"] == "approved"
    return {
        n: {
            "task of the automation": tasks[deal, "Follow"],
            "task of the service level": tasks[deal, "Late"],
            "message": told["automation_message"][deal],
            "told of the breach": told["sla_breached"][deal],
            "reminder": reminded[f"Remember {n}"],
            "approval": approved[deal],
        }
        for n, (deal, _) in deals.items()
    }


def main():
    chance = random.Random(SEED)
    server = Server()
    admin, manager = Person("admin@demo.test"), Person("manager@demo.test")
    definition = prepare(server, admin, manager)
    deals, kills = {}, collections.Counter()
    began = time.time()
    for n in range(1, FAULTS + 1):
        what, after = chance.choice(["server", "server", "postgres", "both"]), chance.choice(AFTER)
        delay = chance.uniform(0, 1.5)

        def strike(done):
            if done == after:
                time.sleep(delay)
                server.kill(what)
                kills[f"{what} after the {done}"] += 1
                server.start()

        deals[n] = work(server, admin, manager, definition, n, strike)
        if n % 20 == 0:
            print(f"  {n} of {FAULTS} faults, {time.time() - began:.0f} s", file=sys.stderr)
    counts = settled(server, admin, manager, deals)
    server.stop()
    wrong = [f"Fault {n}: {name} {count} times" for n, of in counts.items() for name, count in of.items() if count != 1]
    print(f"{FAULTS} faults (seed {SEED}): " + ", ".join(f"{n} {what}" for what, n in sorted(kills.items())))
    print("\n".join(wrong[:50]))
    print(f"{FAULTS * 6 - len(wrong)} passed, {len(wrong)} failed")
    if wrong:
        raise SystemExit(f"The data is in {DATA}")
    shutil.rmtree(DATA)


main()
