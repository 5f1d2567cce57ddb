//! What is measured and not asserted: the page's frame clock, memory over ten minutes, the time to the first label.

use super::app::{Alone, App, Setting};
use super::camera::runs;
use super::samples;
use super::tour::Tour;
use std::fs;
use std::time::{Duration, Instant};

/// Counts the page's frames: how many came, and how many of them more than half a frame late.
const FRAME_CLOCK: &str = "void (() => { const clock = window.frameClock = { times: [] }; \
    const tick = (now) => { clock.times.push(now); requestAnimationFrame(tick); }; requestAnimationFrame(tick); })()";
const FRAMES: &str = "(() => { const times = window.frameClock.times; \
    const gaps = times.slice(1).map((t, i) => t - times[i]); \
    const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1]; \
    const missed = gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / usual) - 1), 0); \
    const late = gaps.filter((gap) => gap > 1.5 * usual).length; \
    return { frames: gaps.length, usual, late, missed, longest: Math.max(...gaps) }; })()";

/// Changes the text on its screen again and again, and counts the answers that come.
const TYPING: &str = "void (() => { const field = document.querySelector('.screen-text textarea'); \
    const texts = ['What a lovely evening.', 'Two hours of noise, and not one good scene.']; \
    const typing = window.typing = { turn: 0, answers: 0 }; \
    new MutationObserver(() => typing.answers++).observe(document.querySelector('.screen-text section.answer'), \
    { subtree: true, childList: true, characterData: true }); \
    setInterval(() => { field.value = texts[typing.turn++ % 2]; \
    field.dispatchEvent(new Event('input', { bubbles: true })); }, 1500); })()";

pub fn play(tour: &mut Tour) {
    machine(tour);
    first_label(tour);
    frame_clock(tour);
    memory(tour);
}

fn machine(tour: &Tour) {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, |n| n.get());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    tour.saw(format!(
        "{cores} cores, {}, load {}; {build} build",
        model.trim_start_matches([' ', '\t', ':']),
        load.trim()
    ));
}

/// The camera is opened anew while the model stays in memory.
fn first_label(tour: &mut Tour) {
    let scene = tour.stage.folder("first").join("scene.jpg");
    samples::copy_over(&samples::clock(), &scene);
    let app = tour.open(&Setting::named("first").models(tour.models()).arg("--camera", &scene));
    super::camera::wait_for_label(&app, &["analog clock", "wall clock"], Duration::from_secs(60));
    let mut took_ms = Vec::new();
    for turn in 0..10 {
        app.press_tab("Text");
        std::thread::sleep(Duration::from_millis(700));
        // Seen by the page itself: the driver's questions take a while each.
        app.ask(&format!(
            "void (() => {{ window.firstLabel = null; const before = document.getElementById('camera-counts')?.textContent; \
             const tab = [...document.querySelectorAll('nav.tabs button')][0]; const began = performance.now(); tab.click(); \
             const look = () => {{ const now = document.getElementById('camera-counts')?.textContent; \
             if (now && now !== before && {turn} >= 0) window.firstLabel = performance.now() - began; \
             else requestAnimationFrame(look); }}; look(); }})()"
        ));
        let ms = super::stage::wait(
            "a label",
            Duration::from_secs(10),
            || app.text(),
            || app.ask("window.firstLabel").as_f64(),
        );
        took_ms.push(ms);
    }
    took_ms.sort_by(f64::total_cmp);
    tour.saw(format!(
        "first label after the camera is opened, model loaded: median {:.0} ms, longest {:.0} ms; {}",
        took_ms[5],
        took_ms[9],
        app.text_of("camera-pace").unwrap_or_default()
    ));
}

/// A camera whose picture never stands still, on a device that is cool.
fn busy(tour: &Tour, name: &str) -> Setting {
    let folder = tour.stage.folder(name);
    let (scene, script) = (folder.join("moving.gif"), folder.join("cool.toml"));
    samples::moving(&scene);
    samples::cool(&script);
    Setting::named(name).models(tour.models()).arg("--camera", &scene).arg("--power", &script)
}

/// All three models at work: the camera in view, a long recording being written down, a text that goes on changing.
fn frame_clock(tour: &mut Tour) {
    let recording = tour.stage.folder("work").join("voice.wav");
    fs::write(&recording, samples::again_and_again(200)).expect("our folder");
    let app = &tour.open(&busy(tour, "work").picks(&tour.stage, &recording));
    app.press_tab("Microphone");
    app.wait_until_gone("Loading the model");
    app.press("Audio file");
    app.wait_at_most("garden table", Duration::from_secs(60));
    app.press_tab("Text");
    app.wait_at_most("The answer appears here", Duration::from_secs(60));
    app.ask(TYPING);
    app.press_tab("Camera");
    app.wait_in("camera-pace", &["per second", "Slow model"], Duration::from_secs(60));
    let (before, words) = (runs(app), heard(app));
    app.ask(FRAME_CLOCK);
    app.ask("void (window.typing.answers = 0)");
    std::thread::sleep(Duration::from_secs(30));
    let told = app.ask(FRAMES);
    tour.saw(format!(
        "meanwhile {} words were written down and {} texts judged",
        heard(app) - words,
        app.ask("window.typing.answers")
    ));
    let number = |name: &str| told[name].as_f64().unwrap_or(f64::NAN);
    tour.saw(format!(
        "frames over 30 s, {:.1} inferences a second: {} came, usually {:.1} ms apart; {} late by half a frame or more ({:.2} %), \
         the longest gap {:.0} ms",
        (runs(app) - before) as f64 / 30.0,
        number("frames"),
        number("usual"),
        number("late"),
        100.0 * number("late") / number("frames"),
        number("longest")
    ));
}

/// How many words of the recording stand on its screen.
fn heard(app: &App) -> u64 {
    app.ask("document.querySelector('.mic-words, .mic-text')?.textContent.split(' ').length").as_u64().unwrap_or(0)
}

/// Of each minute the least: in between lies what the page's collector has not looked through yet. Without a driver, for
/// which the web view remembers more the longer it runs.
fn memory(tour: &mut Tour) {
    let app = Alone::start(&tour.stage, &busy(tour, "memory"));
    let minutes = std::env::var("ONHAND_TOUR_MINUTES").ok().and_then(|m| m.parse().ok()).unwrap_or(10_u32);
    let began = Instant::now();
    let mut after_a_minute = None;
    for minute in 1..=minutes {
        let mut least = (f64::INFINITY, f64::INFINITY);
        while began.elapsed() < Duration::from_secs(60) * minute {
            std::thread::sleep(Duration::from_secs(5));
            let (app_mb, page_mb) = resident_mb(app.pid());
            least = (least.0.min(app_mb), least.1.min(page_mb));
        }
        let (app_mb, page_mb) = least;
        let (app_first, page_first) = *after_a_minute.get_or_insert(least);
        tour.saw(format!(
            "minute {minute}: app {app_mb:.1} MB ({:+.1}), page {page_mb:.1} MB ({:+.1}), {:.0} s of the processor",
            app_mb - app_first,
            page_mb - page_first,
            processor_s(app.pid())
        ));
    }
}

/// Resident memory of a process, and of those that it has started, without the files that are mapped.
fn resident_mb(pid: u32) -> (f64, f64) {
    let rest = children(pid).into_iter().map(anonymous_kb).sum::<u64>();
    (anonymous_kb(pid) as f64 / 1e3, rest as f64 / 1e3)
}

/// For how long a process has computed: that it did is seen by it.
fn processor_s(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    // User and system, in hundredths (proc(5), fields 14 and 15).
    let ticks = fields.get(11..13).unwrap_or_default().iter().filter_map(|field| field.parse::<u64>().ok());
    ticks.sum::<u64>() as f64 / 100.0
}

fn anonymous_kb(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("RssAnon:"));
    line.and_then(|l| l.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn children(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|e| e.file_name().to_string_lossy().parse::<u32>().ok());
    let parent = |child: u32| {
        let stat = fs::read_to_string(format!("/proc/{child}/stat")).ok()?;
        stat.rsplit(") ").next()?.split(' ').nth(1)?.parse::<u32>().ok()
    };
    let direct: Vec<u32> = pids.filter(|child| parent(*child) == Some(pid)).collect();
    let further: Vec<u32> = direct.iter().flat_map(|child| children(*child)).collect();
    direct.into_iter().chain(further).collect()
}
