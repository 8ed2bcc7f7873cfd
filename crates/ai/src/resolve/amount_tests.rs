//! The table of amounts, durations and percentages.

use super::*;

fn read(words: &str, mark: DecimalMark) -> String {
    find(words, mark).map_or("-".to_owned(), |a| {
        let value = match a.bound {
            Bound::Exactly(v) => format!("{v}"),
            Bound::MoreThan(v) => format!(">{v}"),
            Bound::AtLeast(v) => format!(">={v}"),
            Bound::LessThan(v) => format!("<{v}"),
            Bound::AtMost(v) => format!("<={v}"),
            Bound::Between(x, y) => format!("{x}..{y}"),
        };
        a.currency.map_or(value.clone(), |c| format!("{value} {c}"))
    })
}

#[test]
fn amounts() {
    for (words, expected) in [
        ("50k", "50000"),
        ("$1.2m", "1200000 USD"),
        ("€ 50 000", "50000 EUR"),
        ("1.5 million euros", "1500000 EUR"),
        ("two million", "2000000"),
        ("under 2000", "<2000"),
        ("below $2,500.50", "<2500.5 USD"),
        ("over 50k", ">50000"),
        ("more than 10000", ">10000"),
        ("at least 5k", ">=5000"),
        ("no more than 5k", "<=5000"),
        ("up to 3000 USD", "<=3000 USD"),
        ("between 10k and 20k", "10000..20000"),
        ("10k-20k", "10000..20000"),
        ("10-20k", "10000..20000"),
        ("from 1 to 2 million", "1000000..2000000"),
        ("100k or more", ">=100000"),
        ("100k+", ">=100000"),
        (">= 5000", ">=5000"),
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1,234", "1234"),
        ("12,345,678", "12345678"),
        ("more than 60 days", "-"),
        ("top 5 deals", "-"),
        ("more than 3 deals", "-"),
        ("50%", "-"),
        ("GTX Pro", "-"),
        ("", "-"),
    ] {
        assert_eq!(read(words, DecimalMark::Point), expected, "{words}");
    }
    for (words, expected) in [
        ("1.234", "1234"),
        ("1,5", "1.5"),
        ("1,234", "1.234"),
        ("1.234,50", "1234.5"),
        ("1,5 mio", "1500000"),
        ("2.000.000", "2000000"),
    ] {
        assert_eq!(read(words, DecimalMark::Comma), expected, "{words}");
    }
}

#[test]
fn spans_of_time() {
    let span = |words| {
        find_span(words)
            .map(|b| (matches!(b, Bound::MoreThan(_) | Bound::AtLeast(_)), b.ends().0.or(b.ends().1).unwrap().0))
    };
    let days = |count| Span { count, unit: Grain::Day };
    assert_eq!(span("more than 60 days"), Some((true, days(60))));
    assert_eq!(span("for over 3 months"), Some((true, Span { count: 3, unit: Grain::Month })));
    assert_eq!(span("60+ days"), Some((true, days(60))));
    assert_eq!(span("two weeks or more"), Some((true, Span { count: 2, unit: Grain::Week })));
    assert_eq!(span("less than 10 days"), Some((false, days(10))));
    assert_eq!(span("30 days"), Some((false, days(30))));
    assert_eq!(span("3 weeks ago"), None);
    assert_eq!(span("50k"), None);
}

#[test]
fn percentages() {
    let tokens = super::super::text::tokens("above 60% likely");
    assert_eq!(scan_percent(&tokens, 0, DecimalMark::Point), Some((Bound::MoreThan(Decimal::from(60)), 3)));
}

proptest::proptest! {
    #[test]
    fn written_either_way_it_is_the_same(whole in 0u64..1_000_000_000, cents in 0u32..100) {
        let digits = whole.to_string();
        let mut groups: Vec<String> = Vec::new();
        for chunk in digits.as_bytes().rchunks(3) {
            groups.insert(0, String::from_utf8(chunk.to_vec()).unwrap());
        }
        let expected = Decimal::new(i64::try_from(whole * 100 + u64::from(cents)).unwrap(), 2).normalize();
        for (text, mark) in [
            (format!("{}.{cents:02}", groups.join(",")), DecimalMark::Point),
            (format!("{}.{cents:02}", groups.join(",")), DecimalMark::Comma),
            (format!("{},{cents:02}", groups.join(".")), DecimalMark::Comma),
            (format!("{},{cents:02}", groups.join(".")), DecimalMark::Point),
            (format!("{whole}.{cents:02}"), DecimalMark::Point),
        ] {
            proptest::prop_assert_eq!(number(&text, mark).map(|(v, _)| v), Some(expected), "{}", text);
        }
    }
}
