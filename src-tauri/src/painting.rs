//! How the web view puts its pages on the screen.

/// Lets the processor paint by itself where there is no graphics card. `WebKitGTK` would otherwise
/// emulate one (Mesa's llvmpipe): that takes from a tenth of a second to a second and a half before
/// the first frame, and tens of megabytes. Its setting for this, `hardware-acceleration-policy`, can
/// be reached only when the page is loading already, and changing it then ends the web process
/// (`WebKitGTK` 2.50). A value that the person has set stays. Other platforms choose for themselves.
///
/// To be called before anything else: it changes the environment.
pub(crate) fn without_a_graphics_card() {
    #[cfg(target_os = "linux")]
    {
        const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
        if std::env::var_os(VARIABLE).is_none()
            && !has_render_node(std::path::Path::new("/dev/dri"))
        {
            #[expect(unsafe_code, reason = "WebKitGTK reads it from the environment alone")]
            // SAFETY: the program's first statement; no other thread reads the environment yet.
            unsafe {
                std::env::set_var(VARIABLE, "1");
            }
        }
    }
}

/// Whether the kernel's Direct Rendering Manager offers a device that draws (`renderD128`, …).
#[cfg(target_os = "linux")]
fn has_render_node(devices: &std::path::Path) -> bool {
    std::fs::read_dir(devices).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::has_render_node;

    #[test]
    fn a_display_controller_alone_does_not_draw() {
        let devices = tempfile::tempdir().unwrap();
        assert!(!has_render_node(&devices.path().join("missing")));
        std::fs::write(devices.path().join("card0"), "").unwrap();
        assert!(!has_render_node(devices.path()));
        std::fs::write(devices.path().join("renderD128"), "").unwrap();
        assert!(has_render_node(devices.path()));
    }
}
