//! Pictures for the page to show, for cameras that the page has no video of: a desktop's own and replayed ones.
//!
//! The page asks, in effect: it draws a picture when the screen is due for one (requestAnimationFrame) and answers
//! `{"shown": sequence}`; only then the next one crosses. In between the newest replaces the one that waits, so a slow
//! page never piles up and never shows a stale picture.
//!
//! Binary, on the bridge's channel `preview`, integers little-endian: 3, the channel; three zeros; 4–7 `sequence`;
//! 8–9 width; 10–11 height; then RGBA, which a canvas takes as it is. On the way within one device bytes cost less
//! than JPEG: 640 × 480 crossed in 0.5 ms, and took 8 ms to encode alone (libjpeg-turbo-rs, one desktop core).

use super::Frame;
use crate::sensors::bridge::{Bridge, Channel, Event, Link, Subscription};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A phone-sized window has no more pixels across that would be missed in a moving picture.
const MAX_SIDE: u32 = 960;
const HEADER_BYTES: usize = 12;

/// The page's canvas.
pub struct Preview {
    bridge: Bridge,
    pace: Arc<Mutex<Pace>>,
    _subscription: Subscription,
}

/// One picture is on its way, one waits.
#[derive(Default)]
struct Pace {
    sequence: u32,
    on_its_way: Option<u32>,
    waiting: Option<Vec<u8>>,
}

impl Preview {
    /// Shows pictures in the page behind `bridge`.
    pub fn new(bridge: &Bridge) -> Self {
        let pace = Arc::new(Mutex::new(Pace::default()));
        let heard = Arc::clone(&pace);
        let subscription = bridge.subscribe(Channel::Preview, move |event, link| lock(&heard).hear(&event, link));
        Self { bridge: bridge.clone(), pace, _subscription: subscription }
    }

    /// Shows this picture as soon as the page is ready for one, unless a newer one comes first. Returns at once.
    pub fn show(&self, frame: &Frame) {
        let mut message = encode(frame);
        let mut pace = lock(&self.pace);
        if pace.on_its_way.is_some() {
            pace.waiting = Some(message);
            return;
        }
        let sequence = pace.number(&mut message);
        drop(pace);
        if !self.bridge.send_binary(Channel::Preview, message) {
            // No page: the next picture may find one.
            lock(&self.pace).lost(sequence);
        }
    }
}

impl Pace {
    fn hear(&mut self, event: &Event<'_>, link: &Link) {
        match event {
            // What was on its way to another page is lost.
            Event::Opened | Event::Closed => self.on_its_way = None,
            Event::Text(text) => {
                let shown = text.get("shown").and_then(serde_json::Value::as_u64);
                if shown.is_none() || shown != self.on_its_way.map(u64::from) {
                    return;
                }
                self.on_its_way = None;
            }
            Event::Binary(_) => return,
        }
        if matches!(event, Event::Closed) {
            return;
        }
        if let Some(mut message) = self.waiting.take() {
            self.number(&mut message);
            link.send_binary(Channel::Preview, message);
        }
    }

    /// Gives a message the next number and notes that it is on its way.
    fn number(&mut self, message: &mut [u8]) -> u32 {
        self.sequence = self.sequence.wrapping_add(1);
        message[4..8].copy_from_slice(&self.sequence.to_le_bytes());
        self.on_its_way = Some(self.sequence);
        self.sequence
    }

    fn lost(&mut self, sequence: u32) {
        if self.on_its_way == Some(sequence) {
            self.on_its_way = None;
        }
    }
}

/// The message without its number. Larger pictures lose whole rows and columns: it is a preview.
fn encode(frame: &Frame) -> Vec<u8> {
    let step = frame.width.max(frame.height).div_ceil(MAX_SIDE).max(1);
    let (width, height) = (frame.width.div_ceil(step), frame.height.div_ceil(step));
    let mut message = Vec::with_capacity(HEADER_BYTES + (width * height * 4) as usize);
    message.extend([Channel::Preview as u8, 0, 0, 0, 0, 0, 0, 0]);
    message.extend((width as u16).to_le_bytes());
    message.extend((height as u16).to_le_bytes());
    for row in frame.rgb.chunks_exact(frame.width as usize * 3).step_by(step as usize) {
        message.extend(row.chunks_exact(3).step_by(step as usize).flat_map(|p| [p[0], p[1], p[2], 255]));
    }
    message
}

fn lock(pace: &Mutex<Pace>) -> MutexGuard<'_, Pace> {
    pace.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::picture;
    use super::*;
    use crate::sensors::bridge::APP_ORIGINS;
    use crate::sensors::bridge::testing::{TestPage, until};
    use crate::sensors::camera::Facing;
    use serde_json::json;
    use std::time::Instant;

    #[test]
    fn a_picture_is_sent_as_a_canvas_takes_it() {
        let (width, height, rgb) = picture();
        let frame = Frame { width, height, rgb, facing: Facing::Unknown, captured: Instant::now() };
        let message = encode(&frame);
        assert_eq!(message[..12], [3, 0, 0, 0, 0, 0, 0, 0, 6, 0, 4, 0]);
        assert_eq!(message[12..16], [255, 0, 0, 255]);
        assert_eq!(message.len(), 12 + 6 * 4 * 4);
    }

    fn grey(grey: u8) -> Frame {
        let rgb = vec![grey; 3];
        Frame { width: 1, height: 1, rgb, facing: Facing::Unknown, captured: Instant::now() }
    }

    /// The number of the next picture that the page gets, and its grey.
    fn next(page: &mut TestPage) -> (u64, u8) {
        let message = page.hear_binary();
        (u64::from(message[4]), message[12])
    }

    #[test]
    fn the_page_sets_the_pace_and_gets_the_newest() {
        let bridge = Bridge::start(&APP_ORIGINS).unwrap();
        let preview = Preview::new(&bridge);
        // Nobody is there yet: nothing is kept, nothing is stuck.
        preview.show(&grey(1));
        let mut page = TestPage::connect(&bridge.url());
        until("the page is connected", || bridge.is_connected());
        for shade in 2..9 {
            preview.show(&grey(shade));
        }
        let (first, shade) = next(&mut page);
        assert_eq!(shade, 2);
        // Only the answer to what is on its way counts.
        page.say(json!({ "channel": "preview", "shown": first + 7 }));
        page.say(json!({ "channel": "preview", "shown": "it" }));
        page.say(json!({ "channel": "preview", "shown": first }));
        let (second, shade) = next(&mut page);
        assert_eq!((second, shade), (first + 1, 8));

        // A page that comes back does not owe an answer.
        preview.show(&grey(9));
        let mut page = TestPage::connect(&bridge.url());
        assert_eq!(next(&mut page).1, 9);
    }

    #[test]
    fn a_large_picture_shrinks() {
        let rgb = vec![7; 1921 * 3 * 3];
        let frame = Frame { width: 1921, height: 3, rgb, facing: Facing::Unknown, captured: Instant::now() };
        let message = encode(&frame);
        assert_eq!(message[8..12], [0x81, 2, 1, 0]);
        assert_eq!(message.len(), 12 + 641 * 4);
    }
}
