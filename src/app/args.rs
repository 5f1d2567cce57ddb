//! What can be given on the command line: other sources in place of the device's own, for demos and tests.

use std::path::PathBuf;

/// Sees, hears and reads on this device
#[derive(clap::Parser, Debug, Clone, Default)]
#[command(name = "onhand", version)]
pub struct Args {
    /// A picture, a folder of pictures or an animated GIF or WebP in place of the camera
    #[arg(long, value_name = "PATH")]
    pub camera: Option<PathBuf>,
    /// A sound file in place of the microphone
    #[arg(long, value_name = "FILE")]
    pub microphone: Option<PathBuf>,
    /// Hear through the page, as where only a web view may use the microphone
    #[arg(long, conflicts_with = "microphone")]
    pub page_microphone: bool,
    /// Pick files through the page, as on phones
    #[arg(long)]
    pub page_files: bool,
    /// A script of heat and battery (TOML) in place of what the system tells
    #[arg(long, value_name = "FILE")]
    pub power: Option<PathBuf>,
}
