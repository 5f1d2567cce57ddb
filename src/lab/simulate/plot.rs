//! The hour as a picture: temperature of the case above, rate below, one line a pacer.

use super::hour::{Hour, Sample};
use super::phone::LIMIT_SKIN_C;
use plotters::chart::{ChartBuilder, SeriesLabelPosition};
use plotters::drawing::IntoDrawingArea;
use plotters::element::PathElement;
use plotters::prelude::{BLACK, Color, RGBColor, SVGBackend, WHITE};
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::{IntoFont, TextStyle};

/// Width and height in pixels.
const SIZE: (u32, u32) = (1000, 800);
/// Told apart by people who see no red or green (Okabe and Ito, 2008).
const COLOURS: [RGBColor; 4] =
    [RGBColor(213, 94, 0), RGBColor(230, 159, 0), RGBColor(0, 114, 178), RGBColor(120, 120, 120)];
const LIMIT_COLOUR: RGBColor = RGBColor(180, 0, 60);

/// An SVG of hours, each with its name; at most four.
///
/// # Errors
/// What the drawing library says.
pub fn plot(title: &str, hours: &[(&str, &Hour)]) -> Result<String, String> {
    let mut svg = String::new();
    draw(&mut svg, title, hours).map_err(|e| e.to_string())?;
    Ok(svg)
}

fn draw(svg: &mut String, title: &str, hours: &[(&str, &Hour)]) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(title, ("sans-serif", 24))?;
    let (above, below) = root.split_vertically(SIZE.1 / 2);
    let samples = || hours.iter().flat_map(|(_, hour)| &hour.samples);
    let end_min = samples().map(|s| s.at_min).fold(1.0, f64::max);
    let coolest_c = samples().map(|s| s.skin_c).fold(LIMIT_SKIN_C, f64::min).floor();
    let hottest_c = samples().map(|s| s.skin_c).fold(LIMIT_SKIN_C + 1.0, f64::max).ceil();
    let fastest_hz = samples().map(|s| s.rate_hz).fold(1.0, f64::max) * 1.05;
    type Value = fn(&Sample) -> f64;
    let panels: [(_, _, _, Value); 2] = [
        (above, "skin, °C", coolest_c..hottest_c, |sample| sample.skin_c),
        (below, "inferences a second", 0.0..fastest_hz, |sample| sample.rate_hz),
    ];
    for (index, (area, name, range, value)) in panels.into_iter().enumerate() {
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(64)
            .build_cartesian_2d(0.0..end_min, range)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE)
            .x_label_formatter(&|minutes| format!("{minutes:.0}"))
            .x_desc("minutes")
            .y_label_formatter(&|value| format!("{value:.0}"))
            .y_desc(name)
            .label_style(TextStyle::from(("sans-serif", 16).into_font()))
            .axis_desc_style(TextStyle::from(("sans-serif", 18).into_font()))
            .draw()?;
        for ((name, hour), colour) in hours.iter().zip(COLOURS) {
            let line = hour.samples.iter().map(|sample| (sample.at_min, value(sample)));
            chart
                .draw_series(LineSeries::new(line, colour.stroke_width(2)))?
                .label(*name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 24, y)], colour.stroke_width(3)));
        }
        if index == 0 {
            let limit = [(0.0, LIMIT_SKIN_C), (end_min, LIMIT_SKIN_C)];
            chart
                .draw_series(DashedLineSeries::new(limit, 8, 6, LIMIT_COLOUR.stroke_width(1)))?
                .label("the limit")
                .legend(|(x, y)| PathElement::new([(x, y), (x + 24, y)], LIMIT_COLOUR.stroke_width(1)));
        }
        chart
            .configure_series_labels()
            .position(if index == 0 { SeriesLabelPosition::LowerRight } else { SeriesLabelPosition::UpperRight })
            .legend_area_size(32)
            .label_font(("sans-serif", 16))
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3))
            .draw()?;
    }
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::simulate::{Pacer, Setup, run};

    #[test]
    fn every_hour_has_its_line_and_name() {
        let setup = Setup { duration_s: 120, ..Setup::demo() };
        let hour = run(&setup, Pacer::FlatOut);
        let svg = plot("Two minutes", &[("one way", &hour), ("another", &hour)]).unwrap();
        for wanted in ["<svg", "Two minutes", "one way", "another", "skin, °C", "the limit", "#D55E00", "#E69F00"] {
            assert!(svg.contains(wanted), "{wanted} is not in {svg}");
        }
        assert_eq!(svg.matches("NaN").count(), 0);
    }
}
