//! What models can run on besides the processor: which devices there are, which of them are used
//! and why the others are not.
//!
//! llama.cpp's register of devices is global and filled once, at the start; so is this list.

use std::sync::OnceLock;

use llama_cpp_sys_2 as llama;
use serde::Serialize;

use super::{backend, driver, process};
use crate::error::Error;

/// The value of `--device` that means: the processor alone.
pub(crate) const NONE: &str = "none";
/// How programs that only pretend to be a graphics card begin their names: Mesa's, Google's, Microsoft's.
/// ggml tells them from real ones no other way.
const SOFTWARE: [&str; 4] = [
    "llvmpipe",
    "SwiftShader",
    "Microsoft Basic Render",
    "lavapipe",
];

/// What ggml calls its backend for Apple's devices.
const METAL: [&str; 2] = ["Metal", "MTL"];

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceKind {
    /// A graphics card with memory of its own.
    Graphics,
    /// A part of the processor that shares its memory.
    Integrated,
    /// A program that pretends to be a graphics card.
    Software,
}

/// A device that ggml found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Device {
    /// ggml's name, such as `Vulkan0`.
    pub(crate) name: String,
    /// What it calls itself.
    pub(crate) description: String,
    /// How it is spoken to, such as `Vulkan`.
    pub(crate) backend: String,
    /// What it is.
    pub(crate) kind: DeviceKind,
    /// Layers of models go to it.
    pub(crate) used: bool,
    handle: Handle,
}

/// ggml's device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Handle(llama::ggml_backend_dev_t);

// SAFETY: ggml's devices live as long as the process, and their queries may come from any thread.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

/// A device's memory now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeviceMemory {
    /// Bytes in all.
    pub(crate) total: u64,
    /// Bytes that are free, as the driver says; some drivers count only what this process takes.
    pub(crate) free: u64,
}

impl Device {
    /// Asks the driver.
    pub(crate) fn memory(&self) -> DeviceMemory {
        let (mut free, mut total) = (0usize, 0usize);
        // SAFETY: the device is valid for the life of the process; both numbers outlive the call.
        unsafe { llama::ggml_backend_dev_memory(self.handle.0, &raw mut free, &raw mut total) };
        DeviceMemory {
            total: total as u64,
            free: free as u64,
        }
    }

    /// Whether its memory is the computer's: what lies there takes as much of that. Metal calls every
    /// device a card, and those of Macs have no memory of their own.
    pub(super) fn shares_memory(&self) -> bool {
        shares_memory(&self.backend, self.kind)
    }

    /// For llama.cpp.
    pub(super) fn raw(&self) -> llama::ggml_backend_dev_t {
        self.handle.0
    }
}

/// What was found and what is used of it.
#[derive(Debug, Default)]
struct Found {
    devices: Vec<Device>,
    note: String,
}

static FOUND: OnceLock<Found> = OnceLock::new();

/// Starts llama.cpp, looks at the devices, decides which are used, and opens these: drivers read
/// libraries and device files then, which the confinement forbids later. Call it once, before a
/// second thread runs.
///
/// `wanted` are names as `--device` takes them; none lets the kinds decide. `withheld` says why no
/// device is to be used at all, if so.
pub(crate) fn start(wanted: &[String], withheld: Option<&str>) -> Result<(), Error> {
    let none = [NONE.to_owned()];
    let wanted = if withheld.is_some() { &none } else { wanted };
    if wanted.iter().any(|name| name == NONE) {
        process::hide_devices();
    } else if !built_for().is_empty() {
        driver::watch();
    }
    let busy = driver::busy();
    backend::start()?;
    FOUND.get_or_init(|| {
        let mut found = open(list(), wanted);
        if let Some(reason) = withheld {
            reason.clone_into(&mut found.note);
        }
        for device in &found.devices {
            let (name, used) = (&device.name, device.used);
            tracing::info!(name, used, "{}", device.description);
        }
        if !found.note.is_empty() {
            tracing::info!("models run on the processor: {}", found.note);
        }
        found
    });
    drop(busy);
    Ok(())
}

fn open(mut devices: Vec<Device>, wanted: &[String]) -> Found {
    let mut failed = None;
    let verdict = choose(&devices, wanted);
    for (device, _) in devices.iter_mut().zip(verdict).filter(|(_, used)| *used) {
        // SAFETY: the device is valid. What is opened stays open for good, on purpose.
        let opened = unsafe { llama::ggml_backend_dev_init(device.raw(), std::ptr::null()) };
        device.used = !opened.is_null();
        if opened.is_null() {
            failed = Some(format!("{} cannot be opened.", device.description));
        }
    }
    let note = if devices.iter().any(|device| device.used) {
        String::new()
    } else {
        failed.unwrap_or_else(|| explain(&devices, wanted, &built_for(), graphics_expected()))
    };
    Found { devices, note }
}

/// All devices that were found.
pub(crate) fn all() -> &'static [Device] {
    FOUND.get().map_or(&[], |found| &found.devices)
}

/// Those that layers go to, the one with the most free memory first.
pub(crate) fn used() -> Vec<&'static Device> {
    let mut devices: Vec<&Device> = all().iter().filter(|device| device.used).collect();
    devices.sort_by_key(|device| std::cmp::Reverse(device.memory().free));
    devices
}

/// How the devices that are used are spoken to, such as `Vulkan`.
pub(crate) fn backends() -> String {
    let mut names: Vec<&str> = used()
        .iter()
        .map(|device| device.backend.as_str())
        .collect();
    names.dedup();
    names.join(", ")
}

/// Whether the driver of a device goes on opening files: one that is only a program does not.
pub(crate) fn need_files() -> bool {
    all()
        .iter()
        .any(|device| device.used && device.kind != DeviceKind::Software)
}

/// Why no device is used, where one could be expected; empty otherwise.
pub(crate) fn note() -> &'static str {
    FOUND.get().map_or("", |found| &found.note)
}

fn list() -> Vec<Device> {
    // SAFETY: plain queries; every index is below the count, and names are static strings.
    unsafe {
        (0..llama::ggml_backend_dev_count())
            .filter_map(|at| {
                let handle = llama::ggml_backend_dev_get(at);
                let description = backend::text_of(llama::ggml_backend_dev_description(handle));
                let kind = match llama::ggml_backend_dev_type(handle) {
                    llama::GGML_BACKEND_DEVICE_TYPE_GPU if is_software(&description) => {
                        DeviceKind::Software
                    }
                    llama::GGML_BACKEND_DEVICE_TYPE_GPU => DeviceKind::Graphics,
                    llama::GGML_BACKEND_DEVICE_TYPE_IGPU => DeviceKind::Integrated,
                    _ => return None,
                };
                let registration = llama::ggml_backend_dev_backend_reg(handle);
                Some(Device {
                    name: backend::text_of(llama::ggml_backend_dev_name(handle)),
                    description,
                    backend: backend::text_of(llama::ggml_backend_reg_name(registration)),
                    kind,
                    used: false,
                    handle: Handle(handle),
                })
            })
            .collect()
    }
}

fn shares_memory(backend: &str, kind: DeviceKind) -> bool {
    kind != DeviceKind::Graphics || METAL.contains(&backend)
}

fn is_software(description: &str) -> bool {
    SOFTWARE.iter().any(|name| description.starts_with(name))
}

/// For each device whether it is used. Unless they are named, only cards with memory of their own:
/// the others compute in the processor's memory, and mostly slower than the processor does.
fn choose(devices: &[Device], wanted: &[String]) -> Vec<bool> {
    // The same card can be there twice, once for each way to speak to it: one way is used.
    let backend = devices
        .iter()
        .find(|device| device.kind == DeviceKind::Graphics)
        .map(|device| &device.backend);
    devices
        .iter()
        .map(|device| {
            if wanted.is_empty() {
                device.kind == DeviceKind::Graphics && Some(&device.backend) == backend
            } else {
                wanted.contains(&device.name)
            }
        })
        .collect()
}

/// The ways to speak to a graphics card that this program was built with.
fn built_for() -> Vec<&'static str> {
    [
        (cfg!(feature = "vulkan"), "Vulkan"),
        (cfg!(feature = "cuda"), "CUDA"),
        (cfg!(any(feature = "metal", target_os = "macos")), "Metal"),
    ]
    .into_iter()
    .filter_map(|(built, name)| built.then_some(name))
    .collect()
}

/// Whether the system has something that draws, so that a person could wonder why it is not used.
fn graphics_expected() -> bool {
    let draws = |folder: &str, beginning: &str| {
        std::fs::read_dir(folder).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with(beginning))
        })
    };
    draws("/dev/dri", "renderD") || draws("/dev", "nvidiactl")
}

/// Why no device is used, in a sentence for the person; empty where none can be expected.
fn explain(devices: &[Device], wanted: &[String], built: &[&str], expected: bool) -> String {
    if wanted.iter().any(|name| name == NONE) {
        return "The graphics card is turned off.".into();
    }
    if !wanted.is_empty() {
        return format!("There is no device {}.", wanted.join(" or "));
    }
    if let Some(device) = devices.first() {
        let why = match device.kind {
            DeviceKind::Software => "is a program on the processor",
            _ => "shares the processor's memory",
        };
        return format!(
            "{} {why}: there models would answer more slowly.",
            device.description
        );
    }
    match (built, expected) {
        (_, false) => String::new(),
        ([], true) => {
            "This build uses the processor only; one for the graphics card has to be made with the \
             feature vulkan, cuda or metal."
                .into()
        }
        (built, true) => format!(
            "{} finds no graphics card: its driver may be missing.",
            built.join(" and ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(name: &str, backend: &str, kind: DeviceKind) -> Device {
        Device {
            name: name.into(),
            description: format!("a {name}"),
            backend: backend.into(),
            kind,
            used: false,
            handle: Handle(std::ptr::null_mut()),
        }
    }

    #[test]
    fn only_cards_with_memory_of_their_own_are_used_unasked() {
        use DeviceKind::{Graphics, Integrated, Software};
        let check = |devices: &[(&str, &str, DeviceKind)], wanted: &[&str], expected: &[bool]| {
            let devices: Vec<Device> = devices
                .iter()
                .map(|(name, backend, kind)| device(name, backend, *kind))
                .collect();
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            assert_eq!(
                choose(&devices, &wanted),
                expected,
                "{devices:?} {wanted:?}"
            );
        };
        let laptop = [
            ("Vulkan0", "Vulkan", Integrated),
            ("Vulkan1", "Vulkan", Graphics),
        ];
        check(&laptop, &[], &[false, true]);
        check(&laptop, &["Vulkan0"], &[true, false]);
        check(&laptop, &["Vulkan0", "Vulkan1"], &[true, true]);
        check(&laptop, &[NONE], &[false, false]);
        check(&[("Vulkan0", "Vulkan", Software)], &[], &[false]);
        check(&[("Vulkan0", "Vulkan", Software)], &["Vulkan0"], &[true]);
        // One card, found through both.
        let both = [
            ("CUDA0", "CUDA", Graphics),
            ("Vulkan0", "Vulkan", Graphics),
            ("CUDA1", "CUDA", Graphics),
        ];
        check(&both, &[], &[true, false, true]);
    }

    #[test]
    fn why_no_card_is_used_is_said() {
        use DeviceKind::{Graphics, Integrated, Software};
        let check = |kind: Option<DeviceKind>, wanted: &[&str], built: &[&str], expected: &str| {
            let devices: Vec<Device> = kind
                .into_iter()
                .map(|kind| device("Vulkan0", "Vulkan", kind))
                .collect();
            let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            let note = explain(&devices, &wanted, built, true);
            assert!(note.contains(expected), "{expected:?} in {note:?}");
            assert_eq!(explain(&[], &[], built, false), "");
        };
        check(None, &[], &[], "This build uses the processor only");
        check(None, &[], &["Vulkan"], "Vulkan finds no graphics card");
        check(
            Some(Integrated),
            &[],
            &["Vulkan"],
            "a Vulkan0 shares the processor's memory",
        );
        check(
            Some(Software),
            &[],
            &["Vulkan"],
            "a Vulkan0 is a program on the processor",
        );
        check(Some(Graphics), &["none"], &["Vulkan"], "turned off");
        check(Some(Graphics), &["CUDA7"], &["Vulkan"], "no device CUDA7");
    }

    #[test]
    fn only_a_card_has_memory_of_its_own() {
        for (backend, kind, expected) in [
            ("CUDA", DeviceKind::Graphics, false),
            ("Vulkan", DeviceKind::Graphics, false),
            ("Vulkan", DeviceKind::Integrated, true),
            ("Vulkan", DeviceKind::Software, true),
            ("Metal", DeviceKind::Graphics, true),
            ("MTL", DeviceKind::Graphics, true),
        ] {
            assert_eq!(shares_memory(backend, kind), expected, "{backend} {kind:?}");
        }
    }

    #[test]
    fn software_is_told_by_its_name() {
        for (name, expected) in [
            ("llvmpipe (LLVM 15.0.6, 256 bits)", true),
            ("SwiftShader Device (LLVM 10.0.0)", true),
            ("NVIDIA GeForce RTX 4060", false),
            ("AMD Radeon RX 7600 (RADV NAVI33)", false),
        ] {
            assert_eq!(is_software(name), expected, "{name}");
        }
    }
}
