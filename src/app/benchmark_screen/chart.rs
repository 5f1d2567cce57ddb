//! A curve over time, as inline SVG. Its words stand beside it in the page, so that they grow with the text.

use crate::app::language::use_language;
use dioxus::prelude::*;

/// The drawing's own units.
const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 40.0;

/// A curve from 0 to above its largest value. `limit` is drawn as a line across, and is always in view.
#[component]
pub fn Chart(
    name: String,
    points: Vec<(f64, f64)>,
    total_s: f64,
    /// A value in words.
    value: Callback<f64, String>,
    /// A time in words.
    time: Callback<f64, String>,
    #[props(default)] limit: Option<f64>,
    #[props(default)] limit_name: Option<String>,
) -> Element {
    let language = use_language();
    let (Some(last), Some((least, most))) = (points.last(), bounds(&points)) else { return rsx! {} };
    let top = most.max(limit.unwrap_or(0.0)) * 1.1;
    let total_s = total_s.max(last.0);
    let said = [
        ("what", name.clone().into()),
        ("least", value.call(least).into()),
        ("most", value.call(most).into()),
        ("last", value.call(last.1).into()),
    ];
    let line = line(&points, total_s, top);
    let at_limit = limit.map(|limit| y(limit, top));
    rsx! {
        figure { class: "chart",
            figcaption { class: "chart-head",
                span { "{name}" }
                span { class: "figure", {value.call(last.1)} }
            }
            svg {
                view_box: "0 0 {WIDTH} {HEIGHT}",
                preserve_aspect_ratio: "none",
                role: "img",
                "aria-label": language.say_with("benchmark-curve-said", &said),
                if let Some(at) = at_limit {
                    line { class: "chart-limit", x1: "0", x2: "{WIDTH}", y1: "{at:.2}", y2: "{at:.2}" }
                }
                polyline { class: "chart-line", points: line }
            }
            div { class: "chart-foot note figure", aria_hidden: "true",
                span { {time.call(0.0)} }
                span { {time.call(total_s)} }
            }
            if let Some(limit_name) = limit_name {
                p { class: "note", "{limit_name}" }
            }
        }
    }
}

fn bounds(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let values = points.iter().map(|(_, value)| *value);
    Some((values.clone().reduce(f64::min)?, values.reduce(f64::max)?))
}

fn y(value: f64, top: f64) -> f64 {
    HEIGHT * (1.0 - (value / top.max(1e-9)).clamp(0.0, 1.0))
}

/// The points of the polyline; a single one becomes a short dash, so that it is seen.
fn line(points: &[(f64, f64)], total_s: f64, top: f64) -> String {
    let at = |(at_s, value): &(f64, f64)| (WIDTH * (at_s / total_s.max(1e-9)).clamp(0.0, 1.0), y(*value, top));
    let mut places: Vec<_> = points.iter().map(at).collect();
    if let [(x, y)] = places[..] {
        places.push((x + 1.0, y));
    }
    places.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_fills_its_frame_and_one_point_is_a_dash() {
        assert_eq!(line(&[(0.0, 0.0), (5.0, 10.0), (10.0, 20.0)], 10.0, 20.0), "0.00,40.00 50.00,20.00 100.00,0.00");
        assert_eq!(line(&[(0.0, 5.0)], 10.0, 10.0), "0.00,20.00 1.00,20.00");
        assert_eq!(line(&[(9.0, 9.0)], 0.0, 0.0), "100.00,0.00 101.00,0.00");
        assert_eq!(bounds(&[]), None);
    }
}
