//! JSON as a person reads it: a table as a Markdown table, anything else as a block of code.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::Value;

/// The form of the answer of `extract-table`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// JSON as Markdown: `{"columns": [...], "rows": [[...]]}` as a table, anything else as indented
/// JSON in a block of code. `None` if the text is not JSON.
#[must_use]
pub fn markdown(json: &str) -> Option<String> {
    let value: Value = serde_json::from_str(json).ok()?;
    match Table::deserialize(&value) {
        Ok(table) if !table.columns.is_empty() => Some(table.markdown()),
        _ => Some(format!("```json\n{value:#}\n```")),
    }
}

impl Table {
    fn markdown(self) -> String {
        let mut lines: Vec<Vec<String>> = Vec::with_capacity(self.rows.len() + 1);
        lines.push(self.columns.iter().map(|column| cell(column)).collect());
        let text = |value: &Value| match value {
            Value::String(text) => cell(text),
            Value::Null => String::new(),
            other => cell(&other.to_string()),
        };
        lines.extend(self.rows.iter().map(|row| row.iter().map(text).collect()));
        // A row may have more cells than there are columns: nothing is left out.
        let count = lines.iter().map(Vec::len).max().unwrap_or(0);
        for line in &mut lines {
            line.resize(count, String::new());
        }
        let length = |text: &String| text.chars().count();
        let widths: Vec<usize> = (0..count)
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
            r#"{"columns": ["Item", "Price"], "rows": [["Tea", "2.50"], ["Oat milk", 3]]}"#,
            "| Item     | Price |\n| -------- | ----- |\n| Tea      | 2.50  |\n| Oat milk | 3     |\n",
        );
        check(
            r#"{"columns": ["a|b"], "rows": [["c\nd", "more"], [null], []]}"#,
            "| a\\|b |      |\n| ---- | ---- |\n| c d  | more |\n|      |      |\n|      |      |\n",
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
