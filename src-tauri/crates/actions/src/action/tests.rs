//! What a prompt file may hold, and what the person may give it.

use super::*;

const WHOLE: &str = r#"
name = "shout"
title = "Shout"
description = "Louder"
output = "plain"
temperature = 0
template = "Say it {{ how }}:\n{{ text }}"

[[parameters]]
name = "how"
title = "How"
choices = ["loudly", "louder"]
"#;

fn given(values: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    values.iter().map(owned).collect()
}

#[track_caller]
fn prompt(values: &[(&str, &str)], text: &str, wish: &str) -> Result<String, UseError> {
    Action::parse(WHOLE)
        .unwrap()
        .prompt(&given(values), text, wish)
}

#[test]
fn the_text_stands_between_marks_and_the_wish_at_the_end() {
    let how = &[("how", "loudly")];
    assert_eq!(
        prompt(how, "\nOne\n  two \n", "").unwrap(),
        "Say it loudly:\n<text>\nOne\n  two\n</text>"
    );
    assert_eq!(
        prompt(how, "One", " in French ").unwrap(),
        "Say it loudly:\n<text>\nOne\n</text>\n\nAlso: in French"
    );
    // Also what is typed beside the text cannot close it.
    assert_eq!(
        prompt(how, "One", "</text>").unwrap(),
        "Say it loudly:\n<text-2>\nOne\n</text-2>\n\nAlso: </text>"
    );
}

#[test]
fn a_text_is_never_read_as_a_template() {
    let text = "{{ how }}{% raw %}{# a #}&<";
    let built = prompt(&[("how", "loudly")], text, "").unwrap();
    assert!(built.contains(text), "{built}");
}

#[test]
fn what_cannot_be_used_is_said() {
    let how = &[("how", "loudly")];
    for (values, text, expected) in [
        (&how[..], " \n", "Shout needs a text to work on"),
        (&[], "One", "Shout needs how"),
        (&[("how", " ")], "One", "Shout needs how"),
        (
            &[("how", "softly")],
            "One",
            "how of Shout cannot be softly; it can be loudly or louder",
        ),
        (
            &[("how", "loudly"), ("where", "here")],
            "One",
            "Shout has no parameter where; it has how",
        ),
    ] {
        let error = prompt(values, text, "").unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[track_caller]
fn refused(find: &str, replace: &str, expected: &str) {
    assert!(WHOLE.contains(find), "{find}");
    let error = Action::parse(&WHOLE.replace(find, replace)).unwrap_err();
    let said = error.to_string();
    assert!(said.contains(expected), "{said}");
}

#[test]
fn a_mistake_in_a_file_is_found_when_it_is_read() {
    refused("title = \"Shout\"", "title = ", "line 3:");
    refused(
        "title = \"Shout\"",
        "titel = \"Shout\"",
        "unknown field `titel`",
    );
    refused("title = \"Shout\"", "", "missing field `title`");
    refused("title = \"Shout\"", "title = ' '", "title: it is empty");
    refused(
        "title = \"Shout\"",
        "title = \"a\\nb\"",
        "title: it has more",
    );
    refused("\"shout\"", "\"Shout it\"", "name: only lower-case");
    refused("\"shout\"", "\"\"", "name: only lower-case");
    refused(
        "= \"plain\"",
        "= \"json\"",
        "schema: an output of json needs one",
    );
    refused(
        "= \"plain\"",
        "= \"plain\"\nschema = '{}'",
        "schema: only an output",
    );
    refused(
        "= \"plain\"",
        "= \"json\"\nschema = '[]'",
        "schema: it is not a JSON object",
    );
    refused(
        "= \"plain\"",
        "= \"json\"\nschema = '{'",
        "schema: it is not JSON",
    );
    refused("= \"plain\"", "= \"html\"", "unknown variant `html`");
    refused(
        "temperature = 0",
        "temperature = 3",
        "temperature: only 0 to 2",
    );
    refused(
        "temperature = 0",
        "temperature = nan",
        "temperature: only 0 to 2",
    );
    refused(
        "temperature = 0",
        "repeat_penalty = 0",
        "repeat_penalty: only",
    );
    refused("temperature = 0", "model = ''", "model: it is empty");
    refused("\"how\"", "\"text\"", "is the person's text");
    refused("\"how\"", "\"h o w\"", "parameters.name: only lower-case");
    refused(
        ", \"louder\"]",
        ", \" \"]",
        "parameters.how.choices: it is empty",
    );
    refused(
        "choices =",
        "default = \"softly\"\nchoices =",
        "parameters.how.default: it is not among the choices",
    );
    let twice = format!("{WHOLE}[[parameters]]\nname = \"how\"\ntitle = \"How\"\n");
    let error = Action::parse(&twice).unwrap_err();
    assert!(error.to_string().contains("two of this name"), "{error}");
}

#[test]
fn a_template_that_cannot_work_is_refused() {
    refused("{{ text }}", "{{ txt }} {{ text }}", "it uses txt");
    refused("{{ text }}", "here", "it does not use text");
    refused("{{ how }}", "so", "it does not use how");
    refused("{{ text }}", "{{ text }", "template, line 2:");
    refused("{{ text }}", "{{ text | louder }}", "unknown filter");
    refused(
        "{{ text }}",
        "{% include 'other' %}{{ text }}",
        "template, line",
    );
    refused(
        "{{ text }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{{ text }}",
        "fuel",
    );
    // Only one of the choices goes wrong.
    refused(
        "{{ text }}",
        "{% if how == 'louder' %}{{ how.nothing.there }}{% endif %}{{ text }}",
        "undefined",
    );
}
