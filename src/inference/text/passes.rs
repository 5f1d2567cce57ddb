//! Rows of tokens through the network, as many at once as are equally long.

use super::network::Network;
use crate::inference::{Error, Result};

/// Tokens in one pass, unless one row has more: a pass over 512 tokens and one over 16 rows of 32 cost about
/// the same memory (some 30 MB for DistilBERT), and larger ones are no faster.
const TOKENS_A_PASS: usize = 512;

/// One text, or a window of one, as the network reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// `[CLS]`, tokens, `[SEP]`.
    pub ids: Vec<u32>,
    /// What it belongs to, for the caller.
    pub owner: usize,
}

/// The logits of each row, in the order of `rows`. `stop` is asked before each pass.
///
/// # Errors
/// [`Error::Cancelled`] once `stop` says so; those of the network.
pub(super) fn logits<'a>(
    network: &dyn Network,
    rows: impl IntoIterator<Item = &'a Row>,
    stop: &mut dyn FnMut() -> bool,
) -> Result<Vec<Vec<f32>>> {
    let rows: Vec<&Row> = rows.into_iter().collect();
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&at| rows[at].ids.len());
    let mut logits = vec![Vec::new(); rows.len()];
    for same in order.chunk_by(|&a, &b| rows[a].ids.len() == rows[b].ids.len()) {
        let len = rows[same[0]].ids.len();
        for batch in same.chunks((TOKENS_A_PASS / len).max(1)) {
            if stop() {
                return Err(Error::Cancelled);
            }
            let texts: Vec<&[u32]> = batch.iter().map(|&at| &rows[at].ids[..]).collect();
            batch.iter().zip(network.forward(&texts)?).for_each(|(&at, row)| logits[at] = row);
        }
    }
    Ok(logits)
}
