//! Segments as subtitles or timed text.
//!
//! SubRip (SRT) has no standard; what every player reads is the number, the times with a comma, the text, a
//! blank line. WebVTT is <https://www.w3.org/TR/webvtt1/>. In both a blank line ends a cue and `-->` marks
//! its times, so neither may stand in the text.

use super::segments::Segment;
use std::fmt::Write;

/// A cue that is shown no time at all is an error in WebVTT: the least difference that can be written.
const MIN_CUE_MS: u64 = 1;

/// SubRip subtitles; empty without segments.
pub fn srt(segments: &[Segment]) -> String {
    let mut out = String::new();
    for (i, cue) in cues(segments).enumerate() {
        // SubRip has no escapes.
        let text = cue.text.replace("-->", "→");
        let (start, end) = (clock(cue.start_ms, ','), clock(cue.end_ms, ','));
        let _ = write!(out, "{}\n{start} --> {end}\n{text}\n\n", i + 1);
    }
    out
}

/// WebVTT subtitles.
pub fn vtt(segments: &[Segment]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for cue in cues(segments) {
        let text = cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (start, end) = (clock(cue.start_ms, '.'), clock(cue.end_ms, '.'));
        let _ = write!(out, "{start} --> {end}\n{text}\n\n");
    }
    out
}

/// A line for each segment, its times in front.
pub fn timed_text(segments: &[Segment]) -> String {
    let lines =
        cues(segments).map(|cue| format!("[{} – {}] {}", clock(cue.start_ms, '.'), clock(cue.end_ms, '.'), cue.text));
    lines.collect::<Vec<_>>().join("\n")
}

struct Cue {
    start_ms: u64,
    end_ms: u64,
    text: String,
}

/// The segments that have text, on one line each, with times that can be written.
fn cues(segments: &[Segment]) -> impl Iterator<Item = Cue> {
    // Negative and NaN become 0.
    let ms = |seconds: f64| (seconds * 1000.0).round() as u64;
    segments.iter().filter_map(move |segment| {
        let text = segment.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let start_ms = ms(segment.start_s);
        let end_ms = ms(segment.end_s).max(start_ms.saturating_add(MIN_CUE_MS));
        (!text.is_empty()).then_some(Cue { start_ms, end_ms, text })
    })
}

/// Hours, minutes, seconds, milliseconds.
fn clock(ms: u64, point: char) -> String {
    let (s, ms) = (ms / 1000, ms % 1000);
    format!("{:02}:{:02}:{:02}{point}{ms:03}", s / 3600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(start_s: f64, end_s: f64, text: &str) -> Segment {
        Segment { start_s, end_s, text: text.into() }
    }

    #[test]
    fn srt_is_numbered_and_has_commas() {
        let said = [segment(0.0, 1.5, "Hello."), segment(3661.0004, 3662.9996, "안녕하세요.")];
        let want = "1\n00:00:00,000 --> 00:00:01,500\nHello.\n\n2\n01:01:01,000 --> 01:01:03,000\n안녕하세요.\n\n";
        assert_eq!(srt(&said), want);
    }

    #[test]
    fn vtt_has_a_header_and_points_and_escapes() {
        let said = [segment(0.02, 1.0, "a < b & c --> d")];
        assert_eq!(vtt(&said), "WEBVTT\n\n00:00:00.020 --> 00:00:01.000\na &lt; b &amp; c --&gt; d\n\n");
        assert_eq!(vtt(&[]), "WEBVTT\n\n");
    }

    #[test]
    fn an_arrow_in_the_text_is_no_time() {
        assert_eq!(srt(&[segment(0.0, 1.0, "x --> y")]).matches("-->").count(), 1);
    }

    #[test]
    fn timed_text_is_a_line_a_segment() {
        let said = [segment(0.0, 1.0, "one"), segment(1.0, 2.5, "two")];
        assert_eq!(timed_text(&said), "[00:00:00.000 – 00:00:01.000] one\n[00:00:01.000 – 00:00:02.500] two");
    }

    proptest! {
        #[test]
        fn a_cue_stays_one_cue(text in r"[a\n\r\t >-]{0,20}", start in -1.0..1e7, length in -1.0..100.0) {
            let said = [segment(start, start + length, &text)];
            for out in [srt(&said), vtt(&said)] {
                let cues = usize::from(!text.trim().is_empty());
                prop_assert_eq!(out.matches("-->").count(), cues);
                let blocks = out.trim_end().split("\n\n").filter(|b| !b.is_empty() && *b != "WEBVTT").count();
                prop_assert_eq!(blocks, cues);
            }
        }

        #[test]
        fn no_time_panics(start in any::<f64>(), end in any::<f64>()) {
            let said = [segment(start, end, "x")];
            srt(&said);
            vtt(&said);
        }
    }
}
