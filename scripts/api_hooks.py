"""Hooks of schemathesis: it acts as the demo company's administrator, and is signed in again when a call of its own ended
the session, so that every operation is tested by somebody who may use it."""

import json
import os
import urllib.request

import schemathesis

BASE_URL = os.environ["BASE_URL"]
cookie = None


def sign_in():
    body = json.dumps({"email": "admin@demo.test", "password": "demo-password"}).encode()
    headers = {"Content-Type": "application/json", "Origin": BASE_URL}
    answer = urllib.request.urlopen(urllib.request.Request(BASE_URL + "/api/v1/session", body, headers))
    return "; ".join(line.split(";")[0] for line in answer.headers.get_all("Set-Cookie"))


@schemathesis.serializer("application/offset+octet-stream")
def part_of_a_file(context, value):
    return {"data": value if isinstance(value, bytes) else str(value).encode()}


@schemathesis.hook
def before_call(context, case, kwargs):
    global cookie
    cookie = cookie or sign_in()
    case.headers["Cookie"] = cookie
    case.headers["Origin"] = BASE_URL
    # The description names keys too, and schemathesis makes one up: whoever shows a key is asked for nothing else.
    case.headers.pop("Authorization", None)


@schemathesis.hook
def after_call(context, case, response):
    global cookie
    # A call of its own has ended the session, such as one that ends all of them. Other refusals leave it.
    if response.status_code == 401 and b'"code":"not_signed_in"' in (response.content or b""):
        cookie = None
