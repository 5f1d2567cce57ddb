//! Inputs that the tour makes itself: a second picture, a scene that moves, a script of heat.

use super::stage::root;
use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, Frame, Rgb, RgbImage};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The sample picture: a clock on a wall.
pub fn clock() -> PathBuf {
    root().join("assets/samples/clock.jpg")
}

/// The sample sentences.
pub fn sentences() -> Vec<String> {
    let text = fs::read_to_string(root().join("assets/samples/sentences.txt")).expect("a sample");
    text.lines().map(str::to_string).collect()
}

/// A traffic light before the evening sky, drawn here.
pub fn traffic_light(path: &Path) {
    let mut picture = RgbImage::from_fn(480, 480, |_, y| {
        let t = y as f32 / 480.0;
        Rgb([(90.0 + 60.0 * t) as u8, (130.0 + 50.0 * t) as u8, (190.0 + 20.0 * t) as u8])
    });
    rectangle(&mut picture, (228, 420), (252, 480), [40, 42, 44]);
    rectangle(&mut picture, (150, 30), (330, 430), [24, 26, 28]);
    for (y, colour) in [(100, [235, 40, 30]), (230, [60, 50, 16]), (360, [14, 50, 30])] {
        disc(&mut picture, (240, y), 60, [10, 10, 10]);
        disc(&mut picture, (240, y), 52, colour);
    }
    disc(&mut picture, (228, 86), 18, [255, 120, 100]);
    replace(path, |to| picture.save_with_format(to, image::ImageFormat::Png).expect("our folder"));
}

/// The clock, swinging: a scene that never stands still.
pub fn moving(path: &Path) {
    let clock = image::open(clock()).expect("a sample").to_rgb8();
    let clock = image::imageops::resize(&clock, 240, 240, image::imageops::FilterType::Triangle);
    let mut encoder = GifEncoder::new_with_speed(File::create(path).expect("our folder"), 30);
    encoder.set_repeat(Repeat::Infinite).expect("our folder");
    for step in [0_i64, 12, 24, 36, 24, 12] {
        let mut frame = RgbImage::from_pixel(300, 260, Rgb([205, 195, 175]));
        image::imageops::replace(&mut frame, &clock, step, 8 + step / 6);
        let frame = image::DynamicImage::ImageRgb8(frame).to_rgba8();
        let delay = Delay::from_saturating_duration(Duration::from_millis(100));
        encoder.encode_frame(Frame::from_parts(frame, 0, 0, delay)).expect("our folder");
    }
}

/// A device that tells it is cool and plugged in, so that nothing but the scene holds the pace down.
pub fn cool(path: &Path) {
    fs::write(path, heat(&[(0, "none")])).expect("our folder");
}

/// A script of heat: from so many seconds on, this thermal status.
pub fn heat(steps: &[(u32, &str)]) -> String {
    let step = |(at_s, status): &(u32, &str)| {
        format!("[[step]]\nat_s = {at_s}\nstatus = \"{status}\"\nbattery = 0.8\ncharging = true\n")
    };
    steps.iter().map(step).collect()
}

/// Puts a picture in place of another in one step, as a camera sees one thing and then the next.
pub fn copy_over(from: &Path, to: &Path) {
    replace(to, |fresh| {
        fs::copy(from, fresh).expect("our folder");
    });
}

fn replace(path: &Path, write: impl Fn(&Path)) {
    let fresh = path.with_extension("new");
    write(&fresh);
    fs::rename(fresh, path).expect("our folder");
}

fn rectangle(picture: &mut RgbImage, from: (u32, u32), to: (u32, u32), colour: [u8; 3]) {
    for y in from.1..to.1 {
        for x in from.0..to.0 {
            picture.put_pixel(x, y, Rgb(colour));
        }
    }
}

fn disc(picture: &mut RgbImage, middle: (i32, i32), radius: i32, colour: [u8; 3]) {
    for y in -radius..=radius {
        for x in (-radius..=radius).filter(|x| x * x + y * y <= radius * radius) {
            picture.put_pixel((middle.0 + x) as u32, (middle.1 + y) as u32, Rgb(colour));
        }
    }
}

/// So many seconds of silence.
pub fn silence(seconds: u32) -> Vec<u8> {
    wav(&vec![0; 2 * 16_000 * seconds as usize])
}

/// The sample recording so many times over: a voice that goes on for a while.
pub fn again_and_again(times: usize) -> Vec<u8> {
    let recording = fs::read(root().join("assets/samples/speech.wav")).expect("a sample");
    wav(&recording[HEADER_BYTES..].repeat(times))
}

/// Before the samples of the sample recording, and of every file made here.
const HEADER_BYTES: usize = 44;

/// A WAV file of 16-bit mono at 16 kHz.
fn wav(samples: &[u8]) -> Vec<u8> {
    let data = samples.len() as u32;
    let mut wav = Vec::from(*b"RIFF");
    wav.extend((36 + data).to_le_bytes());
    wav.extend(*b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend(32_000_u32.to_le_bytes());
    wav.extend(*b"\x02\0\x10\0data");
    wav.extend(data.to_le_bytes());
    wav.extend(samples);
    wav
}
