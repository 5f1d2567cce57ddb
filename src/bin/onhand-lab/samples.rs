//! The sample inputs, carried along so that they are there wherever the program runs.

/// A drawn analogue clock, JPEG.
pub const CLOCK: (&str, &[u8]) = ("assets/samples/clock.jpg", include_bytes!("../../../assets/samples/clock.jpg"));
/// Two English sentences spoken by espeak-ng, WAV, 16 kHz.
pub const SPEECH: (&str, &[u8]) = ("assets/samples/speech.wav", include_bytes!("../../../assets/samples/speech.wav"));
/// Sentences in English and Korean, one a line.
pub const SENTENCES: (&str, &str) =
    ("assets/samples/sentences.txt", include_str!("../../../assets/samples/sentences.txt"));
