//! Signal to noise of each layer as a picture: a bar a layer, those that are kept in another colour.

use super::Layer;
use plotters::chart::ChartBuilder;
use plotters::drawing::IntoDrawingArea;
use plotters::element::{PathElement, Rectangle};
use plotters::prelude::{Color, RGBColor, SVGBackend, WHITE};
use plotters::series::DashedLineSeries;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoFont, TextStyle};

/// Height of a layer's bar, and of all that is about the bars, in pixels.
const BAR: u32 = 18;
const ABOUT: u32 = 140;
const WIDTH: u32 = 1000;
/// From a name to its bar, in pixels.
const GAP: i32 = 8;
/// Told apart by people who see no red or green (Okabe and Ito, 2008).
const BYTES: RGBColor = RGBColor(0, 114, 178);
const KEPT: RGBColor = RGBColor(213, 94, 0);

/// An SVG of `layers`, from top to bottom in their order; the line is at `least_db`, below which layers are kept. Layers that
/// lose nothing have no bar.
///
/// # Errors
/// What the drawing library says.
pub fn plot(title: &str, layers: &[Layer], least_db: f64) -> Result<String, String> {
    let mut svg = String::new();
    draw(&mut svg, title, layers, least_db).map_err(|e| e.to_string())?;
    Ok(svg)
}

fn draw(svg: &mut String, title: &str, layers: &[Layer], least_db: f64) -> Result<(), Box<dyn std::error::Error>> {
    let count = layers.len().max(1);
    let root = SVGBackend::with_string(svg, (WIDTH, ABOUT + BAR * count as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let root = root.titled(title, ("sans-serif", 22))?;
    let known = || layers.iter().filter_map(|layer| layer.snr_db);
    let (lowest, highest) = (known().fold(0.0, f64::min), known().fold(10.0, f64::max));
    // From the top down, as a picture or a text goes through them.
    let mut chart = ChartBuilder::on(&root)
        .margin(12)
        .x_label_area_size(48)
        .y_label_area_size(330)
        .build_cartesian_2d(lowest * 1.05..highest * 1.05, count as f64..0.0)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .light_line_style(WHITE)
        .y_labels(0)
        .x_desc("signal to noise, dB: blue in bytes, orange kept in floats")
        .label_style(TextStyle::from(("sans-serif", 14).into_font()))
        .axis_desc_style(TextStyle::from(("sans-serif", 16).into_font()))
        .draw()?;
    for (at, layer) in layers.iter().enumerate() {
        let (top, bottom) = (at as f64 + 0.15, at as f64 + 0.85);
        let colour = if layer.kept { KEPT } else { BYTES };
        let end = layer.snr_db.unwrap_or(0.0);
        chart.draw_series([Rectangle::new([(0.0, top), (end, bottom)], colour.filled())])?;
        let (x, y) = chart.backend_coord(&(lowest * 1.05, at as f64 + 0.5));
        let corner = root.get_base_pixel();
        let style = TextStyle::from(("sans-serif", 13).into_font()).pos(Pos::new(HPos::Right, VPos::Center));
        root.draw_text(&layer.name, &style, (x - corner.0 - GAP, y - corner.1))?;
    }
    if least_db > 0.0 {
        let line = [(least_db, 0.0), (least_db, count as f64)];
        chart.draw_series(DashedLineSeries::new(line, 6, 5, KEPT.stroke_width(1)))?;
    }
    chart.draw_series([PathElement::new([(0.0, 0.0), (0.0, count as f64)], RGBColor(60, 60, 60).stroke_width(1))])?;
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_has_its_name_and_its_bar() {
        let layer = |name: &str, snr_db, kept| Layer { name: name.into(), parameters: 1, snr_db, kept };
        let layers = [layer("first", Some(40.0), false), layer("worst", Some(-2.0), true), layer("exact", None, false)];
        let svg = plot("Three layers", &layers, 20.0).unwrap();
        for wanted in ["<svg", "Three layers", "first", "worst", "exact", "#0072B2", "#D55E00", "signal to noise"] {
            assert!(svg.contains(wanted), "{wanted} is not in {svg}");
        }
        assert_eq!(svg.matches("NaN").count(), 0);
        assert!(plot("None", &[], 20.0).is_ok());
    }
}
