//! The style sheet: tokens first, then what uses them.

/// All of it, for the page's head.
pub const STYLE: &str = concat!(
    include_str!("../../assets/style/tokens.css"),
    include_str!("../../assets/style/base.css"),
    include_str!("../../assets/style/shell.css"),
    include_str!("../../assets/style/controls.css"),
    include_str!("../../assets/style/camera.css"),
    include_str!("../../assets/style/microphone.css"),
    include_str!("../../assets/style/text.css"),
    include_str!("../../assets/style/models.css"),
    include_str!("../../assets/style/side_by_side.css"),
    include_str!("../../assets/style/settings.css"),
    include_str!("../../assets/style/benchmark.css"),
    include_str!("../../assets/style/diagnostics.css"),
    // Last: it takes back what the others give.
    include_str!("../../assets/style/small.css"),
);

#[cfg(test)]
#[path = "style_tests.rs"]
mod tests;
