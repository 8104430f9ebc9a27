//! What a person is shown before they press: of a model of the catalogue, or of a file of a repository that
//! they typed.

use std::{io, path::Path, str::FromStr};

use sotto_consent::StartedBy;
use sotto_egress::download::{
    Hub, ListedFile, SPARE_BYTES, Source, Target, Unfinished, free_bytes, is_taken_name, unfinished,
};
use sotto_models::CatalogEntry;

use super::verified::Verified;
use crate::{
    error::{ApiError, ErrorCode, sentence},
    sotto::Sotto,
    view::{downloads::DownloadOffer, models::LicenceView},
};

/// The revision of a repository that is asked where none is named.
const MAIN: &str = "main";

/// The quantisation that is taken where none is named and there are several.
const USUAL_QUANTIZATION: &str = "Q4_K_M";

/// A download that could be begun.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) target: Target,
    pub(super) licence: LicenceView,
    /// Size and hash are from our own trial.
    pub(super) verified: bool,
    /// Whom the person was shown as the one who is asked: scheme, host and port. `None` until it is shown.
    pub(super) origin: Option<String>,
}

/// A repository of a hub as a person types it: `owner/name[/file.gguf][:QUANTISATION]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubReference {
    repository: String,
    file: Option<String>,
    quantization: Option<String>,
}

impl FromStr for HubReference {
    type Err = ApiError;

    fn from_str(text: &str) -> Result<Self, ApiError> {
        let (text, quantization) = match text.rsplit_once(':') {
            Some((text, quantization)) => (text, Some(quantization.to_owned())),
            None => (text, None),
        };
        let wrong = || {
            let message = "A model of a hub is written OWNER/NAME, OWNER/NAME:Q4_K_M or OWNER/NAME/FILE.gguf.";
            ApiError::new(ErrorCode::WrongParameter, message)
        };
        let mut parts = text.splitn(3, '/');
        let (Some(owner), Some(name)) = (parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let file = parts.next().map(str::to_owned);
        if owner.is_empty()
            || name.is_empty()
            || file.as_ref().is_some_and(|file| !file.ends_with(".gguf"))
            || (file.is_some() && quantization.is_some())
            || quantization.as_ref().is_some_and(String::is_empty)
        {
            return Err(wrong());
        }
        Ok(Self {
            repository: format!("{owner}/{name}"),
            file,
            quantization,
        })
    }
}

impl HubReference {
    /// The file that is meant, or all of a split one in order.
    fn choose(&self, files: Vec<ListedFile>) -> Result<Vec<ListedFile>, ApiError> {
        let not_found = |message: String| Err(ApiError::new(ErrorCode::NotFound, message));
        let repository = &self.repository;
        if files.is_empty() {
            return not_found(format!("{repository} holds no GGUF file."));
        }
        if let Some(wanted) = &self.file {
            let mut of_it: Vec<_> = files
                .into_iter()
                .filter(|file| whole_of(&file.path) == whole_of(wanted))
                .collect();
            of_it.sort_by(|one, other| one.path.cmp(&other.path));
            if of_it.is_empty() {
                return not_found(format!("{repository} holds no file {wanted}."));
            }
            return Ok(of_it);
        }
        let mut models: Vec<(&str, Vec<ListedFile>)> = Vec::new();
        for file in &files {
            let whole = whole_of(&file.path);
            match models.iter_mut().find(|(name, _)| *name == whole) {
                Some((_, parts)) => parts.push(file.clone()),
                None => models.push((whole, vec![file.clone()])),
            }
        }
        let named = |quantization: &str| {
            let wanted = quantization.to_ascii_lowercase();
            let is = move |name: &str| {
                let name = name.to_ascii_lowercase();
                name.rsplit(['/', '.', '-']).any(|part| part == wanted)
            };
            models
                .iter()
                .filter(|(name, _)| is(name))
                .collect::<Vec<_>>()
        };
        let found = match &self.quantization {
            Some(quantization) => named(quantization),
            None if models.len() == 1 => models.iter().collect(),
            None => named(USUAL_QUANTIZATION),
        };
        match found.as_slice() {
            [(_, parts)] => {
                let mut parts = parts.clone();
                parts.sort_by(|one, other| one.path.cmp(&other.path));
                Ok(parts)
            }
            _ => {
                let names: Vec<&str> = models.iter().map(|(name, _)| *name).collect();
                let names = names.join(", ");
                not_found(format!(
                    "Which file of {repository}? Write {repository}/FILE or {repository}:QUANTISATION. It has: {names}."
                ))
            }
        }
    }
}

/// The name that the parts of a split file share (`-00001-of-00003.gguf`, llama.cpp's way).
fn whole_of(path: &str) -> &str {
    let stem = path.strip_suffix(".gguf").unwrap_or(path);
    let digits = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let split = stem.rsplit_once("-of-").and_then(|(before, parts)| {
        let (name, part) = before.rsplit_once('-')?;
        (digits(parts) && digits(part)).then_some(name)
    });
    split.unwrap_or(stem)
}

impl Sotto {
    /// What a person is shown of a model of the catalogue before anybody is asked. Where size and hash are
    /// not known from our own trial, the offer has none: [`Sotto::offer_download`] asks the hub for them.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a model that the catalogue does not have, or that no hub has.
    pub async fn preview_download(&self, id: &str) -> Result<DownloadOffer, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let hub = self.hub(&gatekeeper.history).await?;
        let plan = self.inner.downloads.plan(id);
        if let Some(plan) = plan.or_else(|| self.begun_plan(id)) {
            return self.offered(&hub, plan).await;
        }
        let entry = self.catalog_entry(id)?;
        if let Known::Verified(plan) = known(entry)? {
            return self.offered(&hub, *plan).await;
        }
        let folder = self.models_folder().to_owned();
        let free = tokio::task::spawn_blocking(move || free_bytes(&folder)).await;
        Ok(DownloadOffer {
            id: entry.id.clone(),
            title: entry.name.clone(),
            host: hub.endpoint().host().to_owned(),
            further_hosts: hub.further_hosts().to_vec(),
            file: entry.file.clone(),
            size: None,
            sha256: String::new(),
            here: false,
            received: 0,
            licence: LicenceView::from(&entry.licence),
            free: free.ok().flatten(),
            verified: false,
            obstacle: String::new(),
        })
    }

    /// What a person is shown of a model of the catalogue, by its id. Where size and hash are not known
    /// from our own trial, the hub is asked for them, which costs a press by itself.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] for a model that the catalogue does not have, or that no hub has;
    /// [`ErrorCode::Blocked`]; what went wrong when the hub was asked.
    pub async fn offer_download(
        &self,
        id: &str,
        started_by: StartedBy,
    ) -> Result<DownloadOffer, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let hub = self.hub(&gatekeeper.history).await?;
        let entry = self.catalog_entry(id)?;
        let plan = match known(entry)? {
            Known::Verified(plan) => *plan,
            Known::Listed(source) => {
                let described = self.look(&hub, &source, started_by).await?;
                let revision = described.commit.unwrap_or_else(|| source.revision.clone());
                let source = Source { revision, ..source };
                Plan {
                    target: target_of(entry, source, described.size, described.sha256),
                    licence: LicenceView::from(&entry.licence),
                    verified: false,
                    origin: None,
                }
            }
        };
        self.offered(&hub, plan).await
    }

    /// What a person is shown of a repository that they typed: one file, or all of a split one. The hub
    /// is asked for its list, which is a fetch by itself. Not for a page: an address is never a page's
    /// choice.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] where it is not clear which file is meant; [`ErrorCode::Blocked`]; what went
    /// wrong when the hub was asked.
    pub async fn offer_from_hub(
        &self,
        reference: &HubReference,
        started_by: StartedBy,
    ) -> Result<Vec<DownloadOffer>, ApiError> {
        let gatekeeper = self.inner.gatekeeper().await?;
        let hub = self.hub(&gatekeeper.history).await?;
        let repository = &reference.repository;
        let files = self.list(&hub, (repository, MAIN), started_by).await?;
        let mut offers = Vec::new();
        for file in reference.choose(files)? {
            let source = Source {
                repository: repository.clone(),
                revision: MAIN.to_owned(),
                path: file.path,
            };
            let wrong = |error| ApiError::new(ErrorCode::Other, sentence(&error));
            let name = source.file_name().map_err(wrong)?.to_owned();
            let plan = Plan {
                target: Target {
                    id: format!("{repository}/{}", source.path),
                    title: name.strip_suffix(".gguf").unwrap_or(&name).to_owned(),
                    source,
                    name,
                    size: file.size,
                    sha256: file.sha256,
                },
                licence: LicenceView {
                    name: String::new(),
                    link: format!("{}/{repository}", hub.endpoint().origin()),
                    terms: "Sotto does not know this model. Read on its page what its makers allow, before you use it."
                        .to_owned(),
                },
                verified: false,
                origin: None,
            };
            offers.push(self.offered(&hub, plan).await?);
        }
        Ok(offers)
    }

    /// What can be begun by this id: what was offered, what is known from our own trial, or what broke off.
    pub(super) fn download_plan(&self, id: &str) -> Result<Plan, ApiError> {
        if let Some(plan) = self.inner.downloads.plan(id) {
            return Ok(plan);
        }
        if let Some(plan) = self.begun_plan(id) {
            return Ok(plan);
        }
        match known(self.catalog_entry(id)?)? {
            Known::Verified(plan) => Ok(*plan),
            Known::Listed(_) => Err(ApiError::new(
                ErrorCode::NotFound,
                "Ask for the offer first: only the hub knows how large this file is.",
            )),
        }
    }

    /// What broke off.
    fn begun_plan(&self, id: &str) -> Option<Plan> {
        let begun = unfinished(self.models_folder());
        let begun = begun.into_iter().find(|begun| begun.target.id == id)?;
        let mut entries = self.inner.library.catalog().models.iter();
        let entry = entries.find(|entry| entry.id == id);
        let is_ours = |entry: &CatalogEntry| {
            entry.verified && entry.sha256.as_ref() == Some(&begun.target.sha256)
        };
        Some(Plan {
            verified: entry.is_some_and(is_ours),
            origin: None,
            target: begun.target.clone(),
            licence: entry
                .map(|entry| LicenceView::from(&entry.licence))
                .unwrap_or_default(),
        })
    }

    fn catalog_entry(&self, id: &str) -> Result<&'static CatalogEntry, ApiError> {
        let catalog = self.inner.library.catalog();
        let entry = catalog.models.iter().find(|entry| entry.id == id);
        entry.or_else(|| catalog.describe(id)).ok_or_else(|| {
            let message = format!(
                "The catalogue has no model {id}. `sotto models list` shows what there is."
            );
            ApiError::new(ErrorCode::NotFound, message)
        })
    }

    /// Keeps a plan, so that it can be pressed, and shows it.
    async fn offered(&self, hub: &Hub, mut plan: Plan) -> Result<DownloadOffer, ApiError> {
        plan.origin = Some(hub.endpoint().origin().to_owned());
        let folder = self.models_folder().to_owned();
        let verified = Verified::new(&self.inner.home);
        let (shown, whole) = (plan.clone(), self.models_folder().join(&plan.target.name));
        let (here, received, free, obstacle) = tokio::task::spawn_blocking(move || {
            let begun = unfinished(&folder)
                .into_iter()
                .find(|begun| begun.target.name == shown.target.name);
            let other = begun
                .as_ref()
                .and_then(|begun| of_another(begun, &shown.target));
            let begun = begun.filter(|begun| begun.target.sha256 == shown.target.sha256);
            let received = begun.as_ref().map_or(0, |begun| begun.received);
            let free = free_bytes(&folder);
            let needed = shown.target.size.saturating_sub(received);
            let needed = needed.saturating_add(SPARE_BYTES);
            let known = is_taken_name(&whole).then(|| verified.sha256(&whole));
            let here = matches!(&known, Some(Ok(found)) if *found == shown.target.sha256);
            let obstacle = if here {
                "It is here already, and whole.".to_owned()
            } else if let Some(found) = known {
                in_its_place(&whole, found)
            } else if let Some(other) = other {
                other
            } else if let Some(free) = free.filter(|free| *free < needed) {
                format!("The disk has {free} bytes free, and {needed} are needed. Free some first.")
            } else if begun.is_some_and(|begun| begun.taken) {
                "It is on its way already.".to_owned()
            } else {
                String::new()
            };
            (here, received, free, obstacle)
        })
        .await
        .map_err(|error| ApiError::new(ErrorCode::Other, sentence(&error)))?;
        let offer = DownloadOffer {
            id: plan.target.id.clone(),
            title: plan.target.title.clone(),
            host: hub.endpoint().host().to_owned(),
            further_hosts: hub.further_hosts().to_vec(),
            file: plan.target.name.clone(),
            size: Some(plan.target.size),
            sha256: plan.target.sha256.clone(),
            here,
            received,
            licence: plan.licence.clone(),
            free,
            verified: plan.verified,
            obstacle,
        };
        self.inner.downloads.offer(plan);
        Ok(offer)
    }
}

/// Why a file cannot be begun where what is here under its name is a part of another model's.
pub(super) fn of_another(begun: &Unfinished, target: &Target) -> Option<String> {
    let found = &begun.target;
    let same = found.id == target.id
        && found.source.repository == target.source.repository
        && found.source.path == target.source.path;
    (!same).then(|| {
        format!(
            "A file {} of {} ({}) is here, unfinished. Go on with it or cancel it first.",
            found.name, found.title, found.source.repository
        )
    })
}

fn in_its_place(whole: &Path, found: io::Result<String>) -> String {
    let whole = whole.display();
    match found {
        Ok(_) => format!("{whole} is there already and is another file. Move it away first."),
        Err(error) => format!("{whole} is there already and cannot be read: {error}."),
    }
}

/// What the catalogue knows of a file.
enum Known {
    Verified(Box<Plan>),
    /// Where it is, and nothing that could be checked.
    Listed(Source),
}

fn known(entry: &CatalogEntry) -> Result<Known, ApiError> {
    let Some(hub) = &entry.hub else {
        let message = format!(
            "{} comes with the set-up; no hub is known for it.",
            entry.name
        );
        return Err(ApiError::new(ErrorCode::NotFound, message));
    };
    let source = Source {
        repository: hub.repository.clone(),
        revision: hub.revision.clone(),
        path: hub.file.clone(),
    };
    // Our own word on the file: a hash without a trial is as good as the hub's.
    let Some(sha256) = entry.sha256.clone().filter(|_| entry.verified) else {
        return Ok(Known::Listed(source));
    };
    Ok(Known::Verified(Box::new(Plan {
        target: target_of(entry, source, entry.size, sha256),
        licence: LicenceView::from(&entry.licence),
        verified: true,
        origin: None,
    })))
}

fn target_of(entry: &CatalogEntry, source: Source, size: u64, sha256: String) -> Target {
    Target {
        id: entry.id.clone(),
        title: entry.name.clone(),
        source,
        name: entry.file.clone(),
        size,
        sha256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Option<&str>, Option<&str>)>) {
        let read: Option<HubReference> = text.parse().ok();
        let read = read.as_ref().map(|read| {
            (
                read.repository.as_str(),
                read.file.as_deref(),
                read.quantization.as_deref(),
            )
        });
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn repositories_are_read_as_people_write_them() {
        check("a/b", Some(("a/b", None, None)));
        check("a/b:Q8_0", Some(("a/b", None, Some("Q8_0"))));
        check("a/b/c.gguf", Some(("a/b", Some("c.gguf"), None)));
        check("a/b/sub/c.gguf", Some(("a/b", Some("sub/c.gguf"), None)));
        for wrong in [
            "",
            "a",
            "a/",
            "/b",
            "a/b/",
            "a/b/c.bin",
            "a/b:",
            "a/b/c.gguf:Q8_0",
        ] {
            check(wrong, None);
        }
    }

    fn file(path: &str) -> ListedFile {
        ListedFile {
            path: path.to_owned(),
            size: 1,
            sha256: "0".repeat(64),
        }
    }

    #[track_caller]
    fn chooses(text: &str, files: &[&str], expected: &[&str]) {
        let reference: HubReference = text.parse().unwrap();
        let files = files.iter().map(|path| file(path)).collect();
        let chosen = reference.choose(files).unwrap_or_default();
        let paths: Vec<&str> = chosen.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, expected, "{text}");
    }

    #[test]
    fn the_file_that_is_meant_is_chosen_and_never_guessed() {
        let several = ["m-Q4_K_M.gguf", "m-Q8_0.gguf", "m.F16.gguf"];
        chooses("a/b", &["only.gguf"], &["only.gguf"]);
        chooses("a/b", &several, &["m-Q4_K_M.gguf"]);
        chooses("a/b:q8_0", &several, &["m-Q8_0.gguf"]);
        chooses("a/b:F16", &several, &["m.F16.gguf"]);
        chooses("a/b/m-Q8_0.gguf", &several, &["m-Q8_0.gguf"]);
        chooses("a/b:Q2_K", &several, &[]);
        chooses("a/b", &["one.gguf", "other.gguf"], &[]);
        chooses("a/b", &[], &[]);
        let split = [
            "m-Q4_K_M-00002-of-00002.gguf",
            "m-Q4_K_M-00001-of-00002.gguf",
            "x-Q8_0.gguf",
        ];
        let parts = [
            "m-Q4_K_M-00001-of-00002.gguf",
            "m-Q4_K_M-00002-of-00002.gguf",
        ];
        chooses("a/b", &split, &parts);
        chooses("a/b/m-Q4_K_M-00001-of-00002.gguf", &split, &parts);
    }
}
