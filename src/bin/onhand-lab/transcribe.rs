mod live;

use crate::common::{Common, Report, held};
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use onhand::inference::speech::{
    Listener, Stage, Task, TranscribeOptions, Transcriber, Transcript, audio, formats, language_name,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Tried in this order without --model: the best first.
const MODELS: [&str; 3] = ["whisper-base", "whisper-tiny", "whisper-tiny.en"];
/// Shorter recordings are done before a progress bar is read.
const PROGRESS_FROM_S: f64 = 30.0;

/// A language detected with less than this is a guess; people are told so.
const SURE_OF_LANGUAGE: f32 = 0.5;

/// Write down what is said in sound files
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:
  onhand-lab transcribe talk.mp3 --language en --timestamps
  onhand-lab transcribe talk.mp3 --format srt > talk.srt
  onhand-lab transcribe talk.mp3 --live")]
pub struct Args {
    /// Sound files: WAV, FLAC, MP3 or OGG, any rate, any number of channels
    #[arg(required = true, value_name = "AUDIO")]
    inputs: Vec<PathBuf>,
    /// Id of an installed model, or a model directory; without it the first that is installed of whisper-base,
    /// whisper-tiny, whisper-tiny.en
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// The language spoken, by code or English name; auto detects it
    #[arg(long, value_name = "LANGUAGE", default_value = "auto")]
    language: String,
    /// Write the words as said, or translate them into English
    #[arg(long, value_enum, default_value_t)]
    task: TaskArg,
    /// Cut into sentences with their times
    #[arg(long)]
    timestamps: bool,
    /// How to print the answer; subtitles have timestamps always
    #[arg(long, value_enum, default_value_t, conflicts_with = "json")]
    format: Format,
    /// Play the sound and write the words down while it goes on
    #[arg(long, conflicts_with_all = ["json", "format", "timestamps"])]
    live: bool,
    /// With --live: as fast as the engine goes, instead of in real time
    #[arg(long, requires = "live")]
    fast: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
enum TaskArg {
    #[default]
    Transcribe,
    Translate,
}

#[derive(ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Format {
    #[default]
    Text,
    Json,
    Srt,
    Vtt,
}

impl Args {
    fn options(&self) -> TranscribeOptions {
        TranscribeOptions {
            language: (!self.language.eq_ignore_ascii_case("auto")).then(|| self.language.clone()),
            task: match self.task {
                TaskArg::Transcribe => Task::Transcribe,
                TaskArg::Translate => Task::Translate,
            },
            timestamps: self.timestamps || matches!(self.format, Format::Srt | Format::Vtt),
            ..TranscribeOptions::default()
        }
    }

    fn json(&self) -> bool {
        self.common.json || self.format == Format::Json
    }

    fn load(&self) -> Result<Transcriber, String> {
        let dir = match &self.model {
            Some(id) => self.common.open_model(&[id]),
            None => self.common.open_model(&MODELS),
        }?;
        let transcriber = Transcriber::load(&dir, &self.common.options()).map_err(|e| e.to_string())?;
        held(transcriber.placed())?;
        transcriber.check(&self.options()).map_err(|e| e.to_string())?;
        Ok(transcriber)
    }
}

/// Milliseconds spent in each stage.
#[derive(Serialize, Default)]
struct Ms {
    decode: f64,
    voice: f64,
    mel: f64,
    encode: f64,
    tokens: f64,
}

#[derive(Serialize)]
struct Answer<'a> {
    input: &'a str,
    #[serde(flatten)]
    transcript: &'a Transcript,
    ms: &'a Ms,
    /// Time to answer over length of the recording: below 1 is faster than speech.
    real_time_factor: f64,
}

/// Stamps the stages and shows how far it is.
struct Watch {
    ms: Ms,
    stage: Option<(Stage, Instant)>,
    bar: ProgressBar,
}

impl Watch {
    fn new(audio_s: f64, name: &str) -> Self {
        let bar = if audio_s < PROGRESS_FROM_S { ProgressBar::hidden() } else { ProgressBar::new(audio_s as u64) };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len} s, {eta} left");
        bar.set_style(style.expect("the template is sound"));
        bar.set_message(name.to_string());
        Self { ms: Ms::default(), stage: None, bar }
    }

    fn stamp(&mut self, next: Option<Stage>) {
        let now = Instant::now();
        if let Some((stage, since)) = self.stage.take() {
            let spent = match stage {
                Stage::Voice => &mut self.ms.voice,
                Stage::Mel => &mut self.ms.mel,
                Stage::Encode => &mut self.ms.encode,
                Stage::Tokens => &mut self.ms.tokens,
            };
            *spent += (now - since).as_secs_f64() * 1e3;
        }
        self.stage = next.map(|stage| (stage, now));
    }
}

impl Listener for Watch {
    fn stage(&mut self, stage: Stage) {
        self.stamp(Some(stage));
    }

    fn progress(&mut self, done_s: f64, _total_s: f64) {
        self.bar.set_position(done_s as u64);
    }
}

pub fn run(args: &Args) -> ExitCode {
    let subtitles = matches!(args.format, Format::Srt | Format::Vtt);
    if subtitles && args.inputs.len() > 1 {
        tell!("subtitles of several recordings would run into one another; give one recording at a time");
        return ExitCode::FAILURE;
    }
    let mut report = Report::new(&Common { json: args.json(), ..args.common.clone() });
    let transcriber = match args.load() {
        Ok(transcriber) => transcriber,
        Err(why) => {
            args.inputs.iter().for_each(|path| report.failure(&path.to_string_lossy(), &why));
            return report.exit_code();
        }
    };
    for path in &args.inputs {
        let input = path.display().to_string();
        let done = if args.live {
            live::transcribe(&transcriber, path, args.options(), args.fast)
        } else {
            answer(args, &transcriber, path, &input, &mut report)
        };
        if let Err(why) = done {
            report.failure(&input, &why);
        }
    }
    report.exit_code()
}

fn answer(args: &Args, transcriber: &Transcriber, path: &Path, input: &str, report: &mut Report) -> Result<(), String> {
    let began = Instant::now();
    let sound = audio::read_file(path).map_err(|e| e.to_string())?;
    if let Some(warning) = &sound.warning {
        tell!("{input}: {warning}");
    }
    let mut watch = Watch::new(sound.duration_s, input);
    watch.ms.decode = began.elapsed().as_secs_f64() * 1e3;
    let said = transcriber.transcribe(&sound.samples, &args.options(), &mut watch).map_err(|e| e.to_string())?;
    watch.stamp(None);
    watch.bar.finish_and_clear();
    if said.no_speech && !args.json() {
        tell!("{input}: no speech{}", in_its_language(transcriber));
        return Ok(());
    }
    let real_time_factor = began.elapsed().as_secs_f64() / said.audio_s.max(f64::EPSILON);
    let json = Answer { input, transcript: &said, ms: &watch.ms, real_time_factor };
    report.answer(&json, || {
        let text = text(args, &said);
        if args.inputs.len() > 1 { format!("{input}:\n{text}\n") } else { text }
    });
    if args.format == Format::Text && !args.json() {
        let mut language = said.language.and_then(language_name).unwrap_or("an unknown language").to_string();
        if let Some(probability) = said.language_probability.filter(|p| *p < SURE_OF_LANGUAGE) {
            let percent = probability * 100.0;
            language = format!("perhaps {language} ({percent:.0} %; if not, name it with --language)");
        }
        tell!("{input}: {language}, {:.1} s of sound in {real_time_factor:.2} of its time", said.audio_s);
    }
    Ok(())
}

/// What to add to "no speech" where the model knows one language only, as other languages may be no speech to it.
fn in_its_language(transcriber: &Transcriber) -> String {
    match transcriber.languages()[..] {
        [only] => format!(" in {}, the one language that this model knows", language_name(only).unwrap_or(only)),
        _ => String::new(),
    }
}

fn text(args: &Args, said: &Transcript) -> String {
    let text = match args.format {
        Format::Srt => formats::srt(&said.segments),
        Format::Vtt => formats::vtt(&said.segments),
        Format::Text | Format::Json if args.timestamps => formats::timed_text(&said.segments),
        Format::Text | Format::Json => said.text.clone(),
    };
    text.trim_end().to_string()
}
