//! The filters that provisioning clients send: attributes compared by `eq`, joined by `and`.

use super::Fault;

/// What is looked for; all of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub id: Option<String>,
    pub user_name: Option<String>,
    pub external_id: Option<String>,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub active: Option<bool>,
    pub member: Option<String>,
}

const LIMIT: usize = 2000;

/// Reads a filter such as `userName eq "ada@acme.com" and active eq true`.
///
/// # Errors
/// 400 `invalidFilter`.
pub fn parse(text: &str) -> Result<Filter, Fault> {
    let mut filter = Filter::default();
    if text.len() > LIMIT || text.contains('\0') {
        return Err(invalid("it is too long"));
    }
    let mut rest = text.trim();
    loop {
        let (attribute, after) = word(rest)?;
        let (operator, after) = word(after)?;
        if !operator.eq_ignore_ascii_case("eq") {
            return Err(invalid(&format!("only eq is supported, not {operator}")));
        }
        let (value, after) = literal(after)?;
        set(&mut filter, attribute, value)?;
        rest = after.trim_start();
        if rest.is_empty() {
            return Ok(filter);
        }
        let (and, after) = word(rest)?;
        if !and.eq_ignore_ascii_case("and") {
            return Err(invalid("comparisons are joined by and"));
        }
        rest = after;
    }
}

fn set(filter: &mut Filter, attribute: &str, value: String) -> Result<(), Fault> {
    let name = attribute.strip_prefix(super::USER).or_else(|| attribute.strip_prefix(super::GROUP));
    let name = name.map_or(attribute, |n| n.trim_start_matches(':')).to_ascii_lowercase();
    match name.as_str() {
        "id" => filter.id = Some(value),
        "username" => filter.user_name = Some(value),
        "externalid" => filter.external_id = Some(value),
        "displayname" => filter.display_name = Some(value),
        "emails" | "emails.value" | "emails[type eq \"work\"].value" => filter.email = Some(value),
        "active" => filter.active = Some(value.eq_ignore_ascii_case("true")),
        "members" | "members.value" => filter.member = Some(value),
        _ => return Err(invalid(&format!("there is no filter by {attribute}"))),
    }
    Ok(())
}

/// The next word; brackets belong to it, with what is in them.
fn word(text: &str) -> Result<(&str, &str), Fault> {
    let text = text.trim_start();
    let mut depth = 0;
    let end = text.find(|c: char| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        c.is_whitespace() && depth <= 0
    });
    let (word, rest) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""));
    if word.is_empty() { Err(invalid("it ends too early")) } else { Ok((word, rest)) }
}

fn literal(text: &str) -> Result<(String, &str), Fault> {
    let text = text.trim_start();
    if !text.starts_with('"') {
        let (bare, rest) = word(text)?;
        return Ok((bare.to_owned(), rest));
    }
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let value = stream.next().and_then(Result::ok).ok_or_else(|| invalid("a text is not closed"))?;
    let rest = text.get(stream.byte_offset()..).unwrap_or_default();
    Ok((value, rest))
}

fn invalid(why: &str) -> Fault {
    Fault::bad("invalidFilter", format!("the filter can't be used: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send() {
        let of = |text: &str| parse(text).unwrap();
        assert_eq!(of(r#"userName eq "Ada@acme.com""#).user_name.as_deref(), Some("Ada@acme.com"));
        assert_eq!(
            of(r#"urn:ietf:params:scim:schemas:core:2.0:User:userName Eq "a \"b\" and c""#).user_name.as_deref(),
            Some("a \"b\" and c")
        );
        let both = of(r#"externalId eq "7" AND active eq true"#);
        assert_eq!((both.external_id.as_deref(), both.active), (Some("7"), Some(true)));
        assert_eq!(of(r#"emails[type eq "work"].value eq "a@b.c""#).email.as_deref(), Some("a@b.c"));
        for bad in [
            "",
            "userName",
            "userName eq",
            r#"userName eq "a"#,
            r#"userName co "a""#,
            r#"title eq "a""#,
            r#"id eq "a" or id eq "b""#,
            "\"\" \"\" \"\"",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
