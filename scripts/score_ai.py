"""Scores the assistant on crates/ai/eval/requests.json over the imported crm_maven data.

Starts a server of its own on a fresh data folder, imports the files, asks each request as the web app does (by its stream),
and compares what came out with what the files say, which it computes by itself. Nothing is approved: at the end no record
may have changed. Every answer is read by check_grounding.py.
"""

import argparse
import collections
import csv
import datetime
import http.cookiejar
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from check_grounding import ungrounded

EMAIL, PASSWORD, ME = "darcel@example.test", "correct horse battery", "Darcel Schlecht"
FILES = ["sales_teams.csv", "products.csv", "accounts.csv", "sales_pipeline.csv"]


class Server:
    def __init__(self, binary, folder, ai):
        self.binary, self.folder, self.ai = binary, folder, ai
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self.cookies = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.process = None

    def env(self):
        kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        return {**kept, "PORT": str(self.port), "DATA_DIR": self.folder, "AI": self.ai, "LOG": os.environ.get("LOG", "warn")}

    def start(self):
        log = open(os.path.join(self.folder, "server.log"), "ab")
        self.process = subprocess.Popen([self.binary, "serve"], env=self.env(), stdout=log, stderr=log)
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit("the server ended: " + open(log.name).read()[-2000:])
            try:
                if self.call("GET", "/setup")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise SystemExit("the server did not get ready")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def open(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        all_headers = {"Content-Type": "application/json", "Origin": self.url, **(headers or {})}
        return self.cookies.open(urllib.request.Request(self.url + "/api/v1" + path, data, all_headers, method=method), timeout=300)

    def call(self, method, path, body=None):
        try:
            answer = self.open(method, path, body)
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None

    def get(self, path):
        status, body = self.call("GET", path)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {body}")
        return body

    def ask(self, goal):
        """A run, with when its plan, its first words and its end were heard."""
        started = time.monotonic()
        status, run = self.call("POST", "/agent-runs", {"goal": goal})
        if status != 201:
            return {"goal": goal, "status": "failed", "answer": None, "steps": [], "proposals": [], "error": run}, {}
        times = {}
        with self.open("GET", f"/agent-runs/{run['id']}/stream") as stream:
            for line in stream:
                if line.startswith(b"event:"):
                    times.setdefault(line[6:].strip().decode(), time.monotonic() - started)
        return self.get(f"/agent-runs/{run['id']}"), times


def today_dates():
    today = datetime.datetime.now(datetime.timezone.utc).date()
    day = datetime.timedelta(days=1)
    monday = today - today.weekday() * day
    coming = lambda weekday: next(today + n * day for n in range(1, 8) if (today + n * day).weekday() == weekday)
    first_after_next = (today.replace(day=1) + 70 * day).replace(day=1)
    end_of = lambda month, last: next(d for y in (0, 1) if (d := today.replace(year=today.year + y, month=month, day=last)) >= today)
    return {
        "@tomorrow": today + day, "@in_2_days": today + 2 * day, "@in_3_days": today + 3 * day, "@in_7_days": today + 7 * day,
        "@monday": coming(0), "@thursday": coming(3), "@friday": coming(4), "@next_friday": monday + 11 * day, "@next_tuesday": monday + 8 * day,
        "@30_nov": end_of(11, 30), "@31_dec": end_of(12, 31), "@end_of_next_month": first_after_next - day,
        "@last_year_start": today.replace(year=today.year - 1, month=1, day=1), "@last_year_end": today.replace(year=today.year - 1, month=12, day=31),
    }


class Data:
    def __init__(self, folder):
        read = lambda name: list(csv.DictReader(open(pathlib.Path(folder) / name, newline="")))
        self.deals, self.dates = read("sales_pipeline.csv"), {k: v.isoformat() for k, v in today_dates().items()}
        accounts = {a["account"]: a for a in read("accounts.csv")}
        for deal in self.deals:
            deal["product"] = "GTX Pro" if deal["product"] == "GTXPro" else deal["product"]
            deal["close_month"] = deal["close_date"][:7]
            for column, value in accounts.get(deal["account"], {}).items():
                deal[f"account.{column}"] = value

    def date(self, text):
        return self.dates.get(text, text)

    def matches(self, deal, where):
        for column, wanted in where.items():
            got = deal.get(column, "")
            if isinstance(wanted, dict):
                if not got:
                    return False
                if "gt" in wanted and not float(got) > wanted["gt"]:
                    return False
                if "gte" in wanted and not wanted["gte"] <= float(got) <= wanted["lte"]:
                    return False
                if "from" in wanted and not self.date(wanted["from"]) <= got <= self.date(wanted["to"]):
                    return False
            elif got not in (wanted if isinstance(wanted, list) else [wanted]):
                return False
        return True

    def select(self, where):
        return [d for d in self.deals if self.matches(d, where)]

    def top(self, by, measure, where):
        groups = collections.Counter()
        for deal in self.select(where):
            groups[deal.get(by, "")] += 1 if measure == "count" else int(deal["close_value"] or 0)
        return groups


def tool_step(run, names):
    names = names if isinstance(names, list) else [names]
    return next((s for s in run["steps"] if s["tool"] in names and s["status"] == "done"), None)


# What is proposed by tools that have no kind of proposal of their own.
KINDS = {"schedule_meeting": "create_task", "suggest_next_stage": "update_opportunity"}


def proposal_problem(run, want, tool, data):
    if tool in KINDS and not tool_step(run, tool):
        return f"used {[s['tool'] for s in run['steps'] if s['tool']]}"
    kind = KINDS.get(tool, tool)
    matching = [p for p in run["proposals"] if kind is None or p["kind"] == kind]
    if len(matching) != 1 or len(run["proposals"]) != 1:
        return f"{len(run['proposals'])} proposals: {run['answer'] and run['answer']['text'][:100]!r}"
    proposal = matching[0]
    if not proposal["target"]["name"].startswith(want["target"]):
        return f"about {proposal['target']['name']!r}"
    if want.get("target_type", proposal["target"]["type"]) != proposal["target"]["type"]:
        return f"about a {proposal['target']['type']}"
    fields = {d["field"]: d for d in proposal["diff"]}
    wanted = dict(want.get("changes", {}))
    if "due_date" in want:
        wanted["due_date"] = want["due_date"]
    if "assignee" in want:
        wanted["assignee_id"] = want["assignee"]
    for field, value in wanted.items():
        if field not in fields:
            return f"{field} is not in the diff"
        new = fields[field]["new"]
        new = new["amount"] if isinstance(new, dict) else str(new)
        if data.date(value) not in (new, fields[field]["new_label"]):
            return f"{field} is {new} ({fields[field]['new_label']}), not {data.date(value)}"
    if proposal["kind"] == "update_opportunity" and set(fields) != set(wanted):
        return f"changes {sorted(fields)}"
    return None


def problem(run, want, data):
    """Why the outcome is wrong, or nothing."""
    if run["status"] not in ("done", "waiting"):
        return f"ended as {run['status']}: {run.get('error')}"
    text = (run["answer"] or {}).get("text", "")
    question = (run["answer"] or {}).get("question")
    if want.get("declines"):
        return "did something" if run["proposals"] or any(s["kind"] == "tool" for s in run["steps"]) else None
    if "question" in want:
        if not question:
            return f"asked nothing: {text[:100]!r}"
        return None if want["question"].lower() in json.dumps(question).lower() else f"asked {question['text']!r}"
    if "question_or_proposal" in want:
        return None if question else proposal_problem(run, want["question_or_proposal"], None, data)
    if "proposal" in want:
        return proposal_problem(run, want["proposal"], want["tool"], data)
    if run["proposals"]:
        return "proposed a change"
    step = tool_step(run, want["tool"])
    if not step:
        return f"used {[s['tool'] for s in run['steps'] if s['tool']]}: {text[:100]!r}"
    if "mentions" in want:
        return next((f"{m} is not in the answer" for m in want["mentions"] if m not in text), None)
    if "count_where" in want:
        expected = len(data.select(want["count_where"]))
        result = step["result"]
        if "count" not in result and "total" not in result:
            return f"found nothing: {text[:100]!r}"
        got = result["count"] if step["tool"] == "search_opportunities" else result["total"]["count"]
        # What a request leaves open may be read either way, as long as the answer says which.
        also = len(data.select(want["or_count_where"])) if "or_count_where" in want else expected
        return None if got in (expected, also) else f"{got} deals, the files say {expected}"
    top = want["top_group"]
    expected = data.top(top["by"], top["measure"], top["where"])
    if top.get("named"):
        expected.pop("", None)
    if "groups" not in step["result"]:
        return f"found nothing: {text[:100]!r}"
    groups = {g["label"]: (g["count"] if top["measure"] == "count" else round(float(g["sum"]["amount"]))) for g in step["result"]["groups"]}
    if top.get("any_order"):
        return None if groups == dict(expected) else f"groups {groups}"
    label, value = next(((l, v) for l, v in groups.items() if l or not top.get("named")), (None, None))
    best = max(expected.values())
    same = value == best and (label in expected and expected[label] == best or (label or "").lower().startswith(("tech", *[k.lower()[:4] for k, v in expected.items() if v == best])))
    return None if same else f"first group {label}: {value}, the files say {expected.most_common(1)}"


def changed(server):
    """What would differ if anything had been written."""
    deals = server.get("/opportunities?limit=1&sort=-updated_at&count=true")
    return deals["total"], deals["items"][0]["updated_at"], len(server.get("/tasks?limit=5")["items"])


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--binary", required=True)
    arguments.add_argument("--data", required=True, help="the folder of crm_maven")
    arguments.add_argument("--ai", choices=["on", "off"], default="on")
    arguments.add_argument("--minimum", type=float, default=0.85)
    arguments.add_argument("--requests", default=os.environ.get("REQUESTS"), help="a file of requests, instead of requests.json")
    arguments.add_argument("--only", help="ids that begin with this")
    arguments.add_argument("--runs", help="write the runs here, one a line")
    options = arguments.parse_args()
    here = pathlib.Path(__file__).resolve().parent
    requests = json.load(open(options.requests or here.parent / "crates/ai/eval/requests.json"))["requests"]
    requests = [r for r in requests if not options.only or r["id"].startswith(options.only)]
    data = Data(options.data)
    # Where the database's own account can pass through, when we are root.
    folder = tempfile.mkdtemp(prefix="dealwright-ai.", dir=os.environ.get("TMPDIR"))
    os.chmod(folder, 0o755)
    server = Server(options.binary, folder, "off")
    try:
        prepare(server, options)
        status = ready(server, options)
        before = changed(server)
        outcomes = [one(server, data, want) for want in requests]
        written = changed(server) != before
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if options.runs:
        pathlib.Path(options.runs).write_text("".join(json.dumps(o["run"]) + "\n" for o in outcomes))
    sys.exit(report(outcomes, written, status, options))


def prepare(server, options):
    server.start()
    setup = {"organisation": "Maven", "name": ME, "email": EMAIL, "password": PASSWORD, "currency": "USD"}
    status, body = server.call("POST", "/setup", setup)
    if status != 204:
        raise SystemExit(f"setup: {status} {body}")
    server.stop()
    files = [str(pathlib.Path(options.data) / f) for f in FILES]
    subprocess.run([server.binary, "import", "--as", EMAIL, *files], env=server.env(), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server.ai = options.ai
    server.start()
    server.call("POST", "/session", {"email": EMAIL, "password": PASSWORD})


def ready(server, options):
    """Waits until the model is loaded, its download included."""
    if options.ai == "off":
        return server.get("/ai/status")
    for _ in range(3600):
        server.get("/conversations")
        status = server.get("/ai/status")
        if status["state"] == "ready":
            return status
        if status["state"] in ("off", "unavailable"):
            raise SystemExit(f"the model is {status['state']}: {status['message']}")
        time.sleep(1)
    raise SystemExit("the model did not get ready")


def one(server, data, want):
    run, times = server.ask(want["goal"])
    wrong = problem(run, want, data)
    invented = ungrounded(run)
    mark = "ok  " if not wrong else "FAIL"
    kind = "held out" if want["held_out"] else "tuning"
    print(f"{mark} {want['id']} {kind:8} {times.get('done', 0):5.1f} s  {run.get('planner') or '-':13} {want['goal']}" + (f"\n       {wrong}" if wrong else ""), flush=True)
    if invented:
        print(f"       says without a source: {invented}", flush=True)
    return {"want": want, "run": run, "times": times, "wrong": wrong, "invented": invented}


def report(outcomes, written, status, options):
    share = lambda some: f"{sum(not o['wrong'] for o in some)} of {len(some)} ({100 * sum(not o['wrong'] for o in some) / max(1, len(some)):.0f} %)"
    held, tuned = [o for o in outcomes if o["want"]["held_out"]], [o for o in outcomes if not o["want"]["held_out"]]
    spread = lambda values: f"median {statistics.median(values):.2f} s, p95 {sorted(values)[int(0.95 * (len(values) - 1))]:.2f} s" if values else "none"
    taken = lambda event, some=outcomes: [o["times"][event] for o in some if event in o["times"]]
    model = [o for o in outcomes if o["run"].get("planner") == "model"]
    plans = lambda some: [s["ms"] / 1000 for o in some for s in o["run"]["steps"] if s["kind"] == "plan" and s["ms"] is not None]
    tokens = [o["run"]["usage"]["first_token_ms"] / 1000 for o in model if o["run"]["usage"]["first_token_ms"] is not None]
    print(f"\nmodel: {status['model']} ({status['mode']}); planned by it: {len(model)} of {len(outcomes)}")
    print(f"right: {share(outcomes)}; held out {share(held)}, tuning {share(tuned)}; with the model's plan {share(model)}")
    print(f"plan: {spread(plans(outcomes))}; by the model: {spread(plans(model))}; its first token: {spread(tokens)}")
    print(f"first words: {spread(taken('text'))}; whole: {spread(taken('done'))}")
    right = sum(not o["wrong"] for o in outcomes)
    failures = []
    for name, some in ("in all", outcomes), ("held out", held), ("tuning", tuned):
        if sum(not o["wrong"] for o in some) < options.minimum * len(some):
            failures.append(f"fewer than {options.minimum:.0%} are right ({name})")
    if any(o["invented"] for o in outcomes):
        failures.append("an answer says what it does not know")
    if written:
        failures.append("something was written without an approval")
    for failure in failures:
        print(f"FAILED: {failure}")
    print(f"{right} passed, {len(outcomes) - right} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    main()
