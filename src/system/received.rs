//! What another app sends: a picture or a sound.

/// A phone's photo has a few megabytes, an hour of compressed speech thirty. More than this is no input for a model.
pub const MAX_RECEIVED_BYTES: u64 = 256 << 20;

/// A file from another app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What it is called there.
    pub name: String,
    /// Whether it was sent as a sound; else it is taken for a picture.
    pub is_sound: bool,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Received {
    /// Of `media_type` and `name` as the sender says; the name decides where the type says nothing.
    #[cfg_attr(not(any(test, target_os = "android", target_os = "ios")), allow(dead_code))]
    pub(super) fn new(name: String, media_type: &str, bytes: Vec<u8>) -> Self {
        let extension = name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_lowercase());
        let sounds = ["wav", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "amr"];
        let is_sound = match media_type.split('/').next() {
            Some("audio") => true,
            Some("image") => false,
            _ => sounds.contains(&extension.as_str()),
        };
        Self { name, is_sound, bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::Received;

    #[test]
    fn the_type_decides_and_else_the_name() {
        let is_sound = |name: &str, media_type| Received::new(name.into(), media_type, Vec::new()).is_sound;
        assert!(is_sound("memo", "audio/mpeg"));
        assert!(!is_sound("memo.mp3", "image/png"));
        assert!(is_sound("Memo.MP3", "application/octet-stream") && is_sound("a.wav", ""));
        assert!(!is_sound("photo.heic", "*/*") && !is_sound("", ""));
    }
}
