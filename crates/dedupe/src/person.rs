//! Names of people: titles, nicknames, initials, and words in another order.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::company;
use crate::name::{Alignment, misspelt};
use crate::text::{compact, fold, likeness};

const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lord",
    "lady",
    "herr",
    "frau",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "signor",
    "signora",
    "senor",
    "senora",
    "ing",
    "dipl",
    "mag",
    "rev",
    "president",
    "prasident",
    "prime",
    "minister",
    "chancellor",
    "general",
    "colonel",
    "captain",
    "shaikh",
    "sheikh",
    "sheik",
    "hon",
    "jr",
    "sr",
    "ii",
    "iii",
    "phd",
    "md",
    "esq",
    "mba",
    "cpa",
    "na",
];

/// Small words of names, which come and go.
const PARTICLES: &[&str] = &[
    "bin", "ben", "ibn", "al", "el", "de", "del", "della", "der", "den", "van", "von", "di", "da", "dos", "la", "le",
    "ur", "ul", "abu", "abou", "zu", "y", "e", "bint",
];

/// Names that are used for each other. A name may stand in several lines.
const NICKNAMES: &str = "alexander alex alec sandy sasha xander alexandr aleksandr alejandro
alexandra alex sandra sandy sasha lexi
andrew andy drew andreas andrei andre
anthony tony antonio anton
abigail abby gail
albert al bert albrecht
alfred al fred alfie
amanda mandy
angela angie
anne ann anna annie nancy hannah
arthur art
barbara barb babs
benjamin ben benny benji bibi
bernard bernie bernd
bradley brad
cameron cam
caroline carol carrie
catherine katherine kathryn katharina cathy kathy kate katie kat kitty
charles charlie chuck karl carl carlos
charlotte charlie lottie
christina tina chris chrissy kristina
christine chris tina christy kristin
christopher chris kit christoph
clifford cliff
cynthia cindy
daniel dan danny
david dave davey
deborah debbie deb debra
dennis denny
donald don donnie
dorothy dot dottie
douglas doug
edward ed eddie ted ned eduard
eleanor ellie nora nell
elizabeth liz lizzie beth betty betsy eliza elisabeth lisa liza
emanuel emmanuel manny manuel
emily em emma
eric erik rick
eugene gene
florence flo
francis frank fran francisco
frances fran francesca
franklin frank
frederick fred freddie freddy frederik friedrich fritz
gabriel gabe
gabrielle gabby
george georg jorge
gerald gerry jerry
gerard gerry
gregory greg
harold harry hal
henry harry hank hal heinrich henri
herbert herb bert
isabella isabel bella izzy
jacob jake
james jim jimmy jamie
jacqueline jackie
janet jan
jeffrey jeff geoffrey geoff
jennifer jen jenny
jeremy jerry jeremiah
jessica jess jessie
joan joanna joanne jo
johannes john johann hans jan
john jack johnny jon jonny
jonathan jon jonny john
joseph joe joey josef jose
joshua josh
judith judy
julia julie jules
kenneth ken kenny
kimberly kim
lawrence larry laurence lorenz
leonard len lenny leo
leonardo leo
louis lou luis ludwig louie
louise lou
lucas luke lukas
madeleine maddie
margaret maggie meg peggy marge margie rita greta margarete
maria mary marie
martin marty
martha marty
matthew matt matthias
megan meg
melissa mel missy
michael mike mick mickey michel miguel mikhail
michelle shelly
mohammed mohammad muhammad mohamed muhammed
natalie nat
nathan nate nat
nathaniel nate nat nathan
nicholas nick nicky nicolas nikolai klaus claus nico
nicole nicky
oliver ollie
olivia liv
oscar oskar ossie
pamela pam
patricia pat patty tricia trish
patrick pat paddy
paul pablo pavel
peter pete pedro pierre
philip phil
priscilla cilla
rachel rae
randall randy
raymond ray
rebecca becky becca
richard rick dick rich richie ricky
robert bob rob bobby robbie bert roberto rupert
roger rodge
ronald ron ronnie
samantha sam
samuel sam sammy
sarah sally sara
sergey sergei sergej serge sergejs
sebastian seb bastian
stephen steven steve stefan
stephanie steph
susan sue suzanne susanne susie
theodore ted teddy theo
theresa tess terry
thomas tom tommy
timothy tim
tobias toby
valerie val
victoria vicky tori
vincent vince
vladimir volodymyr
virginia ginny
walter walt
wilhelm will william
william bill will billy willy willie liam guillermo
yusuf joseph youssef
zachary zach zack";

fn nicknames() -> &'static HashMap<&'static str, Vec<usize>> {
    static GROUPS: OnceLock<HashMap<&'static str, Vec<usize>>> = OnceLock::new();
    GROUPS.get_or_init(|| {
        let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
        for (line, names) in NICKNAMES.lines().enumerate() {
            for name in names.split(' ') {
                groups.entry(name).or_default().push(line);
            }
        }
        groups
    })
}

/// Whether two given names are used for each other.
#[must_use]
pub fn nickname(a: &str, b: &str) -> bool {
    let (Some(a), Some(b)) = (nicknames().get(a), nicknames().get(b)) else { return false };
    a.iter().any(|line| b.contains(line))
}

/// What people of a given name are called, and what names they may have that are called so; without the name itself.
#[must_use]
pub fn other_names(name: &str) -> Vec<&'static str> {
    let name = normal(name);
    let lines = nicknames().get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
    let all = NICKNAMES.lines().enumerate().filter(|(at, _)| lines.contains(at)).flat_map(|(_, line)| line.split(' '));
    let mut names: Vec<&str> = all.filter(|other| *other != name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A name's words without titles; all of them where nothing else is left.
#[must_use]
pub fn normal(name: &str) -> String {
    let folded = fold(name);
    let kept: Vec<&str> = folded.split(' ').filter(|w| !TITLES.contains(w)).collect();
    if kept.is_empty() { folded } else { kept.join(" ") }
}

/// Digits that stand for letters, as in `Ig0r Sech1n`, where a word has both.
fn letters(word: &str) -> String {
    if !word.chars().any(|c| c.is_ascii_alphabetic()) {
        return word.to_owned();
    }
    let of = |c| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '9' => 'g',
        c => c,
    };
    word.chars().map(of).collect()
}

fn alike(a: &str, b: &str) -> f32 {
    if a == b {
        return 1.0;
    }
    if nickname(a, b) {
        return 0.9;
    }
    if a.len() == 1 || b.len() == 1 {
        return if a.get(..1) == b.get(..1) { 0.8 } else { 0.0 };
    }
    misspelt(a, b)
}

fn weight(word: &str) -> f32 {
    if PARTICLES.contains(&word) {
        0.15
    } else if word.len() == 1 {
        0.6
    } else {
        1.0
    }
}

/// How alike two whole names of people are, between 0 and 1.
#[must_use]
pub fn likeness_of_names(a: &str, b: &str) -> f32 {
    let prepare = |name: &str| -> Vec<String> {
        let name = normal(name);
        let mut words: Vec<String> = Vec::new();
        for word in name.split(' ').map(letters).filter(|w| !w.is_empty()) {
            if !words.contains(&word) && !company::is_form(&word) {
                words.push(word);
            }
        }
        words
    };
    let (a, b) = (prepare(a), prepare(b));
    let (a, b): (Vec<&str>, Vec<&str>) =
        (a.iter().map(String::as_str).collect(), b.iter().map(String::as_str).collect());
    let aligned = Alignment::of(&a, &b, alike, weight).score(2.2, 0.3);
    let (x, y) = (compact(&a.join(" ")), compact(&b.join(" ")));
    let (mut p, mut q) = (a.clone(), b.clone());
    p.sort_unstable();
    q.sort_unstable();
    let glued = likeness(&x, &y).max(likeness(&p.concat(), &q.concat()));
    if glued >= 0.9 && (a.len() != b.len() || glued > 0.99) { aligned.max(glued) } else { aligned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_one_person_are_alike() {
        for (a, b) in [
            ("Bob Miller", "Robert Miller"),
            ("MILLER, Robert", "Robert Miller"),
            ("Dr. Robert Miller", "Robert Miler"),
            ("J.-C. Juncker", "Jean-Claude Juncker"),
            ("SergeiLavrov", "Sergei Lavrov"),
            ("Ig0r Sech1n", "Igor Sechin"),
        ] {
            assert!(likeness_of_names(a, b) > 0.75, "{a} {b} {}", likeness_of_names(a, b));
        }
        for (a, b) in
            [("Robert Miller", "Rita Miller"), ("Frost, William G.", "William W Frost"), ("Miller", "Robert Mueller")]
        {
            assert!(likeness_of_names(a, b) < 0.75, "{a} {b} {}", likeness_of_names(a, b));
        }
        assert!(likeness_of_names("", "x").abs() < 1e-6);
    }
}
