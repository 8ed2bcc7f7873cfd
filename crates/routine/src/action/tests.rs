//! What is read out of whole notes, and how well: against notes whose things to do were written down by hand.

use super::*;

fn reading() -> Reading {
    // A Thursday.
    Reading::of_locale("2026-11-12".parse().unwrap(), "en-GB")
}

fn told(text: &str) -> Vec<String> {
    let written = |item: Item| {
        let who = item.who.map_or_else(String::new, |who| format!("{who}: "));
        let due = item.due.map_or_else(String::new, |(_, day)| format!(" [{day}]"));
        format!("{who}{}{due}", item.title)
    };
    items(text, &reading()).into_iter().map(written).collect()
}

#[test]
fn a_call_becomes_what_each_is_to_do() {
    let call = "Call with Isdom, 12 Nov
Anna: Thanks for joining. So where are we with the security review?
Mark (Isdom): Our team will look at it next week. We like the product.
Anna: Great. I'll send you the SOC 2 report by Friday. And Ben will set up a sandbox for your engineers.
Ben: Sure, I can do that by Wednesday.
Mark (Isdom): Could you also send us a revised quote for 200 seats?
Anna: Let me check the volume discount with finance first.

Next steps:
- Anna: SOC 2 report by Friday
- Ben to set up sandbox (Wed)
- Revised quote for 200 seats - Anna - 20 Nov";
    assert_eq!(
        told(call),
        [
            "Anna: SOC 2 report [2026-11-13]",
            "Ben: Set up sandbox [2026-11-18]",
            "Anna: Revised quote for 200 seats [2026-11-20]",
            "Anna: Check the volume discount with finance first",
        ]
    );
}

#[test]
fn a_date_at_the_end_is_no_part_of_the_title() {
    assert_eq!(told("Please send the offer by next Friday."), ["Send the offer [2026-11-20]"]);
    assert_eq!(told("Please send the figures for March to Anna."), ["Send the figures for March to Anna [2027-03-31]"]);
    assert_eq!(told("We need to review the Q1 plan."), ["Review the Q1 plan"]);
}

#[test]
fn whatever_comes_it_ends() {
    for text in [
        "",
        ":",
        "- ",
        "[ ]",
        "a: b: c:",
        "-->\n-->",
        "<v >",
        "\u{0}\u{1}",
        "ÄÖÜ: ich werde",
        &"Please send it. ".repeat(5000),
    ] {
        assert!(items(text, &reading()).len() <= MOST);
    }
}
