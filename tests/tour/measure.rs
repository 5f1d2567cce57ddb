//! What is measured and not asserted: the page's frame clock, memory over ten minutes, the time to the first label.

use super::app::{App, Setting};
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

/// Of each minute the least: in between lies what the page's collector has not looked through yet.
fn memory(tour: &mut Tour) {
    let app = &tour.open(&busy(tour, "memory"));
    app.wait_in("camera-pace", &["per second"], Duration::from_secs(60));
    let minutes = std::env::var("ONHAND_TOUR_MINUTES").ok().and_then(|m| m.parse().ok()).unwrap_or(10_u64);
    let began = Instant::now();
    let (mut after_a_minute, mut last) = (None, (0.0, 0.0));
    for minute in 0..=minutes {
        let end = Duration::from_secs(60) * minute as u32;
        let mut least = resident_mb(app);
        while began.elapsed() < end {
            std::thread::sleep(Duration::from_secs(5).min(end.saturating_sub(began.elapsed())));
            let now = resident_mb(app);
            least = (least.0.min(now.0), least.1.min(now.1));
        }
        let (app_mb, page_mb) = least;
        if minute == 1 {
            after_a_minute = Some(least);
        }
        last = least;
        tour.saw(format!("minute {minute}: app {app_mb:.1} MB, page {page_mb:.1} MB, {} inferences", runs(app)));
    }
    if let Some((app_before, page_before)) = after_a_minute {
        let (app_mb, page_mb) = last;
        tour.saw(format!(
            "growth after the first minute: app {:+.1} MB, page {:+.1} MB",
            app_mb - app_before,
            page_mb - page_before
        ));
    }
}

/// Resident memory of the app's process, and of those of its page, without the files that are mapped.
fn resident_mb(app: &App) -> (f64, f64) {
    let own = anonymous_kb(app.pid());
    let rest = children(app.pid()).into_iter().map(anonymous_kb).sum::<u64>();
    (own as f64 / 1e3, rest as f64 / 1e3)
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
