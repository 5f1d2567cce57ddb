//! Sound files as they come: every format reads right, and no bytes at all make the reader panic, hang or
//! take memory that the limits do not allow.

use onhand::inference::speech::audio::{Audio, decode, read_file};
use proptest::prelude::*;
use std::f32::consts::TAU;
use std::path::{Path, PathBuf};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sounds/files").join(name)
}

/// Half of full scale at 440 Hz for a second, which is what all the files hold.
fn is_the_tone(audio: &Audio, tolerance: f32) {
    // MP3 fills up its last block.
    assert!((audio.duration_s - 1.0).abs() < 0.1, "it lasts {} s", audio.duration_s);
    let middle = &audio.samples[4_000..12_000];
    let part = |wave: fn(f32) -> f32| -> f32 {
        middle.iter().enumerate().map(|(i, x)| x * wave(TAU * 440.0 * i as f32 / 16_000.0)).sum::<f32>() / 4_000.0
    };
    let (amplitude, energy) =
        (part(f32::sin).hypot(part(f32::cos)), middle.iter().map(|x| x * x).sum::<f32>() / 4_000.0);
    assert!((amplitude - 0.5).abs() < tolerance, "440 Hz has {amplitude}");
    assert!((energy.sqrt() - 0.5).abs() < tolerance, "all has {}", energy.sqrt());
}

#[test]
fn compressed_formats_give_the_tone() {
    for name in ["tone-44k-stereo.flac", "tone-44k-stereo.mp3", "tone-44k-stereo.ogg", "tone-24k-mono.mp3"] {
        let audio = read_file(&file(name)).unwrap();
        // Vorbis at its lowest quality is 5 % off.
        is_the_tone(&audio, if name.ends_with("flac") { 0.01 } else { 0.03 });
        assert_eq!(audio.warning, None, "{name}");
    }
}

/// A WAV file of the tone. `bits` 8 to 32 are integers, 132 and 164 are floats.
fn wav(rate_hz: u32, channels: u16, bits: u16) -> Vec<u8> {
    let mut data = Vec::new();
    for i in 0..rate_hz {
        let x = 0.5 * (f64::from(TAU) * 440.0 * f64::from(i) / f64::from(rate_hz)).sin();
        for _ in 0..channels {
            match bits {
                8 => data.push((128.0 + 127.0 * x) as u8),
                132 => data.extend((x as f32).to_le_bytes()),
                164 => data.extend(x.to_le_bytes()),
                _ => data.extend(&((x * 2f64.powi(31)) as i32).to_le_bytes()[4 - usize::from(bits / 8)..]),
            }
        }
    }
    let (kind, bits) = if bits > 100 { (3u16, bits - 100) } else { (1, bits) };
    let frame = channels * bits / 8;
    let mut file = Vec::new();
    file.extend(b"RIFF");
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([kind, channels].iter().flat_map(|x| x.to_le_bytes()));
    file.extend([rate_hz, rate_hz * u32::from(frame)].iter().flat_map(|x| x.to_le_bytes()));
    file.extend([frame, bits].iter().flat_map(|x| x.to_le_bytes()));
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

#[test]
fn every_kind_of_wav_gives_the_tone() {
    for bits in [8, 16, 24, 32, 132, 164] {
        for (rate_hz, channels) in [(8_000, 1), (16_000, 2), (44_100, 6), (192_000, 1), (11_025, 8)] {
            let audio = decode(&wav(rate_hz, channels, bits)).unwrap();
            assert_eq!(audio.samples.len(), 16_000);
            assert_eq!(audio.warning, None);
            is_the_tone(&audio, 0.01);
        }
    }
}

#[test]
fn a_torn_recording_gives_what_is_there_and_says_so() {
    let whole = wav(44_100, 2, 16);
    let audio = decode(&whole[..whole.len() / 2]).unwrap();
    assert!((audio.duration_s - 0.5).abs() < 0.01);
    assert_eq!(audio.warning.as_deref(), Some("the recording is damaged: it breaks off after 0.5 of 1.0 s"));
    let flac = std::fs::read(file("tone-44k-stereo.flac")).unwrap();
    let audio = decode(&flac[..flac.len() / 2]).unwrap();
    assert!(audio.duration_s > 0.3 && audio.warning.is_some(), "{} {:?}", audio.duration_s, audio.warning);
}

#[test]
fn a_recording_written_into_a_pipe_is_whole() {
    for claim in [u32::MAX, 0x7fff_ffff] {
        let mut file = wav(16_000, 1, 16);
        file[4..8].copy_from_slice(&claim.to_le_bytes());
        file[40..44].copy_from_slice(&(claim - 36).to_le_bytes());
        let audio = decode(&file).unwrap();
        assert_eq!((audio.samples.len(), audio.warning), (16_000, None));
    }
}

#[test]
fn values_that_are_no_sound_count_as_silence() {
    let mut file = wav(16_000, 1, 132);
    for (i, value) in [f32::NAN, f32::INFINITY, -1e30].into_iter().enumerate() {
        file[44 + 400 * i..48 + 400 * i].copy_from_slice(&value.to_le_bytes());
    }
    let audio = decode(&file).unwrap();
    assert!(audio.samples.iter().all(|x| x.abs() < 1.0));
    assert!(audio.warning.unwrap().contains("3 samples were no sound"));
}

/// Sets the number at a place of a header.
fn lie(mut file: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn absurd_claims_are_refused_in_a_sentence() {
    let good = wav(16_000, 1, 16);
    let cases = [
        (vec![], "empty"),
        (b"not a sound, only a text".to_vec(), "no sound that can be read"),
        (lie(good.clone(), 24, &0u32.to_le_bytes()), "0 samples a second"),
        (lie(good.clone(), 24, &4_000_000_000u32.to_le_bytes()), "4000000000 samples a second"),
        (lie(lie(good.clone(), 22, &300u16.to_le_bytes()), 32, &600u16.to_le_bytes()), "channel"),
        (good[..44].to_vec(), "holds no sound"),
    ];
    for (bytes, words) in cases {
        let error = decode(&bytes).unwrap_err().to_string();
        assert!(error.contains(words), "{words:?} is not in {error:?}");
    }
    // 24 bits of a FLAC header's sample count: five hours at 44.1 kHz.
    let flac = std::fs::read(file("tone-44k-stereo.flac")).unwrap();
    let error = decode(&lie(flac, 22, &800_000_000u32.to_be_bytes())).unwrap_err().to_string();
    assert!(error.contains("hours can be read"), "{error}");
}

#[test]
fn a_missing_file_and_a_folder_are_named() {
    let missing = read_file(Path::new("no/such/file.wav")).unwrap_err().to_string();
    assert!(missing.starts_with("no/such/file.wav cannot be opened"), "{missing}");
    assert!(read_file(&file(".")).is_err());
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let names = ["tone-44k-stereo.flac", "tone-44k-stereo.mp3", "tone-44k-stereo.ogg", "tone-24k-mono.mp3"];
    let mut files: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(file(name)).unwrap()).collect();
    files.push(wav(8_000, 1, 8));
    files.push(wav(8_000, 2, 132));
    let changes =
        prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), any::<[u8; 4]>(), 0usize..4), 1..12);
    (prop::sample::select(files), changes, prop::option::weighted(0.25, any::<prop::sample::Index>())).prop_map(
        |(mut bytes, changes, cut)| {
            for (place, in_header, with, len) in changes {
                let at = place.index(if in_header { bytes.len().min(200) } else { bytes.len() });
                bytes.iter_mut().skip(at).zip(&with[..=len]).for_each(|(byte, new)| *byte = *new);
            }
            bytes.truncate(cut.map_or(bytes.len(), |cut| cut.index(bytes.len())));
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_mutation_of_a_sound_breaks_the_reader(bytes in mutated()) {
        if let Ok(audio) = decode(&bytes) {
            prop_assert!(!audio.samples.is_empty() && audio.samples.iter().all(|x| x.is_finite()));
            // At 1 kHz, the lowest rate, every sample of the files lasts 44 times as long.
            prop_assert!(audio.duration_s <= 60.0, "{} s from {} bytes", audio.duration_s, bytes.len());
        }
    }

    #[test]
    fn no_bytes_break_the_reader(
        start in prop::sample::select(vec![&b""[..], b"RIFF", b"fLaC", b"OggS", b"ID3", b"\xff\xfb\x90\x64", b"RIFF\xff\xff\xff\xffWAVEfmt "]),
        rest in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let bytes = [start, &rest].concat();
        if let Ok(audio) = decode(&bytes) {
            prop_assert!(audio.samples.iter().all(|x| x.is_finite()));
        }
    }
}
