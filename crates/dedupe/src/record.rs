//! A record as it is compared: its values in normal form, in one piece of memory.

use crate::{company, person, point, text};

/// What a value is. The order is that of records and of explanations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Given,
    Family,
    Company,
    Email,
    Domain,
    Phone,
    House,
    Street,
    City,
    Postcode,
    Region,
    Birth,
    Identifier,
    /// Whether given and family name stand the same way round. No record has it: a comparison does.
    Order,
}

impl Field {
    pub const COUNT: usize = 14;
    pub const ALL: [Self; Self::COUNT] = [
        Self::Given,
        Self::Family,
        Self::Company,
        Self::Email,
        Self::Domain,
        Self::Phone,
        Self::House,
        Self::Street,
        Self::City,
        Self::Postcode,
        Self::Region,
        Self::Birth,
        Self::Identifier,
        Self::Order,
    ];

    /// Its place in a pattern.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Given => 0,
            Self::Family => 1,
            Self::Company => 2,
            Self::Email => 3,
            Self::Domain => 4,
            Self::Phone => 5,
            Self::House => 6,
            Self::Street => 7,
            Self::City => 8,
            Self::Postcode => 9,
            Self::Region => 10,
            Self::Birth => 11,
            Self::Identifier => 12,
            Self::Order => 13,
        }
    }

    /// As an API calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Given => "first_name",
            Self::Family => "last_name",
            Self::Company => "company",
            Self::Email => "email",
            Self::Domain => "domain",
            Self::Phone => "phone",
            Self::House => "house_number",
            Self::Street => "street",
            Self::City => "city",
            Self::Postcode => "postcode",
            Self::Region => "region",
            Self::Birth => "birth_date",
            Self::Identifier => "identifier",
            Self::Order => "name_order",
        }
    }

    /// As a person calls it, in the middle of a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Given => "first name",
            Self::Family => "last name",
            Self::Company => "company name",
            Self::Email => "e-mail",
            Self::Domain => "domain",
            Self::Phone => "phone number",
            Self::House => "house number",
            Self::Street => "street",
            Self::City => "city",
            Self::Postcode => "postcode",
            Self::Region => "region",
            Self::Birth => "date of birth",
            Self::Identifier => "identifier",
            Self::Order => "order of names",
        }
    }

    /// A value in normal form; None for what says nothing. `country` is the calling code of numbers that have none.
    #[must_use]
    pub fn normal(self, value: &str, country: &str) -> Option<String> {
        let value = match self {
            Self::Given | Self::Family => person::normal(value),
            Self::Company => company::core(&company::without_asides(value)),
            Self::Email => return point::email(value),
            Self::Domain => return point::domain(value),
            Self::Phone => return point::phone(value, country),
            Self::Street => point::street(value),
            Self::House | Self::City | Self::Region => text::fold(value),
            Self::Postcode | Self::Identifier => text::compact(&text::fold(value)),
            Self::Birth => value.chars().filter(char::is_ascii_digit).collect(),
            Self::Order => return None,
        };
        (!value.is_empty()).then_some(value)
    }
}

/// Values in normal form by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    text: Box<str>,
    /// Each field with the end of its value in `text`, in the order of fields.
    ends: Box<[(Field, u16)]>,
}

impl Record {
    /// Of values as they were written down. The first of a field counts, and at most a thousand bytes of it.
    #[must_use]
    pub fn of<'a>(values: impl IntoIterator<Item = (Field, &'a str)>, country: &str) -> Self {
        let mut normal: Vec<(Field, String)> = values
            .into_iter()
            .filter_map(|(field, value)| Some((field, field.normal(head(value), country)?)))
            .collect();
        normal.sort_by_key(|(field, _)| *field);
        normal.dedup_by_key(|(field, _)| *field);
        let mut text = String::with_capacity(normal.iter().map(|(_, v)| v.len()).sum());
        let mut ends = Vec::with_capacity(normal.len());
        for (field, value) in &normal {
            text.push_str(head(value));
            ends.push((*field, u16::try_from(text.len()).unwrap_or(u16::MAX)));
        }
        Self { text: text.into(), ends: ends.into() }
    }

    /// A field's value in normal form.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&str> {
        let at = self.ends.iter().position(|(f, _)| *f == field)?;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(_, end)| usize::from(*end));
        self.text.get(start..usize::from(self.ends.get(at)?.1))
    }
}

/// At most a thousand bytes, at the boundary of a letter.
fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(1000)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_keeps_normal_values() {
        let record = Record::of(
            [
                (Field::Email, "A.B+x@Gmail.com"),
                (Field::Given, "Dr. Zoë"),
                (Field::City, " "),
                (Field::Family, "Müller"),
            ],
            "49",
        );
        assert_eq!(record.get(Field::Given), Some("zoe"));
        assert_eq!(record.get(Field::Family), Some("muller"));
        assert_eq!(record.get(Field::Email), Some("ab@gmail.com"));
        assert_eq!(record.get(Field::City), None);
        let huge = "é".repeat(1_000_000);
        assert!(Record::of([(Field::Given, huge.as_str())], "").get(Field::Given).is_some_and(|v| v.len() <= 1000));
    }
}
