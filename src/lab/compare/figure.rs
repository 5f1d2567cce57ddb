//! The comparison as a picture: how often models are right against their size, and against the time of an answer. A point a
//! model, with its name. Without data of what is right, size against time.

use super::{Entry, same_clips};
use crate::lab::evaluate::Scores;
use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Text};
use plotters::prelude::{Color, RGBColor, SVGBackend, WHITE};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoFont, TextStyle};
use std::ops::Range;

/// Width and height of a panel in pixels.
const PANEL: (u32, u32) = (640, 520);
/// Told apart by people who see no red or green (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 120, 120),
];
/// From one name to the one below it, in pixels.
const LINE: i32 = 18;
/// From a point up to its name, in pixels: beside it the name might lie on another point.
const GAP: i32 = 14;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// What stands along an axis.
struct Axis {
    name: &'static str,
    value: fn(&Entry) -> f64,
    /// No value is larger: what the axis has beyond it is room for names.
    most: f64,
}

const SIZE: Axis = Axis { name: "size, MB", value: |entry| entry.size_bytes as f64 / 1e6, most: f64::INFINITY };
const TIME: Axis = Axis { name: "p50 of an answer, ms", value: |entry| entry.timing.p50_ms, most: f64::INFINITY };

/// An SVG of `entries`. Where there is data, those that have no accuracy are left out.
///
/// # Errors
/// What the drawing library says.
pub fn figure(entries: &[Entry]) -> Result<String, String> {
    let mut svg = String::new();
    draw(&mut svg, entries).map_err(|e| e.to_string())?;
    Ok(svg)
}

fn draw(svg: &mut String, entries: &[Entry]) -> Drawn {
    let judged: Vec<&Entry> = entries.iter().filter(|entry| right(entry).is_some()).collect();
    let Some(scores) = judged.first().and_then(|entry| entry.scores.as_ref()) else {
        let root = SVGBackend::with_string(svg, PANEL).into_drawing_area();
        root.fill(&WHITE)?;
        panel(&root, &entries.iter().collect::<Vec<_>>(), &SIZE, &TIME)?;
        return Ok(root.present()?);
    };
    let name = match scores {
        Scores::Vision(_) => "top-1, %",
        Scores::Text(_) => "accuracy, %",
        Scores::Speech(_) => "100 % less the error rate, %",
    };
    let accuracy = Axis { name, value: |entry| 100.0 * right(entry).unwrap_or_default(), most: 100.0 };
    let root = SVGBackend::with_string(svg, (2 * PANEL.0, PANEL.1)).into_drawing_area();
    root.fill(&WHITE)?;
    let (left, right) = root.split_horizontally(PANEL.0);
    panel(&left, &judged, &SIZE, &accuracy)?;
    panel(&right, &judged, &TIME, &accuracy)?;
    Ok(root.present()?)
}

fn right(entry: &Entry) -> Option<f64> {
    entry.scores.as_ref().and_then(Scores::accuracy)
}

fn panel(area: &Area, entries: &[&Entry], across: &Axis, up: &Axis) -> Drawn {
    let values = |axis: &Axis| entries.iter().map(|entry| (axis.value)(entry)).collect::<Vec<_>>();
    let (xs, ys) = (values(across), values(up));
    // Sizes and times are read against nothing, accuracies against each other.
    let across_range = 0.0..1.1 * xs.iter().copied().fold(0.1, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(64)
        .build_cartesian_2d(across_range, about(&ys))?;
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .x_desc(across.name)
        .y_desc(up.name)
        .y_label_formatter(&|value| if *value > up.most { String::new() } else { format!("{value:.1}") })
        .label_style(TextStyle::from(("sans-serif", 15).into_font()))
        .axis_desc_style(TextStyle::from(("sans-serif", 17).into_font()))
        .draw()?;
    let colours = || (0..entries.len()).map(|at| COLOURS[at % COLOURS.len()]);
    let points = xs.iter().copied().zip(ys.iter().copied());
    chart.draw_series(points.clone().zip(colours()).map(|(point, colour)| Circle::new(point, 5, colour.filled())))?;

    let alike = same_clips(entries.iter().copied());
    let corner = area.get_base_pixel();
    let pixels = points.map(|point| chart.backend_coord(&point)).map(|(x, y)| (x - corner.0, y - corner.1));
    let pixels: Vec<(i32, i32)> = pixels.collect();
    let heights = apart(&pixels.iter().map(|(_, y)| y - GAP).collect::<Vec<_>>(), LINE);
    for (((entry, (x, _)), y), colour) in entries.iter().zip(&pixels).zip(heights).zip(colours()) {
        let to_the_right = *x < PANEL.0 as i32 / 2;
        let hpos = if to_the_right { HPos::Left } else { HPos::Right };
        let style = TextStyle::from(("sans-serif", 15).into_font()).color(&colour).pos(Pos::new(hpos, VPos::Center));
        area.draw(&Text::new(label(entry, alike), (*x, y), style))?;
    }
    Ok(())
}

/// A model's name; where error rates are over different clips, with how many it was judged on.
fn label(entry: &Entry, alike: bool) -> String {
    match &entry.scores {
        Some(Scores::Speech(scores)) if !alike => format!("{} (clips: {})", entry.name(), scores.clips.len()),
        _ => entry.name(),
    }
}

/// A range that holds all `values`, with room about them, but for less than nothing; error rates above 1 leave less.
fn about(values: &[f64]) -> Range<f64> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !(least.is_finite() && most.is_finite()) {
        return 0.0..1.0;
    }
    let room = (0.15 * (most - least)).max(0.02 * most.abs()).max(1e-3);
    (least - room).max(least.min(0.0))..most + room
}

/// `heights`, counted downwards, moved so that no two are nearer than `gap`: each goes up as far as those below it need, in
/// their order.
fn apart(heights: &[i32], gap: i32) -> Vec<i32> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(heights[*at]));
    let (mut moved, mut free) = (heights.to_vec(), i32::MAX);
    for at in order {
        moved[at] = heights[at].min(free);
        free = moved[at] - gap;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::super::tests::entry;
    use super::*;
    use crate::inference::Variant;
    use proptest::prelude::*;

    #[test]
    fn every_model_has_its_point_and_its_name() {
        let mut entries = vec![entry("a", Variant::F16, Some(0.9)), entry("b & <c>", Variant::Int8, Some(0.8))];
        let svg = figure(&entries).unwrap();
        for wanted in ["<svg", "a:f16", "b &amp; &lt;c&gt;:int8", "size, MB", "p50 of an answer, ms", "error rate"] {
            assert!(svg.contains(wanted), "{wanted} is not in {svg}");
        }
        // In both panels.
        assert_eq!((svg.matches("<circle").count(), svg.matches("NaN").count()), (4, 0));
        entries.iter_mut().for_each(|entry| entry.scores = None);
        let svg = figure(&entries).unwrap();
        assert!(svg.matches("<circle").count() == 2 && !svg.contains("error rate"));
        figure(&[]).unwrap();
    }

    proptest! {
        #[test]
        fn names_never_touch_and_keep_their_order(heights in proptest::collection::vec(-50i32..50, 0..12)) {
            let moved = apart(&heights, 10);
            for (a, b) in (0..moved.len()).flat_map(|a| (0..a).map(move |b| (a, b))) {
                prop_assert!((moved[a] - moved[b]).abs() >= 10);
                prop_assert!(heights[a] == heights[b] || (heights[a] < heights[b]) == (moved[a] < moved[b]));
            }
        }
    }
}
