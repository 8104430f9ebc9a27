//! Full-text search over titles and messages, in any script: trigrams need no word boundaries,
//! which Thai, Chinese and Japanese do not write.
//!
//! The index holds no text of its own; triggers keep it in step with the tables. A message is
//! indexed once it is no longer in flight, so saving a growing answer costs the index nothing.

use rusqlite::{Connection, Row, ToSql};
use sotto_domain::{ConversationId, MessageId, Origin, Timestamp};

use crate::{conversations::parse_origin, error::TableError, row::NamedRow};

/// Schema 1. The old text is taken out before an update and the new one put in after it, because
/// the order of two triggers of the same kind is not defined.
pub(crate) const SCHEMA_1: &str = "
CREATE VIRTUAL TABLE messages_search USING fts5
    (text, content = 'messages', content_rowid = 'number', tokenize = 'trigram');
INSERT INTO messages_search (messages_search, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER messages_search_insert AFTER INSERT ON messages WHEN new.state <> 'streaming' BEGIN
    INSERT INTO messages_search (rowid, text) VALUES (new.number, new.text);
END;
CREATE TRIGGER messages_search_delete AFTER DELETE ON messages WHEN old.state <> 'streaming' BEGIN
    INSERT INTO messages_search (messages_search, rowid, text)
        VALUES ('delete', old.number, old.text);
END;
CREATE TRIGGER messages_search_update_old BEFORE UPDATE OF text, state ON messages
    WHEN old.state <> 'streaming' AND (new.state = 'streaming' OR new.text <> old.text) BEGIN
    INSERT INTO messages_search (messages_search, rowid, text)
        VALUES ('delete', old.number, old.text);
END;
CREATE TRIGGER messages_search_update_new AFTER UPDATE OF text, state ON messages
    WHEN new.state <> 'streaming' AND (old.state = 'streaming' OR new.text <> old.text) BEGIN
    INSERT INTO messages_search (rowid, text) VALUES (new.number, new.text);
END;

CREATE VIRTUAL TABLE titles_search USING fts5
    (title, content = 'conversations', content_rowid = 'number', tokenize = 'trigram');
INSERT INTO titles_search (titles_search, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER titles_search_insert AFTER INSERT ON conversations BEGIN
    INSERT INTO titles_search (rowid, title) VALUES (new.number, new.title);
END;
CREATE TRIGGER titles_search_delete AFTER DELETE ON conversations BEGIN
    INSERT INTO titles_search (titles_search, rowid, title)
        VALUES ('delete', old.number, old.title);
END;
CREATE TRIGGER titles_search_update_old BEFORE UPDATE OF title ON conversations
    WHEN new.title <> old.title BEGIN
    INSERT INTO titles_search (titles_search, rowid, title)
        VALUES ('delete', old.number, old.title);
END;
CREATE TRIGGER titles_search_update_new AFTER UPDATE OF title ON conversations
    WHEN new.title <> old.title BEGIN
    INSERT INTO titles_search (rowid, title) VALUES (new.number, new.title);
END;
";

/// The shortest word that the index can find, in characters.
const SHORTEST_INDEXED: usize = 3;
/// Words beyond these many are left out: more of them make no search better.
const MOST_WORDS: usize = 32;
/// Characters of an excerpt.
const EXCERPT: usize = 120;
/// Of these, characters before the find.
const EXCERPT_BEFORE: usize = 40;

/// A place in the history where the words searched for stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// Where it was begun.
    pub origin: Origin,
    /// The message; `None` if the title was found.
    pub message: Option<MessageId>,
    /// Text around the find, on one line.
    pub excerpt: String,
    /// When the conversation last changed.
    pub updated_at: Timestamp,
}

/// What is searched: a table's column and the index over it.
struct Searched {
    select: &'static str,
    column: &'static str,
    number: &'static str,
    index: &'static str,
    order: &'static str,
}

const TITLES: Searched = Searched {
    select: "SELECT conversations.id, title, origin, updated_at, NULL AS message, title AS found
             FROM conversations WHERE deleted_at IS NULL",
    column: "title",
    number: "conversations.number",
    index: "titles_search",
    order: "updated_at DESC, conversations.id DESC",
};

const MESSAGES: Searched = Searched {
    select: "SELECT conversations.id, title, origin, updated_at, messages.id AS message,
                    text AS found
             FROM messages JOIN conversations ON conversations.id = messages.conversation
             WHERE deleted_at IS NULL AND state <> 'streaming'",
    column: "text",
    number: "messages.number",
    index: "messages_search",
    order: "updated_at DESC, messages.id DESC",
};

/// Finds titles and messages that hold all words, the conversation that changed last first. Words
/// are taken literally, upper and lower case alike.
pub(crate) fn search(
    connection: &Connection,
    words: &str,
    limit: usize,
) -> Result<(Vec<SearchHit>, Vec<TableError>), TableError> {
    let words: Vec<&str> = words
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .collect();
    let (mut hits, mut unreadable) = (Vec::new(), Vec::new());
    if words.is_empty() {
        return Ok((hits, unreadable));
    }
    for searched in [TITLES, MESSAGES] {
        let (query, parameters) = query(&searched, &words, limit);
        let mut statement = connection.prepare_cached(&query)?;
        let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
        while let Some(row) = rows.next()? {
            match from_row(row, &words) {
                Ok(hit) => hits.push(hit),
                Err(error) => unreadable.push(error),
            }
        }
    }
    // Stable: within a conversation its title comes first, then its messages, newest first.
    hits.sort_by_key(|hit| std::cmp::Reverse((hit.updated_at, hit.conversation)));
    hits.truncate(limit);
    Ok((hits, unreadable))
}

/// The statement and its parameters. User text is only ever a parameter.
fn query(searched: &Searched, words: &[&str], limit: usize) -> (String, Vec<Box<dyn ToSql>>) {
    let Searched {
        select,
        column,
        number,
        index,
        order,
    } = searched;
    let (indexed, short): (Vec<&str>, Vec<&str>) = words
        .iter()
        .partition(|word| word.chars().count() >= SHORTEST_INDEXED);
    let mut query = (*select).to_owned();
    let mut parameters: Vec<Box<dyn ToSql>> = Vec::new();
    if !indexed.is_empty() {
        query += &format!(" AND {number} IN (SELECT rowid FROM {index} WHERE {index} MATCH ?)");
        parameters.push(Box::new(match_expression(&indexed)));
    }
    for word in short {
        query += &format!(" AND {column} LIKE ? ESCAPE '\\'");
        parameters.push(Box::new(like_pattern(word)));
    }
    query += &format!(" ORDER BY {order} LIMIT ?");
    parameters.push(Box::new(i64::try_from(limit).unwrap_or(i64::MAX)));
    (query, parameters)
}

/// Words as FTS5 strings, where only the quotation mark means anything.
fn match_expression(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect::<Vec<_>>()
        .join(" AND ")
}

fn like_pattern(word: &str) -> String {
    let escaped = word
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    format!("%{escaped}%")
}

fn from_row(row: &Row<'_>, words: &[&str]) -> Result<SearchHit, TableError> {
    let found: String = row.get("found")?;
    let row = NamedRow::new(row, "conversations", "id");
    Ok(SearchHit {
        conversation: row.parse("id")?,
        title: row.get("title")?,
        origin: row.word("origin", parse_origin)?,
        message: row.parse_optional("message")?,
        excerpt: excerpt(&found, words),
        updated_at: row.time("updated_at")?,
    })
}

/// The text around the first word that is found, on one line.
fn excerpt(text: &str, words: &[&str]) -> String {
    let find = words
        .iter()
        .filter_map(|word| position_ignoring_case(text, word))
        .min()
        .unwrap_or(0);
    let begin = text[..find]
        .char_indices()
        .rev()
        .nth(EXCERPT_BEFORE - 1)
        .map_or(0, |(index, _)| index);
    // Begin at a word where the text has spaces.
    let begin = match text[begin..find].find(char::is_whitespace) {
        Some(space) if begin > 0 => begin + space,
        _ => begin,
    };
    let end = text[begin..]
        .char_indices()
        .nth(EXCERPT)
        .map_or(text.len(), |(index, _)| begin + index);
    let line = text[begin..end]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let before = if begin > 0 { "…" } else { "" };
    let after = if end < text.len() { "…" } else { "" };
    format!("{before}{line}{after}")
}

fn position_ignoring_case(text: &str, word: &str) -> Option<usize> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    text.char_indices().map(|(index, _)| index).find(|index| {
        let mut rest = text[*index..].chars().flat_map(char::to_lowercase);
        word.iter().all(|expected| rest.next() == Some(*expected))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, words: &[&str], expected: &str) {
        assert_eq!(excerpt(text, words), expected);
    }

    #[test]
    fn excerpts_are_one_line_around_the_find() {
        check("short\n\ntext", &["TEXT"], "short text");
        check("no find", &["zzz"], "no find");
        check("", &["a"], "");
        let long = format!("{} Straße {}", "vor ".repeat(40), "nach ".repeat(40));
        let excerpt = excerpt(&long, &["straße"]);
        assert!(excerpt.starts_with("…vor vor"), "{excerpt}");
        assert!(excerpt.contains(" Straße nach"), "{excerpt}");
        assert!(excerpt.ends_with('…'), "{excerpt}");
        assert!(excerpt.chars().count() <= EXCERPT + 2, "{excerpt}");
        // No spaces to begin at, and no place in the middle of a character to cut at.
        check(
            &format!("{}ภาษาไทย", "ก".repeat(60)),
            &["ไทย"],
            &format!("…{}ภาษาไทย", "ก".repeat(36)),
        );
    }

    #[test]
    fn words_never_become_syntax() {
        assert_eq!(match_expression(&["a\"b", "NOT"]), "\"a\"\"b\" AND \"NOT\"");
        assert_eq!(like_pattern("5%"), "%5\\%%");
        assert_eq!(like_pattern("_\\"), "%\\_\\\\%");
    }
}
