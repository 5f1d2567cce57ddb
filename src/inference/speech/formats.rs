//! Segments as subtitles or timed text.
//!
//! SubRip (SRT) has no standard; what every player reads is the number, the times with a comma, the text, a
//! blank line. WebVTT is <https://www.w3.org/TR/webvtt1/>. In both a blank line ends a cue and `-->` marks
//! its times, so neither may stand in the text. A segment with more text than a viewer reads at once becomes several
//! cues, which share its time as they share its text.

use super::segments::Segment;
use std::fmt::Write;

/// A cue that is shown no time at all is an error in WebVTT: the least difference that can be written.
const MIN_CUE_MS: u64 = 1;

/// Columns of text in a subtitle: two lines of 42, as guides for subtitles have it
/// (<https://partnerhelp.netflixstudios.com/hc/en-us/articles/217350977>). Letters of East Asia take two.
const MAX_CUE_COLUMNS: usize = 84;

/// SubRip subtitles; empty without segments.
pub fn srt(segments: &[Segment]) -> String {
    let mut out = String::new();
    for (i, cue) in cues(segments).flat_map(readable).enumerate() {
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
    for cue in cues(segments).flat_map(readable) {
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

#[derive(Clone)]
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

/// Cuts a cue into such as can be read at once, where clauses end if there is such a place.
fn readable(cue: Cue) -> Vec<Cue> {
    let columns = columns(&cue.text);
    if columns <= MAX_CUE_COLUMNS {
        return vec![cue];
    }
    let share = columns / columns.div_ceil(MAX_CUE_COLUMNS);
    // A place inside a clause is as good as one at its end that is a third of a cue further off.
    let cost = |place: &Place| place.columns.abs_diff(share) + if place.ends_clause { 0 } else { share / 3 };
    let Some(place) = places(&cue.text).into_iter().min_by_key(cost) else { return vec![cue] };
    let (text, rest) = cue.text.split_at(place.byte);
    let spent = u128::from(cue.end_ms - cue.start_ms) * place.columns as u128 / columns as u128;
    let middle_ms = cue.start_ms.saturating_add((spent as u64).max(MIN_CUE_MS));
    let mut cut = readable(Cue { end_ms: middle_ms, text: text.trim_end().into(), ..cue });
    // Where there is less than a millisecond a cue, the first part ends later than it was to.
    let start_ms = cut.last().map_or(middle_ms, |last| last.end_ms);
    let end_ms = cue.end_ms.max(start_ms.saturating_add(MIN_CUE_MS));
    cut.extend(readable(Cue { start_ms, end_ms, text: rest.into() }));
    cut
}

/// Where a line may be cut.
struct Place {
    /// What comes after begins here.
    byte: usize,
    /// Of what comes before.
    columns: usize,
    ends_clause: bool,
}

/// After every space, and in scripts without spaces after every mark that ends a clause; not at the ends.
fn places(text: &str) -> Vec<Place> {
    let (mut places, mut columns_before, mut last) = (Vec::new(), 0, ' ');
    for (byte, letter) in text.char_indices() {
        let after_wide_mark = "。、，！？；：".contains(last);
        if byte > 0 && letter != ' ' && (last == ' ' || after_wide_mark) {
            let ends_clause = after_wide_mark || text[..byte].trim_end().ends_with(['.', ',', '?', '!', ';', ':']);
            places.push(Place { byte, columns: columns_before, ends_clause });
        }
        columns_before += width(letter);
        last = letter;
    }
    places
}

fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Hangul, kana and Chinese characters begin at U+1100.
fn width(letter: char) -> usize {
    if letter >= '\u{1100}' { 2 } else { 1 }
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

    #[test]
    fn a_long_segment_is_cut_where_clauses_end_and_time_is_shared() {
        let said = "And so my fellow Americans, ask not what your country can do for you, ask what you can do for your \
                    country, and ask it again tomorrow.";
        let out = srt(&[segment(0.0, 12.6, said)]);
        let want = "1\n00:00:00,000 --> 00:00:06,582\nAnd so my fellow Americans, ask not what your country can do for you,\n\n\
                    2\n00:00:06,582 --> 00:00:12,600\nask what you can do for your country, and ask it again tomorrow.\n\n";
        assert_eq!(out, want);
        assert_eq!(timed_text(&[segment(0.0, 12.6, said)]).lines().count(), 1);
        let korean =
            "안녕하세요 여러분 오늘은 날씨가 참 좋습니다. 그래서 우리는 모두 함께 밖으로 나가서 산책을 하려고 합니다.";
        assert_eq!(srt(&[segment(0.0, 9.0, korean)]).matches("-->").count(), 2);
        let japanese = "これは長い文です。".repeat(12);
        assert!(srt(&[segment(0.0, 9.0, &japanese)]).matches("-->").count() >= 3);
        let one_word = "a".repeat(300);
        assert_eq!(srt(&[segment(0.0, 9.0, &one_word)]).matches("-->").count(), 1);
    }

    #[test]
    fn a_long_segment_without_length_is_cut_without_gaps() {
        let said = [segment(0.0, 0.0, &"가가가가가가a가 aa가aa. ".repeat(40))];
        let cues: Vec<_> = cues(&said).flat_map(readable).collect();
        assert!(cues.len() > 4 && cues.windows(2).all(|pair| pair[0].end_ms == pair[1].start_ms));
    }

    proptest! {
        #[test]
        fn cutting_loses_no_word_and_no_time(text in "([a-z가-힣]{1,12}[.,]? ){1,80}", start in 0.0..1e4, length in 0.0..40.0) {
            let whole = cues(&[segment(start, start + length, &text)]).next().unwrap();
            let cut = readable(whole.clone());
            let words: Vec<_> = cut.iter().map(|cue| cue.text.as_str()).collect();
            prop_assert_eq!(words.join(" "), whole.text);
            prop_assert_eq!(cut[0].start_ms, whole.start_ms);
            // Only a segment with less than a millisecond a cue ends later than it did.
            prop_assert!(cut[cut.len() - 1].end_ms <= whole.end_ms + cut.len() as u64);
            prop_assert!(cut.windows(2).all(|pair| pair[0].end_ms == pair[1].start_ms));
            prop_assert!(cut.iter().all(|cue| cue.start_ms < cue.end_ms && columns(&cue.text) <= MAX_CUE_COLUMNS));
        }

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
