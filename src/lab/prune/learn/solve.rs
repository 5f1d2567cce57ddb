//! Linear regression that stays near what was there.

use candle_core::{D, Result, Tensor};

/// What the weights are held by, relative to the mean square of an input: by how many unknowns there are for a row, since
/// rows of one picture say much the same, and at least so much that inputs which always come together divide their weight.
const HOLD_PER_UNKNOWN: f64 = 0.5;
const LEAST_HOLD: f64 = 1e-4;
/// How exact the sums are, which are made of f32 products, relative to the mean square of an input about zero.
const SUMS_EPS: f64 = 1e-6;

/// Sums over rows of inputs `x` and outputs `y`, from which the `w` and `b` follow that make `Σ |w·x + b − y|²` small without
/// going far from the weights that were there.
pub struct Regression {
    /// `[outputs][inputs]`
    before: Vec<Vec<f32>>,
    rows: f64,
    /// `[inputs][inputs]`
    xx: Vec<f64>,
    /// `[inputs][outputs]`
    xy: Vec<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Regression {
    /// With no rows yet, from weights `[outputs][inputs]`.
    pub fn from(before: &[Vec<f32>]) -> Self {
        let (outputs, inputs) = (before.len(), before.first().map_or(0, Vec::len));
        Self {
            before: before.to_vec(),
            rows: 0.0,
            xx: vec![0.0; inputs * inputs],
            xy: vec![0.0; inputs * outputs],
            x: vec![0.0; inputs],
            y: vec![0.0; outputs],
        }
    }

    /// Adds rows: all dimensions but the last of inputs and outputs are rows.
    ///
    /// # Errors
    /// [`candle_core::Error`].
    pub fn add(&mut self, inputs: &Tensor, outputs: &Tensor) -> Result<()> {
        let rows = |xs: &Tensor| xs.detach().reshape(((), xs.dim(D::Minus1)?));
        let (x, y) = (rows(inputs)?, rows(outputs)?);
        let transposed = x.t()?;
        let add = |sums: &mut [f64], more: Tensor| -> Result<()> {
            let more = more.flatten_all()?.to_vec1::<f32>()?;
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += f64::from(more));
            Ok(())
        };
        add(&mut self.xx, transposed.matmul(&x)?)?;
        add(&mut self.xy, transposed.matmul(&y)?)?;
        add(&mut self.x, x.sum(0)?)?;
        add(&mut self.y, y.sum(0)?)?;
        self.rows += x.dim(0)? as f64;
        Ok(())
    }

    /// The weights, `[outputs · inputs]`, and the biases.
    pub fn solve(self) -> (Vec<f32>, Vec<f32>) {
        let Self { before, rows, mut xx, mut xy, x, y } = self;
        let (inputs, outputs) = (x.len(), y.len());
        let rows = rows.max(1.0);
        let (x, y): (Vec<f64>, Vec<f64>) = (x.iter().map(|x| x / rows).collect(), y.iter().map(|y| y / rows).collect());
        let mean_of_squares = |xx: &[f64]| (0..inputs).map(|i| xx[i * inputs + i]).sum::<f64>() / inputs.max(1) as f64;
        let about_zero = mean_of_squares(&xx) / rows;
        for i in 0..inputs {
            (0..inputs).for_each(|j| xx[i * inputs + j] = xx[i * inputs + j] / rows - x[i] * x[j]);
            (0..outputs).for_each(|o| xy[i * outputs + o] = xy[i * outputs + o] / rows - x[i] * y[o]);
        }
        let hold = (HOLD_PER_UNKNOWN * inputs as f64 / rows + LEAST_HOLD) * mean_of_squares(&xx).max(0.0)
            + SUMS_EPS * about_zero
            + f64::from(f32::MIN_POSITIVE);
        for i in 0..inputs {
            xx[i * inputs + i] += hold;
            (0..outputs).for_each(|o| xy[i * outputs + o] += hold * f64::from(before[o][i]));
        }
        cholesky(&mut xx, inputs, hold);
        substitute(&xx, inputs, &mut xy, outputs);
        let weight = |o: usize, i: usize| xy[i * outputs + o];
        let weights = (0..outputs).flat_map(|o| (0..inputs).map(move |i| weight(o, i) as f32)).collect();
        let bias = |o: usize| (y[o] - (0..inputs).map(|i| weight(o, i) * x[i]).sum::<f64>()) as f32;
        (weights, (0..outputs).map(bias).collect())
    }
}

/// Makes of the symmetric `a`, whose eigenvalues are not below `least`, the lower `l` with `l · lᵀ = a`, in its lower half.
fn cholesky(a: &mut [f64], size: usize, least: f64) {
    for i in 0..size {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| a[i * size + k] * a[j * size + k]).sum();
            let left = a[i * size + j] - dot;
            // No pivot is below the least eigenvalue; one that is comes of roundings.
            a[i * size + j] = if i == j { left.max(least).sqrt() } else { left / a[j * size + j] };
        }
    }
}

/// Makes of `b`, `[size][columns]`, the solution of `l · lᵀ · x = b`.
fn substitute(l: &[f64], size: usize, b: &mut [f64], columns: usize) {
    for i in 0..size {
        (0..i).for_each(|k| eliminate_row(b, columns, i, k, l[i * size + k]));
        b[i * columns..(i + 1) * columns].iter_mut().for_each(|value| *value /= l[i * size + i]);
    }
    for i in (0..size).rev() {
        (i + 1..size).for_each(|k| eliminate_row(b, columns, i, k, l[k * size + i]));
        b[i * columns..(i + 1) * columns].iter_mut().for_each(|value| *value /= l[i * size + i]);
    }
}

/// Takes `factor` times the row `from` from the row `to`.
fn eliminate_row(b: &mut [f64], columns: usize, to: usize, from: usize, factor: f64) {
    let (low, high) = b.split_at_mut(to.max(from) * columns);
    let (to, from) = if to > from {
        (&mut high[..columns], &low[from * columns..][..columns])
    } else {
        (&mut low[to * columns..][..columns], &high[..columns])
    };
    to.iter_mut().zip(from).for_each(|(to, from)| *to -= factor * from);
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;
    use proptest::prelude::*;

    fn tensor(rows: usize, columns: usize, values: &[f32]) -> Tensor {
        Tensor::from_slice(&values[..rows * columns], (rows, columns), &Device::Cpu).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn what_made_the_outputs_is_found(
            values in proptest::collection::vec(-1f32..1.0, 400 * 3), w in proptest::collection::vec(-2f32..2.0, 3 * 2),
            b in proptest::collection::vec(-2f32..2.0, 2),
        ) {
            let x = tensor(400, 3, &values);
            let weight = tensor(2, 3, &w);
            let y = x.matmul(&weight.t().unwrap()).unwrap().broadcast_add(&Tensor::new(b.clone(), &Device::Cpu).unwrap()).unwrap();
            let mut regression = Regression::from(&[vec![0.0; 3], vec![0.0; 3]]);
            // In two parts, as pictures come.
            for first in [0, 200] {
                regression.add(&x.narrow(0, first, 200).unwrap(), &y.narrow(0, first, 200).unwrap()).unwrap();
            }
            let (weights, biases) = regression.solve();
            prop_assert!(weights.iter().zip(&w).all(|(a, b)| (a - b).abs() < 2e-2), "{weights:?} {w:?}");
            prop_assert!(biases.iter().zip(&b).all(|(a, b)| (a - b).abs() < 2e-2), "{biases:?} {b:?}");
        }
    }

    /// `Σ |w·x + b − y|²`
    fn apart(x: &Tensor, y: &Tensor, weights: &[f32], biases: &[f32]) -> f32 {
        let weights = tensor(biases.len(), x.dim(1).unwrap(), weights);
        let made = x.matmul(&weights.t().unwrap()).unwrap();
        let made = made.broadcast_add(&Tensor::new(biases, &Device::Cpu).unwrap()).unwrap();
        (made - y).unwrap().sqr().unwrap().sum_all().unwrap().to_scalar().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        /// Whatever the rows: few of them, inputs that never move, inputs that are copies of others.
        #[test]
        fn on_its_rows_it_is_not_further_off_than_the_weights_that_were_there(
            rows in 1usize..40, offset in prop_oneof![Just(0f32), -30f32..30.0], still in any::<bool>(), copies in any::<bool>(),
            values in proptest::collection::vec(-1f32..1.0, 40 * 4), wanted in proptest::collection::vec(-3f32..3.0, 40 * 2),
            before in proptest::collection::vec(-2f32..2.0, 2 * 4), biases in proptest::collection::vec(-2f32..2.0, 2),
        ) {
            let mut values = values;
            for row in values.chunks_mut(4) {
                row.iter_mut().for_each(|value| *value += offset);
                row[1] = if still { offset } else { row[1] };
                row[3] = if copies { row[0] } else { row[3] };
            }
            let (x, y) = (tensor(rows, 4, &values), tensor(rows, 2, &wanted));
            let mut regression = Regression::from(&[before[..4].to_vec(), before[4..].to_vec()]);
            regression.add(&x, &y).unwrap();
            let (fitted, fitted_biases) = regression.solve();
            let (now, then) = (apart(&x, &y, &fitted, &fitted_biases), apart(&x, &y, &before, &biases));
            prop_assert!(now <= then * 1.001 + 1e-3, "{now} apart, before {then}");
        }
    }

    #[test]
    fn inputs_that_never_move_and_no_rows_leave_the_weights_where_they_were() {
        let before = [vec![1.5, -2.0]];
        let mut regression = Regression::from(&before);
        regression.add(&tensor(4, 2, &[1.0; 8]), &tensor(4, 1, &[3.0; 4])).unwrap();
        let (weights, biases) = regression.solve();
        assert!((weights[0] - 1.5).abs() < 1e-3 && (weights[1] + 2.0).abs() < 1e-3, "{weights:?}");
        assert!((weights[0] + weights[1] + biases[0] - 3.0).abs() < 1e-3);
        let (weights, _) = Regression::from(&before).solve();
        assert_eq!(weights, [1.5, -2.0]);
    }
}
