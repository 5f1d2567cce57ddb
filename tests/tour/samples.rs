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

/// An umbrella before the sky, drawn here: every one of the camera's models knows it.
pub fn umbrella(path: &Path) {
    const CLOTH: [u8; 3] = [200, 30, 40];
    const FOLD: [u8; 3] = [150, 20, 30];
    const WOOD: [u8; 3] = [80, 55, 35];
    let sky = |y: u32| [90 + (y / 8) as u8, 130 + (y / 10) as u8, 190 + (y / 24) as u8];
    let mut picture = RgbImage::from_fn(480, 480, |_, y| Rgb(sky(y)));
    for (half_width, colour) in [(180, CLOTH), (96, FOLD), (90, CLOTH)] {
        dome(&mut picture, (240, 240), (half_width, 180), |_| colour);
    }
    for x in [105, 195, 285, 375] {
        dome(&mut picture, (x, 240), (45, 30), sky);
    }
    rectangle(&mut picture, (237, 40), (243, 60), FOLD);
    rectangle(&mut picture, (236, 235), (244, 420), WOOD);
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

/// The upper half of an ellipse, on the `middle` of its lower edge.
fn dome(picture: &mut RgbImage, middle: (i32, i32), radii: (i32, i32), colour: impl Fn(u32) -> [u8; 3]) {
    let inside = |x: i32, y: i32| (x as f32 / radii.0 as f32).hypot(y as f32 / radii.1 as f32) <= 1.0;
    for y in -radii.1..=0 {
        for x in (-radii.0..=radii.0).filter(|x| inside(*x, y)) {
            let y = (middle.1 + y) as u32;
            picture.put_pixel((middle.0 + x) as u32, y, Rgb(colour(y)));
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
