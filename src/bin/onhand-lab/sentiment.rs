//! `onhand-lab sentiment`: reads texts from the command line, files or standard input and prints how they feel.

use crate::common::{Common, Report, held};
use onhand::inference::Result;
use onhand::inference::text::{MAX_TEXT_BYTES, Sentiment, SentimentAnalyzer, Word};
use onhand::profile::Stopwatch;
use onhand::store::BUILT_IN;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

/// Text models, best first.
const MODELS: [&str; 2] = ["distilbert-sst2", BUILT_IN];

/// Say how texts feel, and which words say so
///
/// Texts come from the command line, from files, or from standard input with `-`. Files and standard input are
/// read line by line: each line is one text, empty lines are skipped. In a file whose name ends in .tsv with
/// the columns `label` and `sentence`, each text is what stands after the tab.
///
/// Without --json a word that pushes towards positive is marked +, one that pushes towards negative -, and a
/// strong one twice; on a terminal in colour, unless NO_COLOR is set.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  onhand-lab sentiment \"A warm, funny film, though the end drags.\"\n  \
                        onhand-lab sentiment --file reviews.txt --json\n  \
                        echo \"What a day!\" | onhand-lab sentiment -")]
pub struct Args {
    /// Texts to judge; - reads standard input, one text a line
    #[arg(value_name = "TEXT", required_unless_present = "files")]
    texts: Vec<String>,
    /// File to read texts from, one a line; may be given several times
    #[arg(long = "file", value_name = "F")]
    files: Vec<PathBuf>,
    /// Say only how a text feels, not which words say so: many times quicker
    #[arg(long)]
    no_words: bool,
    /// Id of an installed model, or a model directory; without it distilbert-sst2 where it is installed, else
    /// sentiment-mini, which is part of this program
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    #[command(flatten)]
    common: Common,
}

/// One line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    input: &'a str,
    label: &'a str,
    probability: f32,
    positive: f32,
    words: Vec<LineWord<'a>>,
    tokens: &'a [u32],
    windows: usize,
    unknown_share: f32,
    language_known: bool,
    ms: BTreeMap<&'static str, f64>,
}

#[derive(Serialize)]
struct LineWord<'a> {
    text: &'a str,
    contribution: f32,
    /// First byte and the byte after the last in the input.
    range: [usize; 2],
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    let load = || {
        let dir = match &args.model {
            Some(id) => args.common.open_model(&[id])?,
            None => args.common.open_model(&MODELS)?,
        };
        let analyzer = SentimentAnalyzer::load(&dir, &args.common.options()).map_err(|e| e.to_string())?;
        held(analyzer.placed())?;
        Ok::<_, String>(analyzer)
    };
    let analyzer = match load() {
        Ok(analyzer) => analyzer,
        Err(why) => {
            let files = args.files.iter().map(|path| path.to_string_lossy());
            let inputs = args.texts.iter().map(|text| text.into()).chain(files);
            inputs.for_each(|input| report.failure(&input, &why));
            return report.exit_code();
        }
    };
    let marks = Marks::for_stdout();
    let mut judge = |report: &mut Report, text: &str| answer(report, &analyzer, text, !args.no_words, &marks);
    for text in &args.texts {
        if text == "-" {
            lines(&mut report, "standard input", std::io::stdin().lock(), false, &mut judge);
        } else {
            judge(&mut report, text);
        }
    }
    for path in &args.files {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => lines(&mut report, &name, BufReader::new(file), name.ends_with(".tsv"), &mut judge),
            Err(e) => report.failure(&name, &format!("cannot be read: {e}; give a text file")),
        }
    }
    report.exit_code()
}

/// Judges each line of `reader`. A line is never held beyond the limit of a text, whatever it is.
fn lines(
    report: &mut Report,
    name: &str,
    mut reader: impl BufRead,
    is_table: bool,
    judge: &mut impl FnMut(&mut Report, &str),
) {
    for number in 1.. {
        let mut line = Vec::new();
        // 2: one byte over the limit, and the line's end.
        let read = reader.by_ref().take(MAX_TEXT_BYTES as u64 + 2).read_until(b'\n', &mut line);
        let failed = match read {
            Ok(0) => return,
            Ok(_) if line.len() > MAX_TEXT_BYTES + 1 => Some(format!("is longer than {MAX_TEXT_BYTES} bytes")),
            Ok(_) => None,
            Err(e) => Some(format!("cannot be read: {e}")),
        };
        let place = format!("{name}, line {number}");
        if let Some(why) = failed {
            // What follows is the rest of the same line: nothing good comes of it.
            report.failure(&place, &format!("{why}; what follows was left out"));
            return;
        }
        match std::str::from_utf8(&line) {
            Err(_) => report.failure(&place, "is not UTF-8 text; convert the file to UTF-8"),
            Ok(line) => {
                let line = line.trim_end_matches(['\n', '\r']);
                let header = is_table && number == 1 && line == "label\tsentence";
                let text = if is_table { line.split_once('\t').map_or(line, |(_, sentence)| sentence) } else { line };
                if !header && !text.trim().is_empty() {
                    judge(report, text);
                }
            }
        }
    }
}

fn answer(report: &mut Report, analyzer: &SentimentAnalyzer, text: &str, words: bool, marks: &Marks) {
    let mut watch = Stopwatch::default();
    match analyze(analyzer, text, words, &mut watch) {
        Err(e) => report.failure(text, &e.to_string()),
        Ok(s) => {
            let word = |w: &'_ Word| LineWord {
                text: text.get(w.range.clone()).unwrap_or_default(),
                contribution: w.contribution,
                range: [w.range.start, w.range.end],
            };
            let line = Line {
                input: text,
                label: &s.label,
                probability: s.probability,
                positive: s.positive,
                words: s.words.iter().map(word).collect(),
                tokens: &s.tokens,
                windows: s.windows,
                unknown_share: s.unknown_share,
                language_known: s.language_known,
                ms: watch.stages_ms().collect(),
            };
            report.answer(&line, || readable(text, &s, marks));
        }
    }
}

fn analyze(analyzer: &SentimentAnalyzer, text: &str, words: bool, watch: &mut Stopwatch) -> Result<Sentiment> {
    let tokens = watch.time("tokenize", || analyzer.tokenize(text))?;
    let mut sentiment = watch.time("infer", || analyzer.infer(&tokens, &mut || false))?;
    if words {
        watch.time("explain", || analyzer.explain(&tokens, &mut sentiment, &mut || false))?;
    }
    Ok(sentiment)
}

/// The answer for a person: one line, and a second where there is something to know about it.
fn readable(text: &str, s: &Sentiment, marks: &Marks) -> String {
    let mut line = format!("{} {:.1} %  ", s.label, 100.0 * s.probability);
    let mut at = 0;
    for word in &s.words {
        line += &text[at..word.range.start];
        line += &marks.word(&text[word.range.clone()], word.contribution);
        at = word.range.end;
    }
    line += &text[at..];
    if s.windows > 1 {
        line += &format!("\n  a long text: the average over {} overlapping windows", s.windows);
    }
    if !s.language_known {
        line += "\n  in letters or words that the model does not know: the answer means little";
    }
    line
}

/// How words are marked.
struct Marks {
    colour: bool,
}

impl Marks {
    /// Colour on a terminal, unless `NO_COLOR` (<https://no-color.org>) is set.
    fn for_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        Self { colour: std::io::stdout().is_terminal() && !refused }
    }

    fn word(&self, word: &str, contribution: f32) -> String {
        // In log-odds: 0.3 moves 50 % to 57 %, 1.5 to 82 %.
        const SOME: f32 = 0.3;
        const STRONG: f32 = 1.5;
        let (sign, colour) = if contribution > 0.0 { ("+", 32) } else { ("-", 31) };
        let times = usize::from(contribution.abs() >= SOME) + usize::from(contribution.abs() >= STRONG);
        let marked = format!("{}{word}", sign.repeat(times));
        if self.colour && times > 0 { format!("\x1b[{colour}m{marked}\x1b[0m") } else { marked }
    }
}

#[cfg(test)]
mod tests {
    use super::Marks;

    #[test]
    fn words_are_marked_by_sign_and_strength() {
        let plain = Marks { colour: false };
        let table = [(2.0, "++fun"), (0.5, "+fun"), (0.1, "fun"), (-0.1, "fun"), (-0.5, "-fun"), (-2.0, "--fun")];
        for (contribution, want) in table {
            assert_eq!(plain.word("fun", contribution), want);
        }
        assert_eq!(Marks { colour: true }.word("fun", -2.0), "\u{1b}[31m--fun\u{1b}[0m");
        assert_eq!(Marks { colour: true }.word("the", 0.0), "the");
    }
}
