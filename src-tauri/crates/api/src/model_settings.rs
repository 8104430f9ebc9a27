//! How each model is run, and how much memory all of them may take: what a person chose, kept in the
//! history's settings and told to the runtime.

use std::time::Duration;

use sotto_domain::{Manner, Residence};

use crate::{
    error::{ApiError, ErrorCode},
    graphics,
    sotto::Sotto,
    view::models::{HardwareView, ModelSettings},
};

/// The settings of a model lie under this and its name.
const PREFIX: &str = "model.";

/// The setting with the bytes that all models in memory may take.
const LIMIT: &str = "memory_limit";

/// Fewer tokens of context hold no conversation.
const SMALLEST_CONTEXT: u32 = 256;

/// Less memory holds no model.
const SMALLEST_LIMIT: u64 = 256 << 20;

/// Adapters at larger scales make noise.
const LARGEST_SCALE: f32 = 10.0;

/// How long a new limit is waited for: it holds once an answer that is being written is finished.
const PATIENCE: Duration = Duration::from_secs(1);

impl Sotto {
    /// How a model is run. As Sotto takes it where nothing was chosen, or the history is not open.
    pub async fn model_settings(&self, model: &str) -> ModelSettings {
        let Ok(history) = self.inner.history.get().await else {
            return ModelSettings::default();
        };
        match history.setting(&format!("{PREFIX}{model}")).await {
            Ok(settings) => settings.unwrap_or_default(),
            Err(error) => {
                tracing::warn!(%error, "the settings of a model cannot be read");
                ModelSettings::default()
            }
        }
    }

    /// Says how a model is run from its next answer on. The default takes everything back.
    ///
    /// # Errors
    /// [`ErrorCode::WrongParameter`] names the field that is out of its range; nothing is changed then.
    pub async fn set_model_settings(
        &self,
        model: &str,
        settings: ModelSettings,
    ) -> Result<(), ApiError> {
        check(&settings)?;
        let history = self.inner.history.get().await?;
        history
            .set_setting(&format!("{PREFIX}{model}"), &settings)
            .await?;
        self.tell_models().await;
        Ok(())
    }

    /// Lets all models in memory take so many bytes, or with `None` what Sotto takes for right here.
    /// What was not used for longest is given back where it has become too much, once an answer that
    /// is being written is finished.
    ///
    /// # Errors
    /// [`ErrorCode::WrongParameter`] if it is too little for any model, and where it cannot be kept.
    pub async fn set_memory_limit(&self, bytes: Option<u64>) -> Result<HardwareView, ApiError> {
        if bytes.is_some_and(|bytes| bytes < SMALLEST_LIMIT) {
            return Err(ApiError::new(
                ErrorCode::WrongParameter,
                "limit: models need at least 256 MiB of memory.",
            ));
        }
        let history = self.inner.history.get().await?;
        history.set_setting(LIMIT, &bytes).await?;
        let limited = self.inner.runtime.limit_memory(bytes);
        if let Ok(Err(failure)) = tokio::time::timeout(PATIENCE, limited).await {
            return Err(ApiError::new(ErrorCode::Other, failure.message));
        }
        self.tell_models().await;
        self.tell_runtime().await;
        self.hardware().await
    }

    /// Tells the runtime what the person chose, before it loads a model. Does nothing where it knows.
    pub(crate) async fn keep_to_memory_limit(&self) {
        let Ok(history) = self.inner.history.get().await else {
            return;
        };
        let chosen: Option<Option<u64>> = match history.setting(LIMIT).await {
            Ok(chosen) => chosen,
            // What the runtime knows stays: no limit would be another one than the person chose.
            Err(error) => {
                tracing::warn!(%error, "the limit of memory cannot be read");
                return;
            }
        };
        if let Err(failure) = self.inner.runtime.limit_memory(chosen.flatten()).await {
            tracing::warn!(%failure, "the runtime does not know how much memory it may take");
        }
    }

    /// What models run on here, as the runtime sees it.
    ///
    /// # Errors
    /// Where the runtime cannot be asked.
    pub async fn hardware(&self) -> Result<HardwareView, ApiError> {
        let system = self.inner.runtime.system().await;
        let system = system.map_err(|failure| ApiError::new(ErrorCode::Other, failure.message))?;
        let (graphics, note) = graphics::cards(&system);
        Ok(HardwareView {
            memory: system.total_memory,
            available: system.available_memory,
            limit: system.memory_limit.unwrap_or(system.total_memory),
            limit_chosen: system.memory_limit_chosen,
            threads: system.threads,
            cpu_features: system.cpu_features,
            bandwidth: self.inner.measurements.bandwidth().await,
            graphics,
            note,
        })
    }
}

impl ModelSettings {
    /// How answers are given, where a question does not say.
    pub(crate) fn manner(&self) -> Manner {
        Manner {
            schema: None,
            temperature: self.temperature,
            repeat_penalty: self.repeat_penalty,
            top_k: self.top_k,
            top_p: self.top_p,
            min_p: self.min_p,
            seed: self.seed,
        }
    }

    /// How the model is had in memory.
    pub(crate) fn residence(&self) -> Residence {
        Residence {
            keep_alive: self.keep_alive,
            graphics_layers: self.graphics_layers,
        }
    }
}

fn check(settings: &ModelSettings) -> Result<(), ApiError> {
    let wrong = |field: &str, rule: &str| {
        Err(ApiError::new(
            ErrorCode::WrongParameter,
            format!("{field}: {rule}."),
        ))
    };
    let outside = |value: Option<f32>, least: f32, most: f32| {
        value.is_some_and(|value| !(least..=most).contains(&value))
    };
    if settings
        .context
        .is_some_and(|tokens| tokens < SMALLEST_CONTEXT)
    {
        return wrong("context", "a conversation needs at least 256 tokens");
    }
    for (field, value, least, most) in [
        ("temperature", settings.temperature, 0.0, 2.0),
        ("top_p", settings.top_p, 0.0, 1.0),
        ("min_p", settings.min_p, 0.0, 1.0),
        ("repeat_penalty", settings.repeat_penalty, 0.5, 2.0),
    ] {
        if outside(value, least, most) {
            return wrong(field, &format!("it must be between {least} and {most}"));
        }
    }
    for (at, adapter) in settings.adapters.iter().enumerate() {
        if outside(Some(adapter.scale), -LARGEST_SCALE, LARGEST_SCALE) {
            return wrong("adapters", "a scale must be between -10 and 10");
        }
        let same = |other: &sotto_domain::AdapterUse| other.name == adapter.name;
        if adapter.name.is_empty() || settings.adapters[..at].iter().any(same) {
            return wrong("adapters", "each one must have a name and be there once");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sotto_domain::AdapterUse;

    use super::*;

    #[test]
    fn a_value_out_of_its_range_is_named() {
        let adapter = |name: &str, scale| AdapterUse {
            name: name.to_owned(),
            scale,
        };
        let none = ModelSettings::default;
        for (settings, expected) in [
            (none(), None),
            (
                ModelSettings {
                    context: Some(256),
                    temperature: Some(2.0),
                    top_k: Some(0),
                    top_p: Some(0.0),
                    min_p: Some(1.0),
                    repeat_penalty: Some(0.5),
                    seed: Some(u32::MAX),
                    keep_alive: Some(-1),
                    graphics_layers: Some(0),
                    adapters: vec![adapter("a", -10.0), adapter("b", 10.0)],
                },
                None,
            ),
            (
                ModelSettings {
                    context: Some(255),
                    ..none()
                },
                Some("context"),
            ),
            (
                ModelSettings {
                    temperature: Some(2.1),
                    ..none()
                },
                Some("temperature"),
            ),
            (
                ModelSettings {
                    top_p: Some(-0.1),
                    ..none()
                },
                Some("top_p"),
            ),
            (
                ModelSettings {
                    min_p: Some(f32::NAN),
                    ..none()
                },
                Some("min_p"),
            ),
            (
                ModelSettings {
                    repeat_penalty: Some(0.4),
                    ..none()
                },
                Some("repeat_penalty"),
            ),
            (
                ModelSettings {
                    adapters: vec![adapter("a", 11.0)],
                    ..none()
                },
                Some("adapters"),
            ),
            (
                ModelSettings {
                    adapters: vec![adapter("a", 1.0), adapter("a", 0.5)],
                    ..none()
                },
                Some("adapters"),
            ),
        ] {
            match (check(&settings), expected) {
                (Ok(()), None) => {}
                (Err(error), Some(field)) => {
                    assert_eq!(error.code, ErrorCode::WrongParameter);
                    assert!(error.message.starts_with(field), "{}", error.message);
                }
                (result, _) => panic!("{settings:?}: {result:?}"),
            }
        }
    }
}
