//! What is made small.

use super::Result;
use candle_core::{D, DType, Tensor};
use candle_nn::ops::log_softmax;

/// How a student learns from a teacher (Hinton et al., <https://arxiv.org/abs/1503.02531>, section 2).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Distillation {
    /// What logits are divided by: the higher, the more the less likely classes count.
    pub temperature: f64,
    /// Share of the teacher's word; the rest is the label's.
    pub alpha: f64,
}

impl Default for Distillation {
    /// Temperature 4 and alpha 0.7, as in Onhand's first outline.
    fn default() -> Self {
        Self { temperature: 4.0, alpha: 0.7 }
    }
}

/// The mean over rows of `α T² KL(teacher/T ‖ student/T) + (1 − α) cross-entropy(student, label)`.
///
/// `student` and `teacher` are logits `[rows, classes]`, `labels` `[rows]` of classes, or of [`NO_LABEL`] where a row has
/// none: there the teacher's word is all. `T²` keeps the gradient's size when the temperature changes. KL is that of the
/// student from the teacher: the expectation is the teacher's, and its entropy, which no student changes, is part of it,
/// so that 0 is perfect agreement. No gradient goes to the teacher.
///
/// # Errors
/// Shapes that do not fit.
pub fn distillation(student: &Tensor, teacher: &Tensor, labels: &[u32], how: Distillation) -> Result<Tensor> {
    let Distillation { temperature, alpha } = how;
    let teacher = (teacher.detach() / temperature)?;
    let (expected, said) = (log_softmax(&teacher, D::Minus1)?, log_softmax(&(student / temperature)?, D::Minus1)?);
    let divergence = (expected.exp()? * (expected - said)?)?.sum(D::Minus1)?;
    let scaled = (divergence * (temperature * temperature))?;

    let rows = labels.len();
    let labelled = |yes: f64, no: f64| -> Vec<f32> {
        labels.iter().map(|&label| if label == NO_LABEL { no as f32 } else { yes as f32 }).collect()
    };
    let of_teacher = Tensor::from_vec(labelled(alpha, 1.0), rows, student.device())?;
    let of_label = Tensor::from_vec(labelled(1.0 - alpha, 0.0), rows, student.device())?;
    let known: Vec<u32> = labels.iter().map(|&label| if label == NO_LABEL { 0 } else { label }).collect();
    let surprise = surprise(student, &known)?;
    Ok(((scaled * of_teacher)? + (surprise * of_label)?)?.mean_all()?)
}

/// In place of a label, where a row has none.
pub const NO_LABEL: u32 = u32::MAX;

/// The mean over rows of what `labels` are worth to the logits `student`, `[rows, classes]`: `−ln p(label)`.
///
/// # Errors
/// A label that is no class.
pub fn cross_entropy(student: &Tensor, labels: &[u32]) -> Result<Tensor> {
    Ok(surprise(student, labels)?.mean_all()?)
}

/// `−ln p(label)` of each row.
fn surprise(logits: &Tensor, labels: &[u32]) -> Result<Tensor> {
    let labels = Tensor::new(labels, logits.device())?.unsqueeze(1)?;
    Ok(log_softmax(logits, D::Minus1)?.gather(&labels, 1)?.squeeze(1)?.to_dtype(DType::F32)?.neg()?)
}
