"""Times requests against a seeded server from 8 client processes; prints a Markdown table of milliseconds."""

import http.client
import json
import multiprocessing
import sys
import time
from urllib.parse import quote, urlsplit

CLIENTS = 8
PASSWORD = "demo-password"
PEOPLE = {"administrator": "user000@scale.test", "rep": "user030@scale.test"}
SORTS = ["name", "amount", "close_date", "probability", "expected_revenue", "created_at", "updated_at", "stage_entered_at", "closed_at"]
FILTERS = ["stage_id=Negotiation", "stage_kind=open", "owner_id=me", "forecast_category=commit", "industry_id=Retail", "source_id=Referral",
           "region_id=West", "type_id=Renewal", "lost_reason_id=Price", "amount.gte=1000000", "close_date=this_quarter", "probability.gte=60"]


def connect(url):
    return http.client.HTTPConnection(urlsplit(url).hostname, urlsplit(url).port, timeout=30)


def get(connection, cookie, path):
    connection.request("GET", "/api/v1" + path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")
    return json.loads(body)


def sign_in(url, email):
    connection = connect(url)
    for _ in range(600):
        try:
            connection.request("POST", "/api/v1/session", json.dumps({"email": email, "password": PASSWORD}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 204:
                return answer.getheader("Set-Cookie").split(";")[0]
        except OSError:
            connection.close()
        time.sleep(0.1)
    raise SystemExit(f"{email} could not sign in")


def client(job):
    url, cookie, paths, seconds = job
    connection = connect(url)
    times, end, n = [], time.monotonic() + seconds, 0
    while time.monotonic() < end:
        path = paths[n % len(paths)]
        n += 1
        began = time.perf_counter()
        connection.request("GET", "/api/v1" + path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        times.append((time.perf_counter() - began) * 1000)
    return times


def deep(connection, cookie, query):
    """The cursor after 20 pages."""
    cursor = ""
    for _ in range(20):
        following = get(connection, cookie, f"/opportunities?limit=200&{query}{cursor}")["next_cursor"]
        if not following:
            break
        cursor = f"&cursor={quote(following)}"
    return f"/opportunities?{query}{cursor}"


def main(url, seconds):
    print("| who | what | requests | p50 ms | p95 ms |\n|---|---|---|---|---|")
    with multiprocessing.Pool(CLIENTS) as pool:
        for who, email in PEOPLE.items():
            cookie = sign_in(url, email)
            connection = connect(url)
            rows = get(connection, cookie, "/opportunities?limit=200")["items"]
            cases = {}
            for sort in SORTS:
                for text in (sort, "-" + sort):
                    cases[f"sort {text}"] = [f"/opportunities?sort={text}"]
                    cases[f"sort {text}, deep"] = [deep(connection, cookie, f"sort={text}")]
            for query in FILTERS:
                cases[f"filter {query}"] = [f"/opportunities?{query}"]
                cases[f"filter {query}, deep"] = [deep(connection, cookie, query)]
            account = next((row["account"]["name"] for row in rows if row["account"]), "a")
            cases["search, global"] = [f"/search?q={quote(account[:n])}" for n in (4, 6, len(account))]
            cases["search, in the list"] = [f"/opportunities?q={quote(account)}"]
            cases["board"] = ["/opportunities/board"]
            cases["record"] = [f"/opportunities/{row['id']}" for row in rows]
            for name, paths in cases.items():
                times = sorted(t for part in pool.map(client, [(url, cookie, paths, seconds)] * CLIENTS) for t in part)
                at = lambda share: times[min(len(times) - 1, int(len(times) * share))]
                print(f"| {who} | {name} | {len(times)} | {at(0.5):.1f} | {at(0.95):.1f} |", flush=True)


main(sys.argv[1], float(sys.argv[2]))
