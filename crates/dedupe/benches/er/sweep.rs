//! Generated contacts, one in twelve of them written down a second time with slips of the hand.

use std::collections::HashSet;
use std::time::Instant;

use dealwright_dedupe::block::{self, Pass};
use dealwright_dedupe::cluster::Clusters;
use dealwright_dedupe::{Field, Model, Record, share};

/// A small generator that gives the same numbers each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % n.max(1)
    }
    /// Small numbers are far more likely, as with names.
    fn skewed(&mut self, n: usize) -> usize {
        let (a, b) = (self.below(n), self.below(n));
        a * b / n.max(1)
    }
}

const GIVEN: &[&str] = &[
    "robert",
    "maria",
    "james",
    "anna",
    "michael",
    "julia",
    "thomas",
    "laura",
    "peter",
    "sophie",
    "daniel",
    "elena",
    "david",
    "nina",
    "william",
    "katharina",
    "richard",
    "susan",
    "paul",
    "claire",
    "mark",
    "ingrid",
    "stefan",
    "yuki",
    "ahmed",
    "fatima",
    "carlos",
    "lucia",
    "pierre",
    "camille",
    "oleg",
    "irina",
    "jan",
    "eva",
    "marco",
    "giulia",
    "lars",
    "astrid",
    "wei",
    "mei",
    "raj",
    "priya",
];
const SYLLABLES: &[&str] = &[
    "ber", "man", "hol", "ster", "kow", "ski", "ric", "ton", "mar", "tin", "del", "gar", "lin", "den", "bach", "stein",
    "wal", "ker", "fer", "ran", "mil", "ler", "san", "chez", "pet", "rov", "hart", "ley", "bro", "wen", "sul", "van",
    "nor", "ris", "dor", "fel",
];

fn word(number: usize, parts: usize) -> String {
    let mut n = number;
    let mut out = String::new();
    for _ in 0..parts {
        out.push_str(SYLLABLES[n % SYLLABLES.len()]);
        n /= SYLLABLES.len();
    }
    out
}

type Person = [String; 5];

fn person(dice: &mut Dice) -> Person {
    let given = GIVEN[dice.skewed(GIVEN.len())].to_owned();
    let family = word(dice.skewed(46_000), 3);
    let company = word(dice.below(60_000), 4);
    let email = format!("{given}.{family}{}@{company}.com", dice.below(3));
    [given, family, format!("{company} gmbh"), email, format!("+4930{:08}", dice.below(100_000_000))]
}

fn slip(text: &mut String, dice: &mut Dice) {
    let at = dice.below(text.len());
    match dice.below(3) {
        0 => drop(text.remove(at)),
        1 => text.insert(at, 'e'),
        _ => text.replace_range(at..=at, "a"),
    }
}

fn again(of: &Person, dice: &mut Dice) -> Person {
    let mut copy = of.clone();
    slip(&mut copy[dice.below(2)], dice);
    match dice.below(4) {
        0 => copy[3].clear(),
        1 => copy[4].clear(),
        2 => copy[2] = copy[2].replace(" gmbh", " AG"),
        _ => copy.swap(0, 1),
    }
    copy
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    let kib: usize = line.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    format!("{} MiB", kib / 1024)
}

/// Generates contacts, finds duplicates among them, and says how long it took and what it found.
pub fn run(size: usize) {
    let mut dice = Dice(7);
    let fields = [Field::Given, Field::Family, Field::Company, Field::Email, Field::Phone];
    let (mut records, mut truth) = (Vec::with_capacity(size), HashSet::new());
    let begun = Instant::now();
    while records.len() < size {
        let one = person(&mut dice);
        let at = u32::try_from(records.len()).unwrap();
        records.push(Record::of(fields.into_iter().zip(one.iter().map(String::as_str)), "49"));
        if at % 12 == 0 {
            truth.insert((at, at + 1));
            records.push(Record::of(fields.into_iter().zip(again(&one, &mut dice).iter().map(String::as_str)), "49"));
        }
    }
    let prepared = begun.elapsed();
    let mut model = Model::people();
    model.learn_shares(records.iter());
    let mut clusters = Clusters::new(u32::try_from(records.len()).unwrap(), 50);
    let (mut right, mut wrong) = (0, 0);
    let stats = block::pairs(&records, Pass::PEOPLE, |a, b| {
        let [x, y] = [a, b].map(|at| &records[usize::try_from(at).unwrap()]);
        if model.bits_of(x, y) >= 3.0 {
            clusters.join(a, b);
            if truth.contains(&(a, b)) {
                right += 1;
            } else {
                wrong += 1;
                if wrong < 20 && std::env::var_os("DEDUPE_ERRORS").is_some() {
                    println!("  {:?} {x:?} {y:?}", model.score(x, y));
                }
            }
        }
    });
    let groups = clusters.groups();
    println!(
        "sweep of {} contacts: {:.1} s in all, {:.1} s of it bringing values to normal form; peak memory {}",
        records.len(),
        begun.elapsed().as_secs_f64(),
        prepared.as_secs_f64(),
        peak_memory()
    );
    println!(
        "  {} pairs compared of {} blocks ({} parted, {} windowed); {} groups; precision {:.3}, recall {:.3}",
        stats.pairs,
        stats.blocks,
        stats.parted,
        stats.windowed,
        groups.len(),
        share(right, right + wrong),
        share(right, truth.len())
    );
}
