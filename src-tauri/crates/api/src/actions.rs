//! Actions: the person's own files beside those of the program, and the exact question that an
//! action makes of a text. Files are read anew each time, so that a change is there at once.

use std::{
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

use sotto_actions::{Action, Actions, Listed, Output, Source, UseError, question_about};
use sotto_domain::{Manner, title};

use crate::{
    error::{ApiError, ErrorCode, sentence},
    sotto::Sotto,
    turns::refuse_empty,
    view::actions::{
        ActionOrigin, ActionOutput, ActionParameter, ActionUse, ActionView, ActionsView,
        BrokenAction,
    },
};

/// The folder of the person's own files, within the home.
const FOLDER: &str = "prompts";

/// More than this is no prompt.
const MOST_BYTES: u64 = 64 << 10;

/// A question as it will be asked and written down.
pub(crate) struct Question {
    /// The exact prompt.
    pub(crate) text: String,
    /// The title of a conversation that begins with it.
    pub(crate) title: String,
    /// The model that the action is meant for.
    pub(crate) model: Option<String>,
    /// How it is to be answered.
    pub(crate) manner: Manner,
}

impl Sotto {
    /// All actions: those of the program and the person's own, and which of their files are broken.
    pub async fn actions(&self) -> ActionsView {
        let actions = self.read_actions().await;
        ActionsView {
            actions: actions.listed.iter().map(ActionView::from).collect(),
            broken: actions
                .broken
                .into_iter()
                .map(|broken| BrokenAction {
                    file: broken.file,
                    error: broken.error.to_string(),
                })
                .collect(),
            folder: self.actions_folder().display().to_string(),
        }
    }

    /// The prompt file of an action, for a person who wants to change it.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownAction`].
    pub async fn action_source(&self, name: &str) -> Result<String, ApiError> {
        let actions = self.read_actions().await;
        Ok(find(&actions, name)?.source.clone())
    }

    /// The folder where the person's own prompt files are looked for. It need not exist.
    #[must_use]
    pub fn actions_folder(&self) -> PathBuf {
        self.inner.home.join(FOLDER)
    }

    /// What is asked, from what is typed, what is given along and the action.
    ///
    /// # Errors
    /// [`ErrorCode::EmptyQuestion`], [`ErrorCode::UnknownAction`], [`ErrorCode::WrongParameter`].
    pub(crate) async fn question(
        &self,
        text: String,
        context: Option<String>,
        action: Option<ActionUse>,
    ) -> Result<Question, ApiError> {
        let context = context.filter(|context| !context.trim().is_empty());
        if context.is_none() {
            refuse_empty(&text)?;
        }
        let Some(ActionUse { name, parameters }) = action else {
            // As it was typed, to the last space, where nothing is given along.
            let text = match context {
                Some(context) => question_about(&text, &context),
                None => text,
            };
            return Ok(Question {
                title: title::from_question(&text),
                text,
                model: None,
                manner: Manner::default(),
            });
        };
        let actions = self.read_actions().await;
        let action = find(&actions, &name)?;
        let (subject, wish) = match &context {
            Some(context) => (context.as_str(), text.as_str()),
            None => (text.as_str(), ""),
        };
        Ok(Question {
            text: action.prompt(&parameters, subject, wish)?,
            title: title::from_action(&action.title, subject),
            model: action.model.clone(),
            manner: manner(action),
        })
    }

    async fn read_actions(&self) -> Actions {
        let folder = self.actions_folder();
        let read = tokio::task::spawn_blocking(move || Actions::with_own(own_files(&folder)));
        read.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the person's actions could not be read");
            Actions::with_own([])
        })
    }
}

fn find<'a>(actions: &'a Actions, name: &str) -> Result<&'a Action, ApiError> {
    actions.find(name).ok_or_else(|| {
        let names = actions.listed.iter();
        let names: Vec<_> = names.map(|listed| listed.action.name.as_str()).collect();
        ApiError::new(
            ErrorCode::UnknownAction,
            format!(
                "There is no action {name}. There are: {}.",
                names.join(", ")
            ),
        )
    })
}

fn manner(action: &Action) -> Manner {
    Manner {
        schema: match &action.output {
            Output::Json(schema) => Some(schema.clone()),
            Output::Plain | Output::Markdown => None,
        },
        temperature: action.temperature,
        repeat_penalty: action.repeat_penalty,
        ..Manner::default()
    }
}

/// The files of the folder by name, each with its text or why it has none. A folder that is not
/// there holds nothing; one that cannot be read is listed like a broken file.
fn own_files(folder: &Path) -> Vec<(String, Result<String, String>)> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => return vec![(folder.display().to_string(), Err(error.to_string()))],
    };
    let mut files: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name.ends_with(".toml") && !name.starts_with('.')).then(|| (name, entry.path()))
        })
        .collect();
    files.sort();
    let read = |(name, path): (String, PathBuf)| (name, read(&path));
    files.into_iter().map(read).collect()
}

fn read(path: &Path) -> Result<String, String> {
    let said = |error: io::Error| error.to_string();
    // Before it is opened: a pipe would keep whoever opens it waiting.
    if !fs::metadata(path).map_err(said)?.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut text = String::new();
    let file = fs::File::open(path).map_err(said)?;
    file.take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        })?;
    if text.len() as u64 > MOST_BYTES {
        return Err("it has more than 64 KiB".to_owned());
    }
    Ok(text)
}

impl From<&Listed> for ActionView {
    fn from(listed: &Listed) -> Self {
        let action = &listed.action;
        let parameters = action.parameters.iter().map(|parameter| ActionParameter {
            name: parameter.name.clone(),
            title: parameter.title.clone(),
            default: parameter.default.clone(),
            choices: parameter.choices.clone(),
        });
        Self {
            name: action.name.clone(),
            title: action.title.clone(),
            description: action.description.clone(),
            parameters: parameters.collect(),
            model: action.model.clone(),
            output: match action.output {
                Output::Plain => ActionOutput::Plain,
                Output::Markdown => ActionOutput::Markdown,
                Output::Json(_) => ActionOutput::Json,
            },
            origin: match &listed.source {
                Source::BuiltIn => ActionOrigin::BuiltIn,
                Source::Own { file, replaces } => ActionOrigin::Own {
                    file: file.clone(),
                    replaces: *replaces,
                },
            },
        }
    }
}

impl From<UseError> for ApiError {
    fn from(error: UseError) -> Self {
        let code = match error {
            UseError::NoText { .. } => ErrorCode::EmptyQuestion,
            UseError::Missing { .. } | UseError::Unknown { .. } | UseError::NotAChoice { .. } => {
                ErrorCode::WrongParameter
            }
            UseError::Template { .. } => ErrorCode::Other,
        };
        Self::new(code, sentence(&error))
    }
}
