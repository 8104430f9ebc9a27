//! Which actions there are: those of the program, and what the person's files make of them.

use super::*;

fn own(name: &str) -> String {
    format!(
        "name = \"{name}\"\ntitle = \"Mine\"\ndescription = \"My own\"\noutput = \"plain\"\ntemplate = \"{{{{ text }}}}\"\n"
    )
}

fn with(files: &[(&str, Result<String, String>)]) -> Actions {
    let owned = |(file, text): &(&str, Result<String, String>)| ((*file).to_owned(), text.clone());
    Actions::with_own(files.iter().map(owned))
}

fn names(actions: &Actions) -> Vec<&str> {
    let listed = actions.listed.iter();
    listed.map(|listed| listed.action.name.as_str()).collect()
}

#[test]
fn a_file_of_the_persons_takes_a_place_or_adds_one() {
    let actions = with(&[("a.toml", Ok(own("mine"))), ("b.toml", Ok(own("explain")))]);
    assert_eq!(actions.broken, []);
    assert_eq!(
        names(&actions),
        [
            "summarise",
            "explain",
            "translate",
            "fix-grammar",
            "rewrite",
            "extract-table",
            "reply",
            "mine"
        ]
    );
    let source = |file: &str, replaces| Source::Own {
        file: file.to_owned(),
        replaces,
    };
    assert_eq!(actions.listed[0].source, Source::BuiltIn);
    assert_eq!(actions.listed[1].source, source("b.toml", true));
    assert_eq!(actions.listed[7].source, source("a.toml", false));
    assert_eq!(actions.find("explain").unwrap().title, "Mine");
    assert_eq!(actions.find("nothing"), None);
}

#[test]
fn a_broken_file_is_listed_and_hides_nothing() {
    let actions = with(&[
        ("a.toml", Ok("name = \"explain\"".to_owned())),
        ("b.toml", Err("no permission".to_owned())),
        ("c.toml", Ok(own("mine"))),
        ("d.toml", Ok(own("mine"))),
    ]);
    assert_eq!(actions.find("explain").unwrap().title, "Explain");
    assert_eq!(actions.listed.len(), SHIPPED.len() + 1);
    let broken: Vec<_> = actions
        .broken
        .iter()
        .map(|broken| (broken.file.as_str(), broken.error.to_string()))
        .collect();
    assert_eq!(
        broken,
        [
            ("a.toml", "line 1: missing field `title`".to_owned()),
            ("b.toml", "it cannot be read: no permission".to_owned()),
            ("d.toml", "the action mine is already in c.toml".to_owned()),
        ]
    );
}
