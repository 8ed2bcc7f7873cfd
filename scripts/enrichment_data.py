#!/usr/bin/env python3
"""Makes crates/insight/data of the public files that its README names: scripts/enrichment_data.py FOLDER"""

import collections
import csv
import pathlib
import re
import sys
import unicodedata

SOURCE = pathlib.Path(sys.argv[1])
TARGET = pathlib.Path(__file__).parent.parent / "crates/insight/data"
COUNTRIES = {
    "United States of America": "United States",
    "Korea, the Republic of": "South Korea",
    "Hong Kong, China": "Hong Kong",
    "Virgin Islands, US": "US Virgin Islands",
    "Virgin Islands, British": "British Virgin Islands",
}
# States of the United States, as seats name them.
STATES = set(
    "Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois Indiana Iowa Kansas "
    "Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana Nebraska Nevada Ohio Oklahoma Oregon "
    "Pennsylvania Tennessee Texas Utah Vermont Virginia Washington Wisconsin Wyoming D.C.".split()
) | {"New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina", "North Dakota", "Rhode Island", "South Carolina",
     "South Dakota", "West Virginia", "Washington, D.C.", "District of Columbia"}


def rows(name):
    with open(SOURCE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name, lines):
    (TARGET / name).write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def letters(text):
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


def sp500():
    for r in rows("sp500_companies.csv"):
        seat = re.sub(r"\s*[\[(;].*$", "", r["Headquarters Location"]).strip()
        last = seat.split(", ")[-1]
        country = "United States" if last in STATES or seat in STATES else {"UK": "United Kingdom", "U.K.": "United Kingdom", "none": ""}.get(last, last)
        founded = re.match(r"\d{4}", r["Founded"])
        yield "\t".join([r["Security"], r["Symbol"], r["GICS Sector"], r["GICS Sub-Industry"], seat, country, founded.group(0) if founded else "", r["CIK"]])


def sec():
    seen = set()
    for r in rows("sec_company_tickers.csv"):
        # A company stands once for each of its shares; the first is the common one.
        if r["cik"] in seen:
            continue
        seen.add(r["cik"])
        name = re.sub(r"\s*/[A-Z ]+/?$", "", r["name"]).strip()
        yield "\t".join([name, r["ticker"], r["exchange"]])


def forms():
    countries, names = collections.defaultdict(set), {}
    for r in rows("legal_forms.csv"):
        country = COUNTRIES.get(r["country"], r["country"])
        for form in re.split(r"[;/]", r["abbreviations"] + ";" + r["abbreviations_transliterated"]):
            key = letters(form)
            if 2 <= len(key) <= 14 and re.search("[a-z]", key):
                countries[key].add((r["country_code"], country))
                names.setdefault(key, form.strip())
    for key in sorted(countries):
        yield "\t".join([key, names[key], ";".join(f"{code}={name}" for code, name in sorted(countries[key]))])


def domains(name):
    return sorted({line.strip().lower() for line in (SOURCE / name).read_text().splitlines() if line.strip()})


write("sp500.tsv", sp500())
write("sec.tsv", sec())
write("legal_forms.tsv", forms())
write("free_domains.txt", domains("free_email_domains.txt"))
write("disposable_domains.txt", domains("disposable_email_domains.txt"))
