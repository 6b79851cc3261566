//! A request as a line for the shell, secrets as variables. Quoting for POSIX
//! shells; nothing that a server sent can break out of it.

use crate::evidence::Sent;

/// Headers that curl sets by itself, or that say nothing about the request.
const LEFT_OUT: [&str; 5] = ["host", "user-agent", "content-length", "connection", "accept-encoding"];

/// The request as one line for the shell.
#[must_use]
pub(super) fn curl(sent: &Sent) -> String {
    let mut line = String::from("curl");
    for (name, value) in &sent.headers {
        let implied = sent.form.is_some() && name == "content-type" && value.starts_with("application/x-www-form-urlencoded");
        if !LEFT_OUT.contains(&name.as_str()) && !implied {
            line.push_str(" -H ");
            line.push_str(&quote(&format!("{name}: {value}")));
        }
    }
    if let Some(form) = &sent.form {
        line.push_str(" --data ");
        line.push_str(&quote(form));
    } else if sent.method != "GET" {
        line.push_str(" -X ");
        line.push_str(&quote(&sent.method));
    }
    line.push(' ');
    line.push_str(&quote(&sent.url));
    line
}

/// One word of a shell line: in single quotes, in double quotes where it names a variable.
fn quote(word: &str) -> String {
    let word: String = word.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match variable(&word) {
        None => format!("'{}'", word.replace('\'', r"'\''")),
        Some((before, name, after)) => format!("\"{}${name}{}\"", escape(before), escape(after)),
    }
}

/// The first `${NAME}` of a word, with what stands before and after it.
fn variable(word: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = word.split_once("${")?;
    let (name, after) = rest.split_once('}')?;
    let is_name =
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    let ends = !after.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
    (is_name && ends).then_some((before, name, after))
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '"' | '\\' | '$' | '`') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(url: &str, headers: &[(&str, &str)], form: Option<&str>) -> Sent {
        Sent {
            method: if form.is_some() { "POST" } else { "GET" }.into(),
            url: url.into(),
            headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            form: form.map(Into::into),
            patient: None,
            persona: None,
        }
    }

    #[test]
    fn a_secret_is_a_variable_in_double_quotes() {
        let line = curl(&sent("http://a/Consent?x=1&y", &[("authorization", "Bearer ${TOETS_TOKEN}")], None));
        assert_eq!(line, r#"curl -H "authorization: Bearer $TOETS_TOKEN" 'http://a/Consent?x=1&y'"#);
    }

    #[test]
    fn a_quote_in_a_url_does_not_end_the_word() {
        assert_eq!(curl(&sent("http://a/'; rm -rf ~ #\n", &[], None)), r"curl 'http://a/'\''; rm -rf ~ # '");
    }

    #[test]
    fn what_looks_like_a_command_is_escaped_beside_a_variable() {
        let line = curl(&sent("http://a", &[("x", "`id` $(id) ${A} \"")], None));
        assert_eq!(
            line,
            "curl -H 'x: `id` $(id) ${A} \"' 'http://a'".replace("'x: `id` $(id) ${A} \"'", "\"x: \\`id\\` \\$(id) $A \\\"\"")
        );
    }

    #[test]
    fn a_form_is_posted() {
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "application/fhir+json")];
        let line = curl(&sent("http://a/Consent/_search", &headers, Some("patient=1")));
        assert_eq!(line, "curl -H 'accept: application/fhir+json' --data 'patient=1' 'http://a/Consent/_search'");
    }
}
