//! What the camera screen draws, from its state alone.

use super::{Act, Held, Notice, Sight, words};
use crate::app::arrivals::CAMERA_FILE;
use crate::app::camera::{CameraState, Doing, Live, ModelState, Named, PaceNews};
use crate::app::components::{Button, FilePick, Message, Segments, ToSettings, Tone, Weight};
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::app::pace::paused_key;
use crate::app::settings::{Change, LABEL_COUNTS, LEAST_PERCENTS, Labels};
use crate::scheduler::Reason;
use crate::sensors::camera::{CameraError, Facing};
use dioxus::prelude::*;

/// All of the screen.
#[component]
pub fn CameraView(sight: Sight, labels: Labels, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    rsx! {
        div { class: "camera",
            section { class: "camera-stage", aria_label: language.say("camera-stage"),
                Stage { sight: sight.clone(), onact }
                Chip { sight: sight.clone() }
            }
            section { class: "camera-sheet", aria_label: language.say("camera-result"),
                div { class: "camera-answer",
                    Answer { sight: sight.clone(), onact }
                    if let Some(notice) = sight.notice.clone() {
                        NoticeView { notice }
                    }
                }
                Controls { sight: sight.clone(), onact }
                if sight.model != ModelState::None {
                    Choices { labels, onact }
                }
            }
        }
    }
}

/// The socket to the page could not be opened: no camera can be shown.
#[component]
pub fn NoBridge(why: String) -> Element {
    let language = use_language();
    rsx! {
        Message { tone: Tone::Warning,
            p { {language.say("camera-no-bridge")} }
            p { class: "detail", lang: "en", "{why}" }
        }
    }
}

/// The picture, or why there is none.
#[component]
fn Stage(sight: Sight, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let Sight { camera, held, model, .. } = sight;
    // Without a model a camera is of no use: what leads to one weighs more.
    let weight = if model == ModelState::None { Weight::Normal } else { Weight::Main };
    let live = match &camera {
        CameraState::Live(live) => Some(live.clone()),
        _ => None,
    };
    let picture = matches!(held, Held::Picture(_));
    let by_video = live.as_ref().is_some_and(|live| live.in_page) && !picture;
    let mirrored = matches!(&live, Some(Live { facing: Facing::Front, .. })) && !picture;
    let shows = picture || live.is_some();
    let class = if mirrored { "camera-picture mirrored" } else { "camera-picture" };
    rsx! {
        // Both stay: the page's script finds them by their ids, whichever is in use.
        video { id: "camera-video", class, hidden: !by_video, autoplay: true, muted: true, playsinline: true, aria_hidden: "true" }
        canvas { id: "camera-canvas", class: if picture { "{class} camera-whole" } else { "{class}" }, hidden: !shows || by_video, aria_hidden: "true" }
        if !picture {
            match camera {
                CameraState::Live(_) => rsx! {},
                CameraState::Opening => rsx! {
                    div { class: "camera-middle", p { {language.say("camera-opening")} } }
                },
                CameraState::Trouble(error) => rsx! {
                    div { class: "camera-middle", TroubleView { error, weight, onact } }
                },
            }
        }
    }
}

#[component]
fn TroubleView(error: CameraError, weight: Weight, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let detail = match &error {
        CameraError::NoDevice | CameraError::Denied | CameraError::DeniedForGood => None,
        other => Some(other.to_string()),
    };
    rsx! {
        Message { tone: Tone::Warning,
            p { {language.say(words::trouble_key(&error))} }
            if let Some(detail) = detail {
                details {
                    summary { {language.say("exact-words")} }
                    p { class: "detail", lang: "en", "{detail}" }
                }
            }
            div { class: "actions",
                if error == CameraError::DeniedForGood {
                    ToSettings { weight }
                }
                Button {
                    glyph: Glyph::Again,
                    label: language.say("try-again"),
                    weight: if error == CameraError::DeniedForGood { Weight::Normal } else { weight },
                    onclick: move |()| onact.call(Act::Retry),
                }
                if error == CameraError::Denied {
                    ToSettings {}
                }
            }
        }
    }
}

/// How fast, and why no faster; opened, what was counted.
#[component]
fn Chip(sight: Sight) -> Element {
    let language = use_language();
    if !matches!(sight.model, ModelState::Ready)
        || sight.held != Held::No
        || !matches!(sight.camera, CameraState::Live(_))
    {
        return rsx! {};
    }
    let Some(pace) = sight.pace else { return rsx! {} };
    let class = match pace.doing {
        Doing::Paused(_) => "camera-chip camera-chip-paused",
        _ => "camera-chip",
    };
    rsx! {
        details { class,
            summary { id: "camera-pace", {words::pace(&language, &pace, sight.latency_ms)} }
            p { id: "camera-counts",
                {language.say_with("camera-counts", &[("runs", pace.runs.into()), ("still", pace.still.into())])}
            }
        }
    }
}

/// The labels, or why there are none.
#[component]
fn Answer(sight: Sight, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    match &sight.model {
        ModelState::None => rsx! {
            Message { tone: Tone::Plain,
                p { {language.say("camera-no-model")} }
                Button {
                    glyph: Glyph::Models,
                    label: language.say("to-models"),
                    weight: Weight::Main,
                    onclick: move |()| onact.call(Act::Models),
                }
            }
        },
        ModelState::Failed(why) => rsx! {
            Message { tone: Tone::Warning,
                p { {language.say("camera-model-failed")} }
                details {
                    summary { {language.say("exact-words")} }
                    p { class: "detail", lang: "en", "{why}" }
                }
                Button { glyph: Glyph::Models, label: language.say("to-models"), onclick: move |()| onact.call(Act::Models) }
            }
        },
        ModelState::Loading => rsx! { p { class: "note", {language.say("camera-loading")} } },
        ModelState::Ready if sight.labels.is_empty() => {
            let key = match sight.pace {
                // The chip that says so belongs to the live picture.
                Some(PaceNews { doing: Doing::Paused(reason), .. }) if sight.held != Held::No => paused_key(reason),
                _ if sight.latency_ms.is_some() => "camera-unsure",
                _ => "camera-waiting",
            };
            rsx! { p { class: "note", {language.say(key)} } }
        }
        ModelState::Ready => rsx! {
            ol { class: "labels",
                for label in sight.labels.iter() {
                    LabelRow { key: "{label.index}", label: label.clone(), onact }
                }
            }
        },
    }
}

/// A label with its bar; a tap copies its name.
#[component]
fn LabelRow(label: Named, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let name = words::name(&language, &label);
    let percent = words::percent(&label);
    let copies = name.clone();
    rsx! {
        li {
            button {
                class: "label",
                r#type: "button",
                aria_label: language.say_with("camera-copy", &[("label", words::label(&language, &label).into())]),
                onclick: move |_| onact.call(Act::Copy(copies.clone())),
                span { class: "label-name", "{name}" }
                span { class: "label-share figure", {language.say_with("percent", &[("n", percent.into())])} }
                span { class: "label-bar", aria_hidden: "true",
                    span { class: "label-fill", style: "transform: scaleX({label.probability:.3})" }
                }
            }
        }
    }
}

#[component]
fn NoticeView(notice: Notice) -> Element {
    let language = use_language();
    let tone = if matches!(notice, Notice::Copied(_)) { Tone::Good } else { Tone::Warning };
    rsx! {
        Message { tone,
            p { {words::notice(&language, &notice)} }
            if let Notice::BadPicture { why, .. } = &notice {
                p { class: "detail", lang: "en", "{why}" }
            }
        }
    }
}

/// What can be done, under the thumb.
#[component]
fn Controls(sight: Sight, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let live = matches!(sight.camera, CameraState::Live(_));
    let can_flip = matches!(&sight.camera, CameraState::Live(Live { can_flip: true, .. })) && sight.held == Held::No;
    let paused = match sight.pace {
        Some(PaceNews { doing: Doing::Paused(reason), .. }) if live => Some(reason),
        _ => None,
    };
    rsx! {
        div { class: "actions camera-controls",
            if sight.held != Held::No {
                Button { glyph: Glyph::Play, label: language.say("camera-live"), weight: Weight::Main, onclick: move |()| onact.call(Act::Live) }
            } else if let Some(reason) = paused {
                // Too hot a device answers nobody.
                if reason != Reason::Critical {
                    Button { glyph: Glyph::Again, label: language.say("camera-ask"), weight: Weight::Main, onclick: move |()| onact.call(Act::Ask) }
                }
            } else if live {
                Button { glyph: Glyph::Pause, label: language.say("camera-freeze"), weight: Weight::Main, onclick: move |()| onact.call(Act::Freeze) }
            }
            if sight.model != ModelState::None {
                FilePick {
                    id: CAMERA_FILE,
                    glyph: Glyph::Picture,
                    label: language.say("camera-pick"),
                    accept: "image/jpeg,image/png,image/webp,image/gif,image/bmp,image/tiff",
                    onpick: move |picked| onact.call(Act::Pick(picked)),
                }
            }
            if can_flip {
                Button { glyph: Glyph::Flip, label: language.say("camera-flip"), onclick: move |()| onact.call(Act::Flip) }
            }
            if !sight.labels.is_empty() {
                Button { glyph: Glyph::Share, label: language.say("camera-share"), onclick: move |()| onact.call(Act::Share) }
            }
        }
    }
}

/// How many labels, and how sure they must be.
#[component]
fn Choices(labels: Labels, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let counts = LABEL_COUNTS.map(|n| (n, n.to_string())).to_vec();
    let shares = LEAST_PERCENTS.map(|n| (n, language.say_with("percent", &[("n", n.into())]))).to_vec();
    rsx! {
        details { class: "camera-choices",
            summary { {language.say("camera-choices")} }
            Segments {
                group: "camera-count",
                name: language.say("camera-count"),
                options: counts,
                chosen: labels.count,
                onchoose: move |count| onact.call(Act::Set(Change::LabelCount(count))),
            }
            Segments {
                group: "camera-least",
                name: language.say("camera-least"),
                options: shares,
                chosen: labels.least_percent,
                onchoose: move |percent| onact.call(Act::Set(Change::LeastPercent(percent))),
            }
        }
    }
}
