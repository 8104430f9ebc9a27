//! JSON as a person reads it: a table as a Markdown table, anything else as a block of code.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// The form of the answer of `extract-table`. A row names the column of each value: a small model that
/// only lists values puts them under the wrong ones.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    columns: Vec<String>,
    /// As they were written: a number that is read and written again can become another one.
    rows: Vec<BTreeMap<String, Box<RawValue>>>,
}

/// JSON as Markdown: `{"columns": ["a"], "rows": [{"a": 1}]}` as a table, anything else as indented
/// JSON in a block of code. `None` if the text is not JSON.
#[must_use]
pub fn markdown(json: &str) -> Option<String> {
    match serde_json::from_str::<Table>(json) {
        Ok(table) if !table.columns.is_empty() => Some(table.markdown()),
        _ => {
            let value: Value = serde_json::from_str(json).ok()?;
            Some(format!("```json\n{value:#}\n```"))
        }
    }
}

impl Table {
    fn markdown(mut self) -> String {
        // A row may name more than the columns: nothing is left out.
        for name in self.rows.iter().flat_map(BTreeMap::keys) {
            if !self.columns.contains(name) {
                self.columns.push(name.clone());
            }
        }
        let mut lines = vec![self.columns.iter().map(|name| cell(name)).collect()];
        lines.extend(self.rows.iter().map(|row| {
            let values = self.columns.iter().map(|name| row.get(name));
            let texts = values.map(|value| value.map(|value| text(value)).unwrap_or_default());
            texts.collect::<Vec<String>>()
        }));
        let length = |text: &String| text.chars().count();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| lines.iter().map(|line| length(&line[at])).max())
            .map(|widest| widest.unwrap_or(0).max(3))
            .collect();
        let mut markdown = String::new();
        for (number, line) in lines.iter().enumerate() {
            for (cell, width) in line.iter().zip(&widths) {
                let _ = write!(markdown, "| {cell:<width$} ");
            }
            markdown.push_str("|\n");
            if number == 0 {
                for width in &widths {
                    let _ = write!(markdown, "| {:-<width$} ", "");
                }
                markdown.push_str("|\n");
            }
        }
        markdown
    }
}

/// A value as a person reads it.
fn text(value: &RawValue) -> String {
    match serde_json::from_str(value.get()) {
        Ok(Value::String(text)) => cell(&text),
        Ok(Value::Null) => String::new(),
        _ => cell(value.get()),
    }
}

/// A cell's text on one line, without the mark that would end the cell.
fn cell(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        assert_eq!(markdown(json).as_deref(), Some(expected), "{json}");
    }

    #[test]
    fn tables() {
        check(
            r#"{"columns": ["Item", "Price"], "rows": [{"Price": 2.50, "Item": "Tea"}, {"Item": "Oat milk"}]}"#,
            "| Item     | Price |\n| -------- | ----- |\n| Tea      | 2.50  |\n| Oat milk |       |\n",
        );
        check(
            r#"{"columns": ["a|b"], "rows": [{"a|b": "c\nd", "more": 1}, {"a|b": null}, {}]}"#,
            "| a\\|b | more |\n| ---- | ---- |\n| c d  | 1    |\n|      |      |\n|      |      |\n",
        );
        check(
            r#"{"columns": ["Account"], "rows": [{"Account": 12345678901234567890123}]}"#,
            "| Account                 |\n| ----------------------- |\n| 12345678901234567890123 |\n",
        );
        check(r#"{"columns": ["A"], "rows": []}"#, "| A   |\n| --- |\n");
    }

    #[test]
    fn other_json_is_code() {
        check(r#"{"a":[1]}"#, "```json\n{\n  \"a\": [\n    1\n  ]\n}\n```");
        check(
            r#"{"columns": [], "more": 1, "rows": []}"#,
            "```json\n{\n  \"columns\": [],\n  \"more\": 1,\n  \"rows\": []\n}\n```",
        );
        assert_eq!(markdown("{\"columns\": [\"a"), None);
        assert_eq!(markdown("no JSON"), None);
    }
}
