//! What the student's words begin as: the teacher's, in fewer dimensions.

use crate::inference::text::Tokenizer;
use crate::lab::train::{Parameters, Result};
use candle_core::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The root mean square of a coordinate: what BERT's trained word vectors have, about.
const SPREAD: f64 = 0.05;
/// Share of a column that is rounding.
const ROUNDING: f64 = 1e-6;
/// Rounds of the iteration; the directions hardly turn after a dozen.
const ROUNDS: usize = 20;

/// A vector, `[entries, dim]`, for each entry of the student's vocabulary: the mean of the teacher's vectors of what the
/// entry spells, along the `dim` directions in which these differ most (principal components, by orthogonal iteration:
/// Golub and Van Loan, "Matrix Computations", 8.2.4). `table` are the teacher's, `[its vocabulary, its dim]`.
///
/// # Errors
/// The teacher cannot read an entry; [`Error::Candle`](crate::lab::train::Error::Candle).
pub fn word_vectors(vocabulary: &str, teacher: &Tokenizer, table: &Tensor, dim: usize) -> Result<Tensor> {
    let known = teacher.vocab();
    let mut vectors = Vec::new();
    for entry in vocabulary.lines() {
        let ids: Vec<u32> = match known.get(entry) {
            Some(&id) => vec![id],
            // What only the student has as one piece; it may be a name, which the teacher has with a capital.
            None => {
                let spelt = entry.trim_start_matches("##");
                match known.get(&with_capital(spelt)) {
                    Some(&id) if spelt == entry => vec![id],
                    _ => teacher.encode(spelt)?.iter().map(|token| token.id).collect(),
                }
            }
        };
        let ids = if ids.is_empty() { vec![teacher.special().unk] } else { ids };
        vectors.push(table.index_select(&Tensor::new(ids, table.device())?, 0)?.mean(0)?);
    }
    let vectors = Tensor::stack(&vectors, 0)?;
    let centred = vectors.broadcast_sub(&vectors.mean_keepdim(0)?)?;
    let directions = principal(&centred, dim)?;
    let narrow = centred.matmul(&directions)?;
    let spread = f64::from(narrow.sqr()?.mean_all()?.to_scalar::<f32>()?).sqrt();
    Ok((narrow * (SPREAD / spread.max(f64::MIN_POSITIVE)))?)
}

/// `word` with its first letter as a capital.
fn with_capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The `count` directions, `[width, count]`, along which the rows of `centred` differ most.
fn principal(centred: &Tensor, count: usize) -> Result<Tensor> {
    let covariance = centred.t()?.contiguous()?.matmul(centred)?;
    let width = covariance.dim(0)?;
    let mut start = Parameters::on(&Device::Cpu);
    start.insert_normal("directions", &[width, count], 1.0, &mut ChaCha8Rng::seed_from_u64(0))?;
    let mut directions = orthonormal(&start.get("directions")?)?;
    for _ in 0..ROUNDS {
        directions = orthonormal(&covariance.matmul(&directions)?)?;
    }
    Ok(directions)
}

/// The columns, each made a unit vector at right angles to those before it, or zero where nothing is left of it (Gram and
/// Schmidt, the modified way).
fn orthonormal(columns: &Tensor) -> Result<Tensor> {
    let shape = columns.dims2()?;
    let mut all: Vec<Vec<f64>> =
        columns.t()?.to_vec2::<f32>()?.into_iter().map(|column| column.into_iter().map(f64::from).collect()).collect();
    for at in 0..all.len() {
        let (before, rest) = all.split_at_mut(at);
        let column = &mut rest[0];
        let length = |column: &[f64]| column.iter().map(|x| x * x).sum::<f64>().sqrt();
        let whole = length(column);
        // Twice, or what is left of a column that hardly leaves the others' plane is mostly rounding.
        for other in before.iter().chain(before.iter()) {
            let along: f64 = column.iter().zip(other).map(|(a, b)| a * b).sum();
            column.iter_mut().zip(other).for_each(|(a, b)| *a -= along * b);
        }
        let left = length(column);
        // What f32 cannot tell from nothing has no direction: rows that differ along fewer directions have no more.
        column.iter_mut().for_each(|x| *x = if left > ROUNDING * whole { *x / left } else { 0.0 });
    }
    let rows: Vec<f32> = (0..shape.0).flat_map(|row| all.iter().map(move |column| column[row] as f32)).collect();
    Ok(Tensor::from_vec(rows, shape, columns.device())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_entry_has_a_vector_of_what_it_spells() {
        let entries = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "Rome", "æ", "##s", "film", "a"];
        let teacher = Tokenizer::of_vocab(entries.join("\n").as_bytes(), "teacher").unwrap();
        let values: Vec<f32> = (0..entries.len() * 4).map(|n| ((n * 7919) % 31) as f32).collect();
        let table = Tensor::from_vec(values, (entries.len(), 4), &Device::Cpu).unwrap();
        let student = "[UNK]\ngood\nrome\næss\n##s\nfilms\n##good\n";
        let vectors = word_vectors(student, &teacher, &table, 4).unwrap();
        // All four directions are kept: distances are the teacher's, but for the scale.
        let apart = |vectors: &Tensor, a: usize, b: usize| {
            let rows = vectors.to_vec2::<f32>().unwrap();
            rows[a].iter().zip(&rows[b]).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
        };
        let scale = apart(&table, 5, 6) / apart(&vectors, 1, 2);
        assert!((apart(&table, 5, 8) / apart(&vectors, 1, 4) / scale - 1.0).abs() < 1e-3);
        assert!(apart(&vectors, 1, 6) < 1e-4, "a piece has the vector of the word that it spells");
    }

    proptest! {
        #[test]
        fn directions_are_orthonormal_and_keep_what_differs_most(
            values in proptest::collection::vec(-1f32..1.0, 20 * 5),
        ) {
            let rows = Tensor::from_vec(values, (20, 5), &Device::Cpu).unwrap();
            // Along the first axis they differ far more than along the others.
            let stretch = Tensor::new(&[50f32, 5.0, 0.1, 0.1, 0.1], &Device::Cpu).unwrap();
            let rows = rows.broadcast_mul(&stretch).unwrap();
            let rows = rows.broadcast_sub(&rows.mean_keepdim(0).unwrap()).unwrap();
            let directions = principal(&rows, 2).unwrap();
            let product = directions.t().unwrap().matmul(&directions).unwrap().to_vec2::<f32>().unwrap();
            for (row, column, want) in [(0, 0, 1.0), (1, 1, 1.0), (0, 1, 0.0)] {
                prop_assert!((product[row][column] - want).abs() < 1e-4, "{product:?}");
            }
            let size = |rows: &Tensor| rows.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
            prop_assert!(size(&rows.matmul(&directions).unwrap()) > 0.99 * size(&rows));
        }
    }
}
