//! The small network, learning from what was asked of the large one.

use super::Label;
use crate::lab::train::text::TextNetwork;
use crate::lab::train::{Distillation, Learner, NO_LABEL, Parameters, Result, distillation};
use candle_core::{D, Tensor};

/// Rows that are judged at once.
const JUDGED: usize = 256;

/// A text as the student reads it, and what it is to learn of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// `[CLS]`, tokens, `[SEP]`.
    pub ids: Vec<u32>,
    /// The teacher's logits.
    pub teacher: Vec<f32>,
    /// What is known beside.
    pub label: Label,
}

/// A student and what it learns from.
pub struct Pupil {
    network: TextNetwork,
    rows: Vec<Row>,
    lengths: Vec<usize>,
    /// Not learned from: what it is judged on.
    held_out: Vec<Row>,
    how: Distillation,
}

impl Pupil {
    /// `network` is to learn from `rows`, and is judged on `held_out`.
    pub fn new(network: TextNetwork, rows: Vec<Row>, mut held_out: Vec<Row>, how: Distillation) -> Self {
        held_out.sort_by_key(|row| row.ids.len());
        let lengths = rows.iter().map(|row| row.ids.len()).collect();
        Self { network, rows, lengths, held_out, how }
    }

    /// The network as it is now.
    pub fn network(&self) -> &TextNetwork {
        &self.network
    }

    /// The network, which has learned enough.
    pub fn into_network(self) -> TextNetwork {
        self.network
    }

    /// Share of the held-out rows with a label that it gets right, 0 to 1.
    ///
    /// # Errors
    /// [`Error::Candle`](crate::lab::train::Error::Candle).
    pub fn accuracy(&self) -> Result<f64> {
        let (mut right, mut all) = (0, 0);
        for rows in self.judged() {
            let said = self.logits(&rows)?.argmax(D::Minus1)?.to_vec1::<u32>()?;
            for (row, said) in rows.iter().zip(said) {
                if let Label::Class(class) = row.label {
                    all += 1;
                    right += usize::from(said == class);
                }
            }
        }
        Ok(f64::from(right as u32) / f64::from(all.max(1) as u32))
    }

    /// Held-out rows of one length, some at a time.
    fn judged(&self) -> impl Iterator<Item = Vec<&Row>> {
        let same = self.held_out.chunk_by(|a, b| a.ids.len() == b.ids.len());
        same.flat_map(|rows| rows.chunks(JUDGED)).map(|rows| rows.iter().collect())
    }

    fn logits(&self, rows: &[&Row]) -> Result<Tensor> {
        self.network.logits(&rows.iter().map(|row| &row.ids[..]).collect::<Vec<_>>())
    }

    /// The mean loss over `rows`, which are equally long.
    fn mean_loss(&self, rows: &[&Row]) -> Result<Tensor> {
        let student = self.logits(rows)?;
        let teacher: Vec<f32> = rows.iter().flat_map(|row| row.said()).collect();
        let teacher = Tensor::from_vec(teacher, student.shape(), student.device())?;
        let label = |row: &&Row| if let Label::Class(class) = row.label { class } else { NO_LABEL };
        distillation(&student, &teacher, &rows.iter().map(label).collect::<Vec<_>>(), self.how)
    }
}

impl Row {
    /// The logits to learn: the teacher's, unless it is known better.
    fn said(&self) -> Vec<f32> {
        match self.label {
            Label::Neutral => vec![0.0; self.teacher.len()],
            Label::Class(_) | Label::Unknown => self.teacher.clone(),
        }
    }
}

impl Learner for Pupil {
    fn parameters(&self) -> &Parameters {
        self.network.parameters()
    }

    fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    fn loss(&self, batch: &[usize], _: usize) -> Result<Tensor> {
        self.mean_loss(&batch.iter().map(|&row| &self.rows[row]).collect::<Vec<_>>())
    }

    /// How little the loss is on what is held out.
    fn judge(&self) -> Result<f64> {
        let mut sum = 0.0;
        for rows in self.judged() {
            sum += f64::from(self.mean_loss(&rows)?.to_scalar::<f32>()?) * rows.len() as f64;
        }
        Ok(-sum / self.held_out.len().max(1) as f64)
    }
}
