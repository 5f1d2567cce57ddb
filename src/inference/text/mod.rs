//! How a text feels: DistilBERT for sequence classification.
//!
//! ```text
//! text ─ tokenizer ─▶ tokens ─ windows ─▶ rows ─ network ─▶ logits ─▶ Sentiment
//!                       └── words ─ explain ─▶ rows with a word covered ─▶ its contribution
//! ```
//!
//! [`SentimentAnalyzer::judge`] says how the text feels, [`SentimentAnalyzer::analyze`] also why. Who measures
//! or cancels takes the steps one by one: [`tokenize`](SentimentAnalyzer::tokenize),
//! [`infer`](SentimentAnalyzer::infer), [`explain`](SentimentAnalyzer::explain).

mod distilbert;
mod explain;
mod labels;
mod language;
mod network;
mod on_candle;
mod passes;
mod tokenizer;
mod windows;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod tiny;

pub use distilbert::{Activation, Config};
pub use tokenizer::{SpecialIds, Token, Tokenizer};

use super::layers::Layers;
use super::{Error, Options, Placed, Result, weights};
use crate::kernels::Isa;
use crate::model_dir::ModelDir;
use distilbert::DistilBert;
use labels::Labels;
use language::KnownScripts;
use network::Network;
use passes::Row;
use std::collections::BTreeMap;
use std::ops::Range;
use windows::Window;
use words::Span;

/// The longest text that is judged: some eighty pages. A minute or two on a phone; who wants more cuts it.
pub const MAX_TEXT_BYTES: usize = 200_000;

/// How a text feels, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentiment {
    /// The likeliest class, as the model's configuration names it: `POSITIVE`.
    pub label: String,
    /// How sure the model is of it, 0 to 1.
    pub probability: f32,
    /// The probability of the positive class, 0 to 1.
    pub positive: f32,
    /// What the model read: `[CLS]`, the text, `[SEP]`.
    pub tokens: Vec<u32>,
    /// More than 1: the text is longer than the model reads at once, and this is the average over so many
    /// overlapping windows, each weighted by the share of the text that it covers.
    pub windows: usize,
    /// Share of the tokens that the model has no entry for, 0 to 1: it has not read these.
    pub unknown_share: f32,
    /// False where the answer means nothing: the text is mostly in letters that the model has not learned,
    /// or mostly unknown tokens. True is no promise: German in Latin letters looks known to an English model.
    pub language_known: bool,
    /// One a class, in the order of `id2label`: what the probabilities are the softmax of.
    pub logits: Vec<f32>,
    /// What each word contributed; empty until [`SentimentAnalyzer::explain`] has filled it.
    pub words: Vec<Word>,
    /// Log-odds for positive in each window.
    window_log_odds: Vec<f32>,
}

/// A word of the text, or in a long text a few neighbours, and its part in the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// As it stands in the text.
    pub text: String,
    /// Its bytes in the text, on character boundaries.
    pub range: Range<usize>,
    /// Change of the log-odds for positive that is due to it: above 0 it pushed towards positive.
    pub contribution: f32,
}

/// A text that has been read but not judged.
#[derive(Debug, Clone)]
pub struct Tokens {
    tokens: Vec<Token>,
    words: Vec<(Span, String)>,
    windows: Vec<Window>,
    unknown_share: f32,
    language_known: bool,
}

impl Tokens {
    /// How many there are, `[CLS]` and `[SEP]` among them.
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.tokens.len() + 2
    }
}

/// Judges texts. The same text has the same answer, bit for bit. In company it is the same to rounding: on Arm the
/// matrix product of many rows adds up in another order than that of a few.
pub struct SentimentAnalyzer {
    name: String,
    network: Box<dyn Network>,
    placed: Placed,
    tokenizer: Tokenizer,
    labels: Labels,
    scripts: KnownScripts,
    /// Tokens of a text that fit one pass.
    room: usize,
}

impl SentimentAnalyzer {
    /// Loads the model in `dir`. Its weights are checked against its configuration before memory is taken.
    ///
    /// # Errors
    /// The directory holds another kind of model; configuration, labels, tokenizer and weights do not fit
    /// together; the precision is not that of `options`.
    pub fn load(dir: &ModelDir, options: &Options) -> Result<Self> {
        let dir = &*weights::in_variant(dir, options.variant)?;
        Self::with(dir, |config, classes| network::load(dir, config, classes, options))
    }

    /// As [`SentimentAnalyzer::load`], with the network that `network` makes for a configuration and so many classes.
    fn with(
        dir: &ModelDir,
        network: impl FnOnce(&Config, usize) -> Result<(Box<dyn Network>, Placed)>,
    ) -> Result<Self> {
        check_family(dir)?;
        let (config, labels) = configuration(dir)?;
        weights::compare(dir, &expected(dir)?)?;
        let tokenizer = Tokenizer::load(dir, config.vocab_size)?;
        let scripts = KnownScripts::of_vocab(tokenizer.vocab().keys().map(String::as_str));
        let (network, placed) = network(&config, labels.names.len())?;
        // [CLS] and [SEP] take two places.
        let room = config.max_position_embeddings - 2;
        Ok(Self { name: dir.name(), network, placed, tokenizer, labels, scripts, room })
    }

    /// What it computes on.
    pub fn placed(&self) -> &Placed {
        &self.placed
    }

    /// What its classes are called, in the order of the logits.
    pub fn class_names(&self) -> &[String] {
        &self.labels.names
    }

    /// Which of its classes is the good feeling.
    pub fn positive_class(&self) -> usize {
        self.labels.positive
    }

    /// How `text` feels, and what each word contributed.
    ///
    /// # Errors
    /// As [`SentimentAnalyzer::tokenize`].
    pub fn analyze(&self, text: &str) -> Result<Sentiment> {
        let tokens = self.tokenize(text)?;
        let mut sentiment = self.infer(&tokens, &mut || false)?;
        self.explain(&tokens, &mut sentiment, &mut || false)?;
        Ok(sentiment)
    }

    /// How `text` feels, without [`Sentiment::words`]: one pass where [`SentimentAnalyzer::analyze`] takes one
    /// a word.
    ///
    /// # Errors
    /// As [`SentimentAnalyzer::tokenize`].
    pub fn judge(&self, text: &str) -> Result<Sentiment> {
        self.infer(&self.tokenize(text)?, &mut || false)
    }

    /// As [`SentimentAnalyzer::judge`], for many texts: those of equal length go together. A text that
    /// cannot be judged does not hinder the others.
    ///
    /// # Errors
    /// For each text its own; for all of them where the computation fails.
    pub fn judge_batch(&self, texts: &[&str]) -> Result<Vec<Result<Sentiment>>> {
        let read: Vec<Result<Tokens>> = texts.iter().map(|text| self.tokenize(text)).collect();
        let mut judged = self.infer_all(&read.iter().flatten().collect::<Vec<_>>(), &mut || false)?.into_iter();
        Ok(read.into_iter().filter_map(|tokens| tokens.map(|_| judged.next()).transpose()).collect())
    }

    /// As [`SentimentAnalyzer::analyze`], for many texts.
    ///
    /// # Errors
    /// As [`SentimentAnalyzer::judge_batch`].
    pub fn analyze_batch(&self, texts: &[&str]) -> Result<Vec<Result<Sentiment>>> {
        let mut judged = self.judge_batch(texts)?;
        for (text, sentiment) in texts.iter().zip(&mut judged) {
            if let Ok(sentiment) = sentiment {
                self.explain(&self.tokenize(text)?, sentiment, &mut || false)?;
            }
        }
        Ok(judged)
    }

    /// Reads `text`: tokens, words, windows.
    ///
    /// # Errors
    /// [`Error::Input`]: nothing to read in it, or more than [`MAX_TEXT_BYTES`].
    pub fn tokenize(&self, text: &str) -> Result<Tokens> {
        if text.len() > MAX_TEXT_BYTES {
            let (kb, most) = (text.len() / 1000, MAX_TEXT_BYTES / 1000);
            return Err(Error::Input(format!("the text has {kb} kB, the limit is {most} kB; judge it in parts")));
        }
        let tokens = self.tokenizer.encode(text)?;
        if tokens.is_empty() {
            return Err(Error::Input("the text has nothing to read; write a word or more".into()));
        }
        let words = words::words(text, &tokens).into_iter().map(|w| (w.clone(), text[w.bytes].to_string())).collect();
        let unknown = tokens.iter().filter(|t| t.id == self.tokenizer.special().unk).count();
        let unknown_share = unknown as f32 / tokens.len() as f32;
        let language_known = unknown_share < 0.5 && self.scripts.know(text);
        let windows = windows::windows(tokens.len(), self.room);
        Ok(Tokens { tokens, words, windows, unknown_share, language_known })
    }

    /// Judges what was read. `stop` is asked before each pass; a window takes one.
    ///
    /// # Errors
    /// [`Error::Cancelled`] once `stop` says so; [`Error::Unit`] where the unit gives up.
    pub fn infer(&self, tokens: &Tokens, stop: &mut dyn FnMut() -> bool) -> Result<Sentiment> {
        Ok(self.infer_all(&[tokens], stop)?.remove(0))
    }

    /// Fills [`Sentiment::words`] of the `sentiment` that [`SentimentAnalyzer::infer`] found in `tokens`.
    ///
    /// # Errors
    /// [`Error::Cancelled`] once `stop` says so; it is asked before each pass.
    pub fn explain(&self, tokens: &Tokens, sentiment: &mut Sentiment, stop: &mut dyn FnMut() -> bool) -> Result<()> {
        let words: Vec<Span> = tokens.words.iter().map(|(span, _)| span.clone()).collect();
        let phrases = explain::phrases(&words, &tokens.windows);
        let mask = self.tokenizer.special().mask;
        let rows = explain::covered(&phrases, &tokens.windows, mask, |window| self.row(tokens, window));
        let mut contributions = vec![0f32; phrases.len()];
        let logits = passes::logits(&*self.network, rows.iter().map(|(row, _)| row), stop)?;
        for ((row, at), logits) in rows.iter().zip(&logits) {
            let change = sentiment.window_log_odds[*at] - self.log_odds(logits);
            contributions[row.owner] += tokens.windows[*at].weight * change;
        }
        sentiment.words = phrases
            .into_iter()
            .zip(contributions)
            .map(|(phrase, contribution)| Word { text: tokens.text(&phrase), range: phrase.bytes, contribution })
            .collect();
        Ok(())
    }

    fn infer_all(&self, texts: &[&Tokens], stop: &mut dyn FnMut() -> bool) -> Result<Vec<Sentiment>> {
        let rows = texts.iter().enumerate().flat_map(|(owner, tokens)| {
            tokens.windows.iter().map(move |window| Row { ids: self.row(tokens, window), owner })
        });
        let rows: Vec<Row> = rows.collect();
        let logits = passes::logits(&*self.network, &rows, stop)?;
        if !logits.iter().flatten().all(|x| x.is_finite()) {
            // Weights are numbers, so these are so large that their sums are none.
            return Err(Error::Model { model: self.name.clone(), why: "its answer is not a number".into() });
        }
        let mut logits = logits.into_iter();
        Ok(texts.iter().map(|tokens| self.sentiment(tokens, logits.by_ref().take(tokens.windows.len()))).collect())
    }

    /// A window of the text as the network reads it.
    fn row(&self, tokens: &Tokens, window: &Window) -> Vec<u32> {
        let special = self.tokenizer.special();
        let inside = tokens.tokens[window.tokens.clone()].iter().map(|t| t.id);
        std::iter::once(special.cls).chain(inside).chain([special.sep]).collect()
    }

    /// The answer from the logits of the text's windows.
    fn sentiment(&self, tokens: &Tokens, logits: impl Iterator<Item = Vec<f32>>) -> Sentiment {
        let mut sum = vec![0f32; self.labels.names.len()];
        let mut window_log_odds = Vec::with_capacity(tokens.windows.len());
        for (window, logits) in tokens.windows.iter().zip(logits) {
            sum.iter_mut().zip(&logits).for_each(|(s, l)| *s += window.weight * l);
            window_log_odds.push(self.log_odds(&logits));
        }
        let probabilities = softmax(&sum);
        let best = (0..sum.len()).max_by(|&a, &b| sum[a].total_cmp(&sum[b])).unwrap_or(self.labels.positive);
        let whole = Window { tokens: 0..tokens.tokens.len(), weight: 1.0 };
        Sentiment {
            label: self.labels.names[best].clone(),
            probability: probabilities[best],
            positive: probabilities[self.labels.positive],
            tokens: self.row(tokens, &whole),
            windows: tokens.windows.len(),
            unknown_share: tokens.unknown_share,
            language_known: tokens.language_known,
            logits: sum,
            words: Vec::new(),
            window_log_odds,
        }
    }

    /// Of positive against negative.
    fn log_odds(&self, logits: &[f32]) -> f32 {
        logits[self.labels.positive] - logits[self.labels.negative]
    }
}

impl Tokens {
    /// What stands in the text at `phrase`, which begins and ends with a word; one space for what is between.
    fn text(&self, phrase: &Span) -> String {
        let inside =
            |w: &&(Span, String)| w.0.tokens.start >= phrase.tokens.start && w.0.tokens.end <= phrase.tokens.end;
        let mut text = String::new();
        let mut end = phrase.bytes.start;
        for (word, written) in self.words.iter().filter(inside) {
            if word.bytes.start > end {
                text.push(' ');
            }
            text.push_str(written);
            end = word.bytes.end;
        }
        text
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|l| (l - most).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|p| p / sum).collect()
}

/// The sizes of the network of `dir`, checked.
///
/// # Errors
/// [`Error::WrongFamily`]; a configuration that cannot be.
pub fn config(dir: &ModelDir) -> Result<Config> {
    check_family(dir)?;
    Ok(configuration(dir)?.0)
}

fn check_family(dir: &ModelDir) -> Result<()> {
    match weights::family(dir) {
        "distilbert" => Ok(()),
        other => Err(Error::WrongFamily { model: dir.name(), got: other.into(), want: "distilbert" }),
    }
}

/// The configuration of `dir`, its sizes and labels checked.
fn configuration(dir: &ModelDir) -> Result<(Config, Labels)> {
    let model = |why| Error::Model { model: dir.name(), why };
    let config: Config = dir.config_as()?;
    config.check().map_err(|why| model(format!("config.json: {why}")))?;
    Ok((config, Labels::from_config(dir.config()).map_err(model)?))
}

/// How many classes the model in `dir` has.
pub(super) fn classes(dir: &ModelDir) -> Result<usize> {
    Ok(configuration(dir)?.1.names.len())
}

/// The tensors that the configuration of `dir` asks for.
pub(crate) fn expected(dir: &ModelDir) -> Result<BTreeMap<String, Vec<usize>>> {
    let (config, labels) = configuration(dir)?;
    let classes = labels.names.len();
    Ok(weights::expected_tensors(|vb| DistilBert::load(&config, classes, &Layers::new(vb, Isa::Scalar)).map(drop))?)
}
