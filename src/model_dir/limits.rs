use super::{ModelDirError, WeightsHeader};
use std::path::Path;

/// What a model may cost before it is refused.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Size of the weights on disk. 500 MB: the phone's own apps share the rest.
    pub max_model_bytes: u64,
    /// Memory that is free, when it is known: the weights as f32 must fit.
    pub free_memory_bytes: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_model_bytes: 500_000_000, free_memory_bytes: available_memory_bytes() }
    }
}

impl Limits {
    pub(super) fn check(&self, path: &Path, header: &WeightsHeader) -> Result<(), ModelDirError> {
        if header.file_bytes() > self.max_model_bytes {
            return Err(ModelDirError::TooLarge {
                path: path.into(),
                bytes: header.file_bytes(),
                max_bytes: self.max_model_bytes,
            });
        }
        let need_bytes = header.elements().saturating_mul(4);
        match self.free_memory_bytes {
            Some(free_bytes) if need_bytes > free_bytes => {
                Err(ModelDirError::NotEnoughMemory { path: path.into(), need_bytes, free_bytes })
            }
            _ => Ok(()),
        }
    }
}

/// Memory that can be had without swapping, from `/proc/meminfo` (Linux and Android); `None` elsewhere.
pub fn available_memory_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
