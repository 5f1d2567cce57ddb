//! The figures of the article that Onhand is built after: another's, on phones, of inputs like ours.

/// What a phone took for one run, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reference {
    /// The network's name.
    pub network: &'static str,
    /// An iPhone 14 Pro.
    pub iphone_14_pro_ms: f64,
    /// A Pixel 7.
    pub pixel_7_ms: f64,
}

/// For a frame of 224 × 224.
const MOBILENET: Reference = Reference { network: "MobileNetV3-Small", iphone_14_pro_ms: 3.2, pixel_7_ms: 4.5 };
/// For 30 s of sound.
const WHISPER: Reference = Reference { network: "Whisper-tiny", iphone_14_pro_ms: 800.0, pixel_7_ms: 1200.0 };
/// For 128 tokens.
const DISTILBERT: Reference = Reference { network: "DistilBERT", iphone_14_pro_ms: 15.0, pixel_7_ms: 22.0 };

/// The figure for the model of this name, if there is one: larger models of a family are no match.
pub fn reference(model: &str) -> Option<Reference> {
    match model {
        "mobilenet-v3-small" => Some(MOBILENET),
        "whisper-tiny" | "whisper-tiny.en" => Some(WHISPER),
        "distilbert-sst2" => Some(DISTILBERT),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Catalog;

    #[test]
    fn only_the_same_network_is_compared_and_each_is_in_the_catalog() {
        let catalog = Catalog::builtin();
        let known = catalog.models().iter().filter(|m| reference(&m.id).is_some()).count();
        assert_eq!(known, 4);
        assert_eq!(reference("whisper-base"), None);
        assert_eq!(reference("mobilenet-v3-large"), None);
    }
}
