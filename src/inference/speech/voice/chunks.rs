//! Where to cut a long recording into pieces that a model can take.
//!
//! In: the samples, the regions with speech, the longest piece. Out: pieces that cover every region,
//! in order, none longer than asked. A cut falls into the longest pause near the limit, or failing that into
//! the quietest moment; pauses over [`LONGEST_PAUSE_S`] are left out, because Whisper fills long
//! silence with words of its own.

use super::Region;
use crate::inference::speech::audio::SAMPLE_RATE_HZ;

/// A longer pause ends the piece.
pub(in crate::inference::speech) const LONGEST_PAUSE_S: f32 = 3.0;
/// A cut is looked for in the last part of a full piece: this fraction is never cut.
const FULL_FRAC: f32 = 0.6;
/// Beyond this, a longer pause is no better place to cut.
const GOOD_PAUSE_S: f32 = 1.0;
/// The width of the quiet moment that is looked for inside of running speech.
const QUIET_S: f32 = 0.1;

/// Cuts into pieces of at most `max_samples` that cover all `regions`, in order and without overlap.
///
/// No regions, no pieces. A signal that fits as a whole is one piece as it is, so that a short clip
/// reaches the model untouched.
pub fn chunks(samples: &[f32], regions: &[Region], max_samples: usize) -> Vec<Region> {
    let max_samples = max_samples.max(1);
    if regions.is_empty() {
        return Vec::new();
    }
    if samples.len() <= max_samples {
        return vec![Region { start: 0, end: samples.len() }];
    }
    let mut pieces = Vec::new();
    let mut rest = regions.to_vec();
    rest.reverse();
    while let Some(first) = rest.pop() {
        let limit = first.start + max_samples;
        let mut run = vec![first];
        while let Some(next) =
            rest.last().filter(|next| next.start - run[run.len() - 1].end <= in_samples(LONGEST_PAUSE_S))
        {
            if run[run.len() - 1].end > limit || next.start >= limit {
                break;
            }
            run.push(*next);
            rest.pop();
        }
        let more_follows =
            rest.last().is_some_and(|next| next.start - run[run.len() - 1].end <= in_samples(LONGEST_PAUSE_S));
        let end = run[run.len() - 1].end;
        if end <= limit && !more_follows {
            pieces.push(Region { start: first.start, end });
            continue;
        }
        let cut = best_pause(&run, rest.last().filter(|_| more_follows), limit);
        match cut {
            Some(kept) => {
                pieces.push(Region { start: first.start, end: run[kept].end });
                rest.extend(run.drain(kept + 1..).rev());
            }
            None => {
                let at = quietest(samples, first.start + ((max_samples as f32 * FULL_FRAC) as usize).max(1), limit);
                pieces.push(Region { start: first.start, end: at });
                let left =
                    run.into_iter().filter(|r| r.end > at).map(|r| Region { start: r.start.max(at), end: r.end });
                rest.extend(left.collect::<Vec<_>>().into_iter().rev());
            }
        }
    }
    pieces
}

/// The index in `run` of the region before the best pause, if one ends in the last part before `limit`.
fn best_pause(run: &[Region], next: Option<&Region>, limit: usize) -> Option<usize> {
    let start = run[0].start;
    let earliest = start + ((limit - start) as f32 * FULL_FRAC) as usize;
    let worth = |i: usize| {
        let following = run.get(i + 1).or(next)?;
        let end = run[i].end;
        if end < earliest || end > limit {
            return None;
        }
        let pause = (following.start - end).min(in_samples(GOOD_PAUSE_S)) as f32;
        // Of two equal pauses the later: fuller pieces, fewer seams.
        Some(pause * (end - start) as f32)
    };
    (0..run.len()).filter_map(|i| Some((i, worth(i)?))).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
}

/// The middle of the quietest moment in `from..to`.
pub(in crate::inference::speech) fn quietest(samples: &[f32], from: usize, to: usize) -> usize {
    let to = to.min(samples.len());
    let width = in_samples(QUIET_S);
    if from + width >= to {
        return to;
    }
    let energy = |at: usize| samples[at..at + width].iter().map(|x| x * x).sum::<f32>();
    let at = (from..to - width).step_by(width / 4).min_by(|&a, &b| energy(a).total_cmp(&energy(b)));
    at.map_or(to, |at| at + width / 2)
}

fn in_samples(seconds: f32) -> usize {
    (seconds * SAMPLE_RATE_HZ as f32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: usize = SAMPLE_RATE_HZ as usize;

    fn at(start: f32, end: f32) -> Region {
        Region { start: in_samples(start), end: in_samples(end) }
    }

    #[test]
    fn a_signal_that_fits_is_left_whole() {
        let samples = vec![0.1; 20 * SECOND];
        assert_eq!(chunks(&samples, &[at(3.0, 5.0)], 30 * SECOND), [at(0.0, 20.0)]);
        assert_eq!(chunks(&samples, &[], 30 * SECOND), []);
    }

    #[test]
    fn a_cut_falls_into_the_longest_pause_near_the_limit() {
        let samples = vec![0.1; 60 * SECOND];
        let regions = [at(1.0, 10.0), at(12.0, 22.0), at(22.8, 27.0), at(27.2, 40.0)];
        assert_eq!(chunks(&samples, &regions, 30 * SECOND), [at(1.0, 22.0), at(22.8, 40.0)]);
    }

    #[test]
    fn long_silence_is_left_out() {
        let samples = vec![0.1; 60 * SECOND];
        let regions = [at(1.0, 5.0), at(7.0, 8.0), at(40.0, 45.0)];
        assert_eq!(chunks(&samples, &regions, 30 * SECOND), [at(1.0, 8.0), at(40.0, 45.0)]);
    }

    #[test]
    fn running_speech_is_cut_where_it_is_quietest() {
        let mut samples = vec![0.5; 60 * SECOND];
        samples[in_samples(24.0)..in_samples(24.2)].fill(0.01);
        let pieces = chunks(&samples, &[at(0.0, 50.0)], 30 * SECOND);
        assert_eq!(pieces.len(), 2);
        assert!((in_samples(24.0)..in_samples(24.2)).contains(&pieces[0].end));
        assert_eq!(pieces[0].end, pieces[1].start);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Any regions: pieces in order, none too long, every sample of every region in exactly one.
        #[test]
        fn every_region_is_covered(
            gaps in prop::collection::vec((1usize..80_000, 1usize..300_000), 0..8),
            max_samples in 8_000usize..200_000,
        ) {
            let (mut regions, mut end) = (Vec::new(), 0);
            for (gap, length) in gaps {
                regions.push(Region { start: end + gap, end: end + gap + length });
                end += gap + length;
            }
            let pieces = chunks(&vec![0.1; end], &regions, max_samples);
            for piece in &pieces {
                prop_assert!(piece.start < piece.end && piece.end - piece.start <= max_samples);
            }
            for pair in pieces.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for region in regions {
                let covered: usize = pieces
                    .iter()
                    .map(|p| p.end.min(region.end).saturating_sub(p.start.max(region.start)))
                    .sum();
                prop_assert_eq!(covered, region.end - region.start);
            }
        }
    }
}
