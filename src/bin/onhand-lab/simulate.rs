//! `onhand-lab simulate`: an hour on a virtual phone, paced in different ways.

use crate::common::{print_line, svg_path};
use onhand::lab::simulate::{Hour, LIMIT_SKIN_C, Pacer, Setup, Usage, best_constant, plot, run as simulate, table};
use onhand::scheduler::Policy;
use std::path::PathBuf;
use std::process::ExitCode;

/// Simulate an hour of live classification: flat out, at a fixed 100 ms, and as the app's scheduler paces it
///
/// The phone is a thermal model of die and skin that slows itself when hot. Prints a table and draws temperature and
/// rate as SVG.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  onhand-lab simulate --ambient 25\n  \
                        onhand-lab simulate --trace walk.toml --latency-ms 20 --svg walk.svg\n\n\
                        A trace is TOML: `repeat_s = 60`, then [[step]] tables with at_s, scene = \"moving\" or \"still\", and \
                        if wanted visible, charging and ambient_c.")]
pub struct Args {
    /// What is done with the phone; without it, 40 s of pointing about and 20 s of holding still by turns
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// The air's temperature in °C
    #[arg(long, value_name = "C", default_value_t = 35.0, value_parser = number(-40.0, 80.0), allow_negative_numbers = true)]
    ambient: f64,
    /// What an inference takes on a cool phone, in ms
    #[arg(long, value_name = "MS", default_value_t = 60.0, value_parser = number(0.1, 60_000.0), allow_negative_numbers = true)]
    latency_ms: f64,
    /// How long, in minutes
    #[arg(long, value_name = "MIN", default_value_t = 60, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(1..=1440))]
    minutes: u64,
    /// Where the picture goes
    #[arg(long, value_name = "FILE.svg", default_value = "simulate.svg", value_parser = svg_path)]
    svg: PathBuf,
}

/// Parses a number between two bounds.
fn number(least: f64, most: f64) -> impl Fn(&str) -> Result<f64, String> + Clone + Send + Sync + 'static {
    move |text| match text.parse::<f64>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        _ => Err(format!("wants a number between {least} and {most}")),
    }
}

pub fn run(args: &Args) -> ExitCode {
    match try_run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            tell!("onhand-lab: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &Args) -> Result<(), String> {
    let usage = match &args.trace {
        Some(path) => Usage::open(path).map_err(|e| e.to_string())?,
        None => Usage::demo(),
    };
    let setup = Setup { ambient_c: args.ambient, latency_ms: args.latency_ms, duration_s: 60 * args.minutes, usage };
    let policy = Policy::default();
    let fixed = Pacer::Constant { interval_ms: policy.min_interval_ms };
    let mut hours: Vec<(String, Hour)> =
        [("flat out", Pacer::FlatOut), ("fixed 100 ms", fixed), ("adaptive", Pacer::Adaptive(policy))]
            .map(|(name, pacer)| (name.to_string(), simulate(&setup, pacer)))
            .into();
    let best_ms = best_constant(&setup, policy.min_interval_ms);
    if let Some(interval_ms) = best_ms {
        hours.push((format!("best: {interval_ms} ms"), simulate(&setup, Pacer::Constant { interval_ms })));
    }
    let columns: Vec<(&str, &Hour)> = hours.iter().map(|(name, hour)| (name.as_str(), hour)).collect();

    let Args { minutes, ambient, latency_ms, .. } = args;
    let best = match best_ms {
        Some(interval_ms) => format!(
            "The best constant rate whose skin stays under {LIMIT_SKIN_C} °C is one every {interval_ms} ms; adaptive gives \
             {:.0} % of its useful results.",
            100.0 * hours[2].1.useful as f64 / hours[3].1.useful as f64
        ),
        None => format!(
            "At no constant rate does the skin stay under {LIMIT_SKIN_C} °C: screen and camera alone are too warm."
        ),
    };
    print_line(&format!("{minutes} min at {ambient} °C, an inference takes {latency_ms} ms on a cool phone\n"));
    print_line(&table(&columns));
    print_line(&best);
    let title = format!("{} min at {} °C, {} ms an inference", args.minutes, args.ambient, args.latency_ms);
    let svg = plot(&title, &columns)?;
    std::fs::write(&args.svg, svg).map_err(|e| {
        format!("the picture cannot be written to {}: {e}; name another place with --svg", args.svg.display())
    })?;
    print_line(&format!("Drawn in {}", args.svg.display()));
    Ok(())
}
