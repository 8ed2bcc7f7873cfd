"""Measures a seeded server with wrk, 8 connections, and the list's own SQL with pgbench on as many; prints Markdown.

    bench.py URL SECONDS POSTGRES_BIN DATA_DIR SERVER_PID
"""

import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from urllib.parse import quote, urlsplit

URL, SECONDS, BIN, DATA, SERVER = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4]), sys.argv[5]
CLIENTS = 8
PASSWORD = "demo-password"
PEOPLE = {"Sales Rep": "user030@scale.test", "Administrator": "user000@scale.test"}
SORTS = ["name", "amount", "close_date", "probability", "expected_revenue", "created_at", "updated_at", "stage_entered_at", "closed_at"]
DEEP_PAGES = 40


def connect():
    return http.client.HTTPConnection(urlsplit(URL).hostname, urlsplit(URL).port, timeout=30)


def get(connection, cookie, path):
    connection.request("GET", "/api/v1" + path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")
    return json.loads(body)


def sign_in(email):
    body, connection = json.dumps({"email": email, "password": PASSWORD}), connect()
    connection.request("POST", "/api/v1/session", body, {"Content-Type": "application/json", "Origin": URL})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 204:
        raise SystemExit(f"{email} could not sign in: {answer.status} {text[:300]!r}")
    return answer.getheader("Set-Cookie").split(";")[0]


def wait_for_server():
    for _ in range(600):
        try:
            get(connect(), "", "/setup")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not get ready")


def load(cookie, paths, seconds=SECONDS, clients=CLIENTS):
    """What so many connections get in this time."""
    lua = pathlib.Path(__file__).with_name("bench.lua")
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", str(lua), URL, "--", cookie, *paths]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    if result["failed"]:
        raise SystemExit(f"{paths[0]}: {result['failed']} of {result['requests']} requests failed")
    return result


def filters(connection, cookie):
    """One filter of each built-in field, with values that this organisation has."""
    row = next(r for r in get(connection, cookie, "/opportunities?limit=200&stage_kind=lost")["items"] if r["lost_reason_id"] and r["account_id"])
    ids = ["account_id", "pipeline_id", "stage_id", "type_id", "source_id", "industry_id", "region_id", "lost_reason_id", "owner_id", "team_id"]
    found = [f"{field}={row[field]}" for field in ids if row[field]]
    tagged = next((r for r in get(connection, cookie, "/opportunities?limit=200")["items"] if r["tags"]), None)
    if tagged:
        found.append(f"tag={quote(tagged['tags'][0])}")
    return found + ["stage_kind=open", "stage_kind=won", "owner_id=me", "forecast_category=commit", "amount.gte=100000", "amount.lte=5000",
                    "close_date=this_quarter", "close_date.lte=2026-01-31", "probability.gte=60", "expected_revenue.gte=50000", "created_at.gte=2026-01-01",
                    "updated_at.gte=2026-01-01", "stage_entered_at.lte=2025-12-31", "closed_at.gte=2026-01-01", "name.contains=" + quote(row["name"].split()[0])]


def deep(connection, cookie, query):
    """The page after 40 pages of 200 (or the last there is)."""
    cursor = ""
    for _ in range(DEEP_PAGES):
        following = get(connection, cookie, f"/opportunities?limit=200&{query}{cursor}")["next_cursor"]
        if not following:
            break
        cursor = f"&cursor={quote(following)}"
    return f"/opportunities?{query}{cursor}"


# The commonest pairs of filters, as the shipped views and the filter bar make them.
PAIRS = [
    "owner_id=me&stage_kind=open", "stage_kind=open&close_date=this_quarter", "stage_kind=open&amount.gte=100000", "owner_id=me&close_date=this_month",
    "stage_kind=won&closed_at.gte=2026-01-01", "stage_kind=lost&closed_at.gte=2026-01-01", "stage_kind=open&forecast_category=commit",
    "owner_id=me&amount.gte=50000", "stage_kind=open&probability.gte=60", "stage_kind=open&created_at.gte=2026-01-01",
    "stage_kind=open&stage_entered_at.lte=2025-12-31", "team_id=my_team&stage_kind=open",
]


def related(account):
    """One filter of each field of the account, with values that this organisation has."""
    ids = [f"account.{field}={account[field]}" for field in ("industry_id", "region_id", "owner_id", "country") if account.get(field)]
    return [*ids, "account.employees.gte=1000", "account.annual_revenue.gte=10000000", "account.name.contains=" + quote(account["name"].split()[0])]


def writes(connection, cookie, row):
    """What a person does with a deal: made, changed."""
    made = "POST /opportunities " + json.dumps({"name": "Bench", "account_id": row["account"]["id"], "amount": {"amount": "1200.00", "currency": row["amount"]["currency"]}})
    some = get(connection, cookie, "/opportunities?limit=64&stage_kind=open")["items"]
    return {"create": [made], "edit": [f"EDIT /opportunities/{r['id']} {r['version']}" for r in some if r["may"]["update"]]}


def measure():
    worst, rows = {}, {}

    def case(who, kind, name, paths):
        result = load(cookie, paths)
        print(f"  {who}: {name}: p50 {result['p50']:.1f}, p95 {result['p95']:.1f} ms, {result['requests'] / result['seconds']:.0f}/s", file=sys.stderr, flush=True)
        worst.setdefault(kind, {}).setdefault(who, []).append(result["p95"])
        return result["p95"]

    for who, email in PEOPLE.items():
        cookie, connection = sign_in(email), connect()
        some = get(connection, cookie, "/opportunities?limit=200")["items"]
        queries = [f"sort={sign}{sort}" for sort in SORTS for sign in ("", "-")] + filters(connection, cookie)
        for query in queries:
            label = re.sub(r"=[0-9a-f-]{36}$", "=…", query)
            cells = rows.setdefault(label, {})
            cells[who, "first"] = case(who, "list, first page", label, [f"/opportunities?{query}"])
            cells[who, "deep"] = case(who, "list, deep cursor", label + ", deep", [deep(connection, cookie, query)])
        in_account = next(row for row in some if row["account"] and row["amount"])
        account = in_account["account"]["name"]
        words = account.split()
        misspelt = words[0][:3] + words[0][4:] if len(words[0]) > 5 else words[0]
        for name, path in {"of a word": f"/search?q={quote(words[0])}", "of a prefix": f"/search?q={quote(account[:4])}", "of a name": f"/search?q={quote(account)}",
                           "with a typo": f"/search?q={quote(misspelt)}", "in the list": f"/opportunities?q={quote(account)}"}.items():
            case(who, "search", "search " + name, [path])
        for query in PAIRS:
            case(who, "list, pairs of filters", query, [f"/opportunities?{query}"])
        for query in related(get(connection, cookie, "/accounts/" + in_account["account"]["id"])):
            case(who, "list, fields of the account", re.sub(r"=[0-9a-f-]{36}$", "=…", query), [f"/opportunities?{query}"])
        case(who, "board", "board", ["/opportunities/board"])
        case(who, "board by hand", "board by hand", ["/opportunities/board?sort=-position"])
        accounts = sorted({row["account"]["id"] for row in some if row["account"]})
        case(who, "timeline", "timeline of accounts", [f"/accounts/{account_id}/timeline" for account_id in accounts])
        for name, turns in writes(connection, cookie, in_account).items():
            case(who, name, name, turns)
        case(who, "record", "record", [f"/opportunities/{row['id']}" for row in some])

    targets = {"list, first page": 15, "list, deep cursor": 15, "list, pairs of filters": 15, "list, fields of the account": 40, "search": 50,
               "board": 30, "board by hand": 30, "record": 10, "timeline": 10, "create": 10, "edit": 10}
    print("\n| request, p95 in ms (worst case) | target | " + " | ".join(PEOPLE) + " |\n|---|---|" + "---|" * len(PEOPLE))
    for kind, target in targets.items():
        print(f"| {kind} | {target} | " + " | ".join(f"{max(worst[kind][who]):.1f}" for who in PEOPLE) + " |")
    print("\n| sort or filter, p95 in ms | Rep first | Rep deep | Admin first | Admin deep |\n|---|---|---|---|---|")
    for query, cells in rows.items():
        print(f"| `{query}` | " + " | ".join(f"{cells[who, at]:.1f}" if (who, at) in cells else "" for who in PEOPLE for at in ("first", "deep")) + " |")


def psql(user, sql):
    command = [BIN / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]
    return subprocess.run(command, env=database(user), check=True, capture_output=True, text=True).stdout


def database(user):
    return os.environ | {"PGHOST": str(DATA / "postgres/run"), "PGUSER": user, "PGDATABASE": "dealwright",
                         "PGPASSWORD": (DATA / "credentials" / user).read_text().strip()}


def statements(cookie, path):
    """The SQL that one request runs, as PostgreSQL logs it: text, and parameters by number."""
    log = max((DATA / "postgres").glob("log*/*"), key=lambda f: f.stat().st_mtime) if (DATA / "postgres/log").is_dir() else DATA / "postgres/log"
    on = {"log_min_duration_statement": "0", "log_parameter_max_length": "-1", "log_error_verbosity": "'default'", "log_line_prefix": "'@@%a@@ '"}
    get(connect(), cookie, path)
    try:
        for name, value in on.items():
            psql("postgres", f"alter system set {name} = {value}")
        psql("postgres", "select pg_reload_conf()")
        time.sleep(0.5)
        at = log.stat().st_size
        get(connect(), cookie, path)
        time.sleep(0.3)
        text = log.read_bytes()[at:].decode()
    finally:
        for name in on:
            psql("postgres", f"alter system reset {name}")
        psql("postgres", "select pg_reload_conf()")
    found = []
    for application, entry in re.findall(r"^@@([^@]*)@@ (.*?)(?=^@@|^\d{4}-\d\d-\d\d |\Z)", text, re.S | re.M):
        if application != "dealwright":
            continue
        entry = entry.rstrip("\n").replace("\n\t", "\n")
        if statement := re.match(r"LOG:  duration: [\d.]+ ms  (?:execute [^:]*|statement): (.*)", entry, re.S):
            found.append([statement[1], []])
        elif parameters := re.match(r"DETAIL:  Parameters: (.*)", entry, re.S):
            values = re.findall(r"\$\d+ = (?:'((?:[^']|'')*)'|(NULL))", parameters[1])
            found[-1][1] = [None if null else value.replace("''", "'") for value, null in values]
    return found


def pgbench(parts, user="dealwright_app", clients=CLIENTS, limit=("-T", SECONDS * 2)):
    """Transactions a second of these statements on as many connections, prepared, with the same settings."""
    script, variables = [], []
    for text, values in parts:
        for n, value in sorted(enumerate(values, 1), reverse=True):
            if value is None:
                text = re.sub(rf"\${n}(?!\d)", "null", text)
                continue
            name = f"v{len(variables)}"
            variables.append(f"{name}={value}")
            text = re.sub(rf"\${n}(?!\d)", f":{name}", text)
        if text.endswith("; begin"):  # our one round trip of two statements
            script.append("\\startpipeline\nbegin;\n" + text.removesuffix("; begin") + ";\n\\endpipeline")
        else:
            script.append(" ".join(text.split()) + ";")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write("\n".join(script) + "\n")
        file.flush()
        defines = [part for variable in variables for part in ("-D", variable)]
        command = [BIN / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", *map(str, limit), *defines, "-f", file.name]
        options = "-c jit=off -c enable_bitmapscan=off -c statement_timeout=5s -c timezone=UTC"
        result = subprocess.run(command, env=database(user) | {"PGOPTIONS": options}, capture_output=True, text=True)
    if result.returncode or not re.search(r"number of failed transactions: 0 ", result.stdout):
        raise SystemExit(f"pgbench failed: {result.stdout}\n{result.stderr[-2000:]}\n" + "\n".join(script))
    return float(re.search(r"tps = ([\d.]+)", result.stdout)[1])


def compare():
    print("\n| list | pgbench, a second | Dealwright, a second | share |\n|---|---|---|---|")
    for who, email in PEOPLE.items():
        cookie = sign_in(email)
        for path in ("/opportunities", "/opportunities?sort=-amount", "/opportunities?stage_kind=open&sort=close_date"):
            parts = statements(cookie, path)
            ours, theirs = [], []
            for _ in range(3):  # in turn, so that a slow moment of the machine strikes both
                theirs.append(pgbench(parts))
                result = load(cookie, [path])
                ours.append(result["requests"] / result["seconds"])
            ours, theirs = sorted(ours)[1], sorted(theirs)[1]
            print(f"| {who}, `{path}` | {theirs:.0f} | {ours:.0f} | {ours / theirs:.0%} |", flush=True)


def without_access(parts):
    """The same statements without the access check: a plain BEGIN, for a role whose policies are `true`."""
    (first, _), rest = parts[0], parts[1:]
    if not (first.endswith("; begin") and "app.enter" in first):
        raise SystemExit(f"a list begins with something else than app.enter: {first!r}")
    return [["begin", []], *rest]


def apart(more, less, rounds):
    """By how many milliseconds the one takes longer than the other: the median of pairs taken in turn, and the range of the
    middle half of them."""
    pairs = []
    for n in range(rounds):
        first, second = (more, less) if n % 2 else (less, more)
        one, other = first(), second()
        pairs.append((one - other if n % 2 else other - one) * 1000)
    pairs.sort()
    return pairs[rounds // 2], (pairs[rounds // 4], pairs[-1 - rounds // 4])


def access():
    """The share of a list request that the access check takes: one connection, nothing else going on, all in turn.

    In PostgreSQL: the request's statements as they are, against the same without `app.enter` and without policies. In the
    server: the most it can be is what an endpoint that knows its caller and asks no database takes longer than one that
    asks nothing.
    """
    cookies = {who: sign_in(email) for who, email in PEOPLE.items()}

    def asked(who, path, seconds=1):
        result = load(cookies[who], [path], seconds, 1)
        return result["seconds"] / result["requests"]

    server, (low, high) = apart(lambda: asked("Administrator", "/imports/fields?object=user"), lambda: asked("Administrator", "!/healthz"), 11)
    print(f"\nAccess in the server, at most: {server:.3f} ms ({low:.3f} to {high:.3f})")
    print("\n| list | request, ms | access in PostgreSQL, ms | share, server and all |\n|---|---|---|---|")
    for who in cookies:
        for path in ("/opportunities", "/opportunities?sort=-amount", "/opportunities?stage_kind=open&sort=close_date"):
            parts = statements(cookies[who], path)
            request = sorted(asked(who, path) for _ in range(5))[2] * 1000
            some = ("-t", 500)
            database, (low, high) = apart(
                lambda: 1 / pgbench(parts, clients=1, limit=some),
                lambda: 1 / pgbench(without_access(parts), "dealwright_migrator", 1, some),
                21,
            )
            share = (database + server) / request
            print(f"| {who}, `{path}` | {request:.2f} | {database:.3f} ({low:.3f} to {high:.3f}) | {share:.1%} |", flush=True)


def memory():
    for line in pathlib.Path(f"/proc/{SERVER}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


wait_for_server()
time.sleep(5)
print(f"Server memory at rest: {memory():.0f} MB (RSS)")
if "compare" not in os.environ.get("BENCH_SKIP", ""):
    compare()
if "access" not in os.environ.get("BENCH_SKIP", ""):
    access()
if "lists" not in os.environ.get("BENCH_SKIP", ""):
    measure()
print(f"\nServer memory after the load: {memory():.0f} MB (RSS)")
