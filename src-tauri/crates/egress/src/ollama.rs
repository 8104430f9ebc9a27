//! Which models of an Ollama server are its own. Since 2025 an Ollama also offers models that it passes
//! on to ollama.com or to another Ollama: what is asked of these leaves the network that the server is
//! in, so they count as the cloud.

use serde::Deserialize;

use crate::protocol::ListedModel;

/// The answer to `GET /api/tags`, as far as it is needed.
#[derive(Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
    #[serde(default)]
    remote_model: Option<String>,
    #[serde(default)]
    remote_host: Option<String>,
}

/// The models of an Ollama server.
pub(crate) fn models(body: &[u8]) -> Result<Vec<ListedModel>, serde_json::Error> {
    let tags: Tags = serde_json::from_slice(body)?;
    let listed = tags.models.into_iter().map(|tag| {
        let says = |field: &Option<String>| field.as_ref().is_some_and(|text| !text.is_empty());
        let passed_on =
            says(&tag.remote_model) || says(&tag.remote_host) || is_passed_on(&tag.name);
        ListedModel {
            id: tag.name,
            passed_on,
        }
    });
    Ok(listed.collect())
}

/// Whether a model's name alone says that its server passes questions on: `gpt-oss:120b-cloud`,
/// `glm-4.6:cloud`.
#[must_use]
pub fn is_passed_on(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("-cloud") || name.ends_with(":cloud")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_passed_on_is_known_by_each_of_its_marks() {
        let body = br#"{"models": [
            {"name": "qwen3:4b", "model": "qwen3:4b", "size": 3, "details": {"family": "qwen3"}},
            {"name": "a:1b", "remote_model": "gpt-oss:120b"},
            {"name": "b:1b", "remote_host": "https://ollama.com:443"},
            {"name": "c:1b", "remote_host": "", "remote_model": null},
            {"name": "gpt-oss:120b-cloud"},
            {"name": "glm-4.6:Cloud"},
            {"name": "cloudy:1b"}]}"#;
        let found = models(body).unwrap();
        let found: Vec<_> = found.iter().map(|m| (m.id.as_str(), m.passed_on)).collect();
        let expected = [
            ("qwen3:4b", false),
            ("a:1b", true),
            ("b:1b", true),
            ("c:1b", false),
            ("gpt-oss:120b-cloud", true),
            ("glm-4.6:Cloud", true),
            ("cloudy:1b", false),
        ];
        assert_eq!(found, expected);
        assert!(models(b"{}").is_err());
    }
}
