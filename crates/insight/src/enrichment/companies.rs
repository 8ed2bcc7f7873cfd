//! Listed companies: the members of the S&P 500 with their sector, seat and founding year, and all that report to the SEC.

use std::collections::HashMap;
use std::sync::LazyLock;

use dealwright_dedupe::company::{core, likeness_of_cores};
use dealwright_dedupe::point::domain_stem;
use dealwright_dedupe::text::compact;

use super::source::{About, Asked, Confidence, Finding, Findings, Found, Note, Source};

const SP500: &str = include_str!("../../data/sp500.tsv");
const SEC: &str = include_str!("../../data/sec.tsv");

/// How alike two names must be to be taken for one company's.
const ALIKE: f32 = 0.92;
/// A name of fewer letters is too common to be recognised by.
const SHORTEST: usize = 2;

/// A company of a list, as its line says it.
#[derive(Clone, Debug)]
struct Company {
    columns: Vec<&'static str>,
    core: String,
}

impl Company {
    fn column(&self, at: usize) -> &'static str {
        self.columns.get(at).copied().unwrap_or_default()
    }
}

/// Companies by their names.
#[derive(Debug)]
struct List {
    companies: Vec<Company>,
    by_core: HashMap<String, Vec<usize>>,
    by_letters: HashMap<String, Vec<usize>>,
    by_beginning: HashMap<String, Vec<usize>>,
}

static SP500_LIST: LazyLock<List> = LazyLock::new(|| List::read(SP500));
static SEC_LIST: LazyLock<List> = LazyLock::new(|| List::read(SEC));

fn beginning(core: &str) -> String {
    core.chars().take(3).collect()
}

/// A company that was recognised.
struct Recognised<'a> {
    company: &'a Company,
    confidence: Confidence,
    why: String,
}

impl List {
    fn read(text: &'static str) -> Self {
        let mut list = Self {
            companies: Vec::new(),
            by_core: HashMap::new(),
            by_letters: HashMap::new(),
            by_beginning: HashMap::new(),
        };
        for line in text.lines() {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let core = core(columns.first().copied().unwrap_or_default());
            let at = list.companies.len();
            list.by_core.entry(core.clone()).or_default().push(at);
            list.by_letters.entry(compact(&core)).or_default().push(at);
            list.by_beginning.entry(beginning(&core)).or_default().push(at);
            list.companies.push(Company { columns, core });
        }
        list
    }

    fn only(&self, of: Option<&Vec<usize>>) -> Option<&Company> {
        match of.map(Vec::as_slice) {
            Some([one]) => self.companies.get(*one),
            // Several of one name are told apart by nobody.
            Some(_) | None => None,
        }
    }

    fn has(&self, core: &str) -> bool {
        core.len() > SHORTEST && self.by_core.contains_key(core)
    }

    /// The company that is meant, if it is on the list: by name, and by domain where there is one.
    fn recognise(&self, asked: &Asked) -> Option<Recognised<'_>> {
        let domain = asked.company_domain();
        let stem = domain.as_deref().map(domain_stem);
        let name = asked.name.as_deref().map(core).filter(|core| core.len() >= SHORTEST);
        let agrees =
            |company: &Company| stem.is_some_and(|stem| compact(&company.core).starts_with(&stem.replace('-', "")));
        if let Some(company) = name.as_ref().and_then(|name| self.only(self.by_core.get(name))) {
            let called = company.column(0);
            let (percent, why) = match (&domain, agrees(company)) {
                (Some(domain), true) => (98, format!("The name is that of {called}, and {domain} is like it")),
                (Some(domain), false) => (75, format!("The name is that of {called}, but {domain} is not like it")),
                (None, _) => (92, format!("The name is that of {called}")),
            };
            return Some(Recognised { company, confidence: Confidence(percent), why });
        }
        if let Some((company, likeness)) = name.as_ref().and_then(|name| self.alike(name)) {
            let called = company.column(0);
            let percent = if agrees(company) { 88 } else { 65 };
            let score = format!("{:.0} %", likeness * 100.0);
            let why = format!("The name is {score} like that of {called}");
            return Some(Recognised { company, confidence: Confidence(percent), why });
        }
        // Only where there is no name to say otherwise.
        let stem = stem.filter(|stem| name.is_none() && stem.len() >= 4)?;
        let company = self.only(self.by_letters.get(&stem.replace('-', "")))?;
        let why = format!("The domain {} is the name of {}", domain.unwrap_or_default(), company.column(0));
        Some(Recognised { company, confidence: Confidence(70), why })
    }

    /// The one that is most alike.
    fn alike(&self, name: &str) -> Option<(&Company, f32)> {
        if name.len() < 5 {
            return None;
        }
        let candidates = self.by_beginning.get(&beginning(name))?;
        candidates
            .iter()
            .filter_map(|at| self.companies.get(*at))
            .map(|company| (company, likeness_of_cores(name, &company.core)))
            .filter(|(_, likeness)| *likeness >= ALIKE)
            .max_by(|a, b| a.1.total_cmp(&b.1))
    }
}

/// Whether a company of this name is listed on an American exchange.
#[must_use]
pub fn is_listed(name: &str) -> bool {
    let core = core(name);
    SEC_LIST.has(&core) || SP500_LIST.has(&core)
}

/// The members of the S&P 500.
#[derive(Debug)]
pub struct Sp500;

impl Source for Sp500 {
    fn about(&self) -> About {
        About { id: "sp500", name: "S&P 500 companies", licence: "PDDL" }
    }

    fn ask(&self, asked: &Asked) -> Findings {
        let Some(Recognised { company, confidence, why }) = SP500_LIST.recognise(asked) else {
            return Findings::default();
        };
        let [name, ticker, sector, branch, seat, country, founded] =
            [0, 1, 2, 3, 4, 5, 6].map(|column| company.column(column));
        let mut found = vec![Found::Industry { sector, branch }];
        if !country.is_empty() {
            found.push(Found::Country(country.to_owned()));
        }
        found.extend(founded.parse().ok().map(Found::FoundedYear));
        if asked.name.is_none() {
            found.push(Found::Company(name.to_owned()));
        }
        let proposals = found.into_iter().map(|found| Finding { found, confidence, why: why.clone() }).collect();
        let text = format!("Member of the S&P 500 ({ticker}): {sector}, {branch}; seat in {seat}");
        Findings { proposals, notes: vec![Note { text, confidence, why }] }
    }
}

/// Companies that report to the SEC.
#[derive(Debug)]
pub struct Sec;

impl Source for Sec {
    fn about(&self) -> About {
        About { id: "sec", name: "SEC company tickers", licence: "US public domain" }
    }

    fn ask(&self, asked: &Asked) -> Findings {
        let Some(Recognised { company, confidence, why }) = SEC_LIST.recognise(asked) else {
            return Findings::default();
        };
        let [name, ticker, exchange] = [0, 1, 2].map(|column| company.column(column));
        let text = match exchange {
            "" => format!("{name} reports to the SEC ({ticker})"),
            exchange => format!("{name} is listed on {exchange} ({ticker})"),
        };
        Findings { proposals: Vec::new(), notes: vec![Note { text, confidence, why }] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: Option<&str>, domain: Option<&str>) -> Asked {
        Asked { name: name.map(str::to_owned), domain: domain.map(str::to_owned), ..Asked::default() }
    }

    fn sureness(name: Option<&str>, domain: Option<&str>) -> Option<u8> {
        SP500_LIST.recognise(&asked(name, domain)).map(|r| r.confidence.0)
    }

    #[test]
    fn a_company_is_recognised_by_its_name_and_its_domain() {
        assert_eq!(sureness(Some("Ecolab Inc."), None), Some(92));
        assert_eq!(sureness(Some("Ecolab"), Some("ecolab.com")), Some(98));
        assert_eq!(sureness(Some("Ecolab"), Some("sweet-honey.example")), Some(75));
        assert_eq!(sureness(None, Some("https://www.ecolab.com/de")), Some(70));
        assert_eq!(sureness(Some("Nordwerk Anlagenbau"), Some("nordwerk.example")), None);
        assert_eq!(sureness(Some("Nordwerk"), Some("ecolab.com")), None);
    }

    #[test]
    fn what_is_known_comes_with_its_reason() {
        let findings = Sp500.ask(&asked(Some("Abbott Laboratories"), None));
        let told: Vec<_> = findings.proposals.iter().map(|p| (&p.found, p.confidence.0)).collect();
        assert_eq!(
            told,
            [
                (&Found::Industry { sector: "Health Care", branch: "Health Care Equipment" }, 92),
                (&Found::Country("United States".into()), 92),
                (&Found::FoundedYear(1888), 92),
            ]
        );
        assert_eq!(findings.proposals[0].why, "The name is that of Abbott Laboratories");
        assert!(is_listed("NVIDIA") && is_listed("Apple Inc.") && !is_listed("Nordwerk Anlagenbau"));
    }
}
