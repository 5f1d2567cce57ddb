//! Forty sounds without speech, made here: what a microphone hears when nobody talks.
//!
//! Every sound depends on a seed and a pitch factor, so that thresholds can be tried on sounds that they
//! were not chosen by.

pub mod synth;

use std::f32::consts::TAU;
use synth::*;

/// Strengths of harmonics: an organ, a flute, a piano, a buzzer.
const ORGAN: [f32; 6] = [1.0, 0.6, 0.4, 0.3, 0.2, 0.1];
const FLUTE: [f32; 3] = [1.0, 0.25, 0.08];
const PIANO: [f32; 8] = [1.0, 0.7, 0.45, 0.3, 0.18, 0.1, 0.06, 0.03];
const SQUARE: [f32; 15] = [1.0, 0.0, 0.333, 0.0, 0.2, 0.0, 0.143, 0.0, 0.111, 0.0, 0.091, 0.0, 0.077, 0.0, 0.067];
const HUM: [f32; 8] = [1.0, 0.5, 0.35, 0.2, 0.15, 0.1, 0.05, 0.05];

/// The forty, by name; peak at full scale. `pitch` multiplies every frequency and tempo.
pub fn all(seed: u64, pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let mut sounds = noises(seed, pitch);
    sounds.extend(machines(seed, pitch));
    sounds.extend(blows(seed, pitch));
    sounds.extend(fragments(seed, pitch));
    sounds.extend(tones(pitch));
    sounds.extend(music(seed, pitch));
    sounds.extend(signals(seed, pitch));
    assert_eq!(sounds.len(), 40, "forty sounds are promised");
    sounds
}

fn noises(seed: u64, pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let mut rng = Rng(seed);
    let gusts = low_pass(&rng.white(6.0), 0.7);
    let wind = resonance(&rng.white(6.0), 450.0 * pitch, 250.0);
    let swell = at_level(gusts, 0.0);
    let wind = wind.iter().zip(&swell).map(|(x, g)| x * (0.3 + g.abs())).collect();
    let mut rain = low_pass(&rng.white(5.0), 5_000.0 * pitch);
    for _ in 0..150 {
        let hz = rng.between(1_500.0, 5_000.0);
        add(&mut rain, rng.between(0.0, 4.9), 0.8, &struck(tone(0.02, hz, &[1.0]), 0.001, 0.004));
    }
    vec![
        ("digital zero", vec![0.0; len(5.0)]),
        ("constant offset", vec![1.0; len(3.0)]),
        ("white noise", rng.white(5.0)),
        ("pink noise", rng.pink(5.0)),
        ("brown noise", rng.brown(5.0)),
        ("rain", rain),
        ("wind", wind),
        ("sea", shaped(rng.pink(8.0), |t| 0.15 + (0.2 * pitch * t * std::f32::consts::PI).sin().powi(2))),
        (
            "noise that beats like syllables",
            shaped(rng.white(4.0), |t| 0.1 + (4.0 * pitch * t * std::f32::consts::PI).sin().powi(2)),
        ),
    ]
}

fn machines(seed: u64, pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let mut rng = Rng(seed ^ 1);
    let mut fan = |hz: f32, sway_hz: f32| {
        let air = low_pass(&rng.pink(5.0), 1_500.0);
        let blades = shaped(tone(5.0, hz * pitch, &HUM), |t| 1.0 + 0.2 * (TAU * sway_hz * t).sin());
        mix(&[(0.5, at_level(air, 0.0)), (0.2, blades)])
    };
    let (fan_50, fan_60, fan_120) = (fan(50.0, 0.3), fan(60.0, 0.7), fan(120.0, 1.5));
    let strokes = glide(4.0, &[1.0; 12], |_| 28.0 * pitch);
    let exhaust = mix(&[(1.0, resonance(&strokes, 120.0, 80.0)), (0.3, resonance(&rng.white(4.0), 800.0, 600.0))]);
    let revving = glide(5.0, &[1.0, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2], |t| pitch * (60.0 + 40.0 * t));
    vec![
        ("fan, 50 Hz", fan_50),
        ("fan, 60 Hz", fan_60),
        ("fan, 120 Hz, swaying", fan_120),
        ("mains hum", tone(4.0, 50.0 * pitch, &HUM)),
        ("idling motor", exhaust),
        ("revving motor", mix(&[(1.0, resonance(&revving, 300.0, 200.0)), (0.02, rng.white(5.0))])),
    ]
}

fn blows(seed: u64, pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let mut rng = Rng(seed ^ 2);
    let mut one_click = vec![0.0; len(2.0)];
    one_click[len(1.0)] = 1.0;
    let mut clicks = vec![0.0; len(4.0)];
    for _ in 0..12 {
        let click = struck(rng.white(0.01), 0.0005, 0.002);
        add(&mut clicks, rng.between(0.0, 3.9), rng.between(0.3, 1.0), &click);
    }
    let mut ticks = vec![0.0; len(4.0)];
    for beat in 0..8 {
        add(
            &mut ticks,
            beat as f32 * 0.5 / pitch,
            1.0,
            &struck(tone(0.05, 1_800.0 * pitch, &[1.0, 0.3]), 0.001, 0.008),
        );
    }
    let mut knocks = vec![0.0; len(3.0)];
    for at in [0.5, 0.72, 0.95, 1.8, 2.02, 2.25] {
        let wood = mix(&[
            (1.0, resonance(&struck(rng.white(0.2), 0.001, 0.01), 180.0 * pitch, 60.0)),
            (0.4, resonance(&struck(rng.white(0.2), 0.001, 0.006), 420.0 * pitch, 90.0)),
        ]);
        add(&mut knocks, at, rng.between(0.7, 1.0), &wood);
    }
    let mut keys = low_pass(&shaped(rng.white(5.0), |_| 0.003), 3_000.0);
    let mut at = 0.2;
    while at < 4.8 {
        let hz = rng.between(1_500.0, 3_500.0) * pitch;
        let key = resonance(&struck(rng.white(0.06), 0.001, 0.006), hz, 900.0);
        add(&mut keys, at, rng.between(0.5, 1.0), &key);
        add(&mut keys, at + 0.08, 0.3, &key);
        at += rng.between(0.1, 0.3);
    }
    let mut claps = vec![0.0; len(4.0)];
    for n in 0..10 {
        let clap = resonance(&struck(rng.white(0.15), 0.002, 0.02), 1_100.0 * pitch, 900.0);
        add(&mut claps, 0.1 + n as f32 * 0.37, rng.between(0.6, 1.0), &clap);
    }
    let mut drums = vec![0.0; len(4.0)];
    for n in 0..8 {
        let skin = struck(glide(0.4, &[1.0], |t| pitch * (50.0 + 90.0 * (-t * 25.0).exp())), 0.002, 0.06);
        add(&mut drums, n as f32 * 0.5, 1.0, &skin);
        add(&mut drums, n as f32 * 0.5 + 0.25, 0.5, &struck(rng.white(0.2), 0.001, 0.03));
    }
    vec![
        ("one click", one_click),
        ("clicks", clicks),
        ("metronome", ticks),
        ("knocks on a door", knocks),
        ("typing", keys),
        ("clapping", claps),
        ("drums", drums),
    ]
}

/// A sound like a vowel: a buzz through three formants.
pub fn vowel(seconds: f32, hz: f32, formants: [f32; 3]) -> Vec<f32> {
    let buzz = glide(seconds, &[1.0; 30], |t| hz * (1.0 - 0.1 * t));
    let gains = [1.0, 0.6, 0.3];
    mix(&std::array::from_fn::<_, 3, _>(|i| (gains[i], resonance(&buzz, formants[i], 80.0 + 40.0 * i as f32))))
}

fn fragments(seed: u64, pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let mut rng = Rng(seed ^ 3);
    let syllable = vowel(0.3, 120.0 * pitch, [700.0, 1_200.0, 2_500.0]);
    let mut lone = vec![0.0; len(3.0)];
    add(&mut lone, 1.2, 1.0, &vowel(0.3, 160.0 * pitch, [400.0, 2_000.0, 2_700.0]));
    vec![("0.3 s of noise", rng.white(0.3)), ("0.3 s of a vowel", syllable), ("0.3 s of a vowel in silence", lone)]
}

fn tones(pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let beat = mix(&[(1.0, tone(4.0, 220.0 * pitch, &[1.0, 0.3])), (1.0, tone(4.0, 224.0 * pitch, &[1.0, 0.3]))]);
    vec![
        ("sine, 150 Hz", tone(4.0, 150.0 * pitch, &[1.0])),
        ("sine, 440 Hz", tone(4.0, 440.0 * pitch, &[1.0])),
        ("sweep", glide(5.0, &[1.0], |t| pitch * 80.0 * (t * 1.2).exp2())),
        ("square wave", tone(3.0, 200.0 * pitch, &SQUARE)),
        ("beating tones", beat),
    ]
}

fn music(seed: u64, pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let mut rng = Rng(seed ^ 4);
    let root = 220.0 * pitch;
    let chord = mix(&[1.0, 1.26, 1.498].map(|r| (1.0, tone(4.0, root * r, &ORGAN))));
    let trembling = |r: f32| glide(5.0, &ORGAN, move |t| root * r * (1.0 + 0.01 * (TAU * 5.5 * t).sin()));
    let organ = mix(&[1.0, 1.189, 1.498, 2.0].map(|r| (1.0, trembling(r))));
    let mut arpeggio = vec![0.0; len(5.0)];
    for n in 0..18 {
        let note = root * [1.0f32, 1.26, 1.498, 2.0, 1.498, 1.26][n % 6];
        add(&mut arpeggio, n as f32 * 0.26, 1.0, &struck(tone(0.9, note, &PIANO), 0.004, 0.15));
    }
    let mut melody = vec![0.0; len(6.0)];
    let mut at = 0.1;
    while at < 5.5 {
        let step = (rng.unit() * 8.0) as i32;
        let hz = 2.0 * root * 2f32.powf([0, 2, 4, 5, 7, 9, 11, 12][step as usize] as f32 / 12.0);
        let long = rng.between(0.25, 0.6);
        let note = glide(long, &FLUTE, |t| hz * (1.0 + 0.012 * (TAU * 5.0 * t).sin()));
        add(&mut melody, at, 1.0, &shaped(note, |t| (t / 0.05).min(1.0).min(((long - t) / 0.06).max(0.0))));
        at += long;
    }
    let strings = [1.0, 2.76, 5.4, 8.93];
    let mut bells = vec![0.0; len(6.0)];
    for (n, base) in [500.0, 400.0, 450.0, 300.0].into_iter().enumerate() {
        let bell = mix(&strings.map(|r| (1.0 / r, struck(tone(3.0, base * r * pitch, &[1.0]), 0.003, 0.5 / r.sqrt()))));
        add(&mut bells, n as f32 * 1.4, 1.0, &bell);
    }
    vec![
        ("chord", chord),
        ("organ with vibrato", organ),
        ("piano arpeggio", arpeggio),
        ("flute melody", melody),
        ("bells", bells),
    ]
}

fn signals(seed: u64, pitch: f32) -> Vec<(&'static str, Vec<f32>)> {
    let mut rng = Rng(seed ^ 5);
    let mut dialling = vec![0.0; len(4.0)];
    for n in 0..11 {
        let low = [697.0, 770.0, 852.0, 941.0][(rng.unit() * 4.0) as usize % 4] * pitch;
        let high = [1_209.0, 1_336.0, 1_477.0][(rng.unit() * 3.0) as usize % 3] * pitch;
        let key = mix(&[(1.0, tone(0.18, low, &[1.0])), (1.0, tone(0.18, high, &[1.0]))]);
        add(&mut dialling, n as f32 * 0.35, 1.0, &key);
    }
    let mut chirps = vec![0.0; len(5.0)];
    let mut at = 0.2;
    while at < 4.6 {
        let from = rng.between(2_200.0, 3_500.0) * pitch;
        let chirp = glide(0.12, &[1.0, 0.15], |t| from + 9_000.0 * t * (0.5 - t * 3.0));
        add(&mut chirps, at, 1.0, &shaped(chirp, |t| (t * 26.0).sin().max(0.0)));
        at += rng.between(0.13, 0.5);
    }
    let ringing = mix(&[(1.0, tone(5.0, 440.0 * pitch, &[1.0, 0.2])), (1.0, tone(5.0, 480.0 * pitch, &[1.0, 0.2]))]);
    vec![
        ("dialling", dialling),
        ("siren, two tones", glide(5.0, &ORGAN, |t| pitch * if (t * 1.6) as i32 % 2 == 0 { 440.0 } else { 585.0 })),
        ("siren, wailing", glide(6.0, &ORGAN, |t| pitch * (900.0 + 400.0 * (TAU * 0.4 * t).sin()))),
        ("birds", chirps),
        ("telephone ringing", shaped(ringing, |t| if t % 2.0 < 1.0 { 1.0 } else { 0.0 })),
    ]
}
