//! Which instructions the kernels use: the best that this processor has, unless `ONHAND_ISA` names others.

use pulp::WithSimd;
use std::ffi::OsString;

/// What names the instructions to use, for tests and comparisons.
const VARIABLE: &str = "ONHAND_ISA";

/// An instruction set that this processor is known to have.
#[derive(Debug, Clone, Copy)]
pub enum Isa {
    /// What [`Self::Avx512`] has, and VNNI: 64 products of bytes at once.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni(pulp::x86::V4),
    /// AVX-512 F, BW, CD, DQ, VL: 16 floats at once.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    /// AVX2 and FMA: 8 floats at once.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// NEON and its products of matrices of bytes: 4 floats, 32 products of bytes at once.
    #[cfg(target_arch = "aarch64")]
    NeonI8mm(pulp::aarch64::Neon),
    /// NEON and its dot product: 4 floats, 16 products of bytes at once.
    #[cfg(target_arch = "aarch64")]
    NeonDot(pulp::aarch64::Neon),
    /// NEON: 4 floats at once.
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
    /// What every processor has.
    Scalar,
}

impl Isa {
    /// All that this processor has, best first.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            let has_vnni = std::arch::is_x86_feature_detected!("avx512vnni");
            all.extend(pulp::x86::V4::try_new().filter(|_| has_vnni).map(Self::Avx512Vnni));
            all.extend(pulp::x86::V4::try_new().map(Self::Avx512));
            all.extend(pulp::x86::V3::try_new().map(Self::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        {
            let has_i8mm = std::arch::is_aarch64_feature_detected!("i8mm");
            let has_dot = std::arch::is_aarch64_feature_detected!("dotprod");
            all.extend(pulp::aarch64::Neon::try_new().filter(|_| has_i8mm).map(Self::NeonI8mm));
            all.extend(pulp::aarch64::Neon::try_new().filter(|_| has_dot).map(Self::NeonDot));
            all.extend(pulp::aarch64::Neon::try_new().map(Self::Neon));
        }
        all.push(Self::Scalar);
        all
    }

    /// The best of them.
    pub fn best() -> Self {
        Self::all()[0]
    }

    /// The best, or the one that the environment variable `ONHAND_ISA` names.
    ///
    /// # Errors
    /// A sentence, where that one is not to be had here.
    pub fn chosen() -> Result<Self, String> {
        Self::named(std::env::var_os(VARIABLE))
    }

    pub(super) fn named(wanted: Option<OsString>) -> Result<Self, String> {
        let all = Self::all();
        let Some(wanted) = wanted.filter(|name| !name.is_empty()) else { return Ok(all[0]) };
        let wanted = wanted.to_string_lossy();
        all.iter().copied().find(|isa| isa.name() == wanted).ok_or_else(|| {
            let names: Vec<_> = all.iter().map(|isa| isa.name()).collect();
            format!("{VARIABLE}={wanted}: this processor has {}; name one of them, or unset it", names.join(", "))
        })
    }

    /// Its name in `ONHAND_ISA`.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(_) => "avx512vnni",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "aarch64")]
            Self::NeonI8mm(_) => "neon-i8mm",
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot(_) => "neon-dotprod",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "neon",
            Self::Scalar => "scalar",
        }
    }

    /// Floats in a vector.
    pub fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(_) | Self::Avx512(_) => 16,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => 8,
            #[cfg(target_arch = "aarch64")]
            Self::NeonI8mm(_) | Self::NeonDot(_) | Self::Neon(_) => 4,
            Self::Scalar => 1,
        }
    }

    /// Runs `op` with these instructions.
    pub fn run<Op: WithSimd>(self, op: Op) -> Op::Output {
        use pulp::Simd;
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(simd) | Self::Avx512(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "aarch64")]
            Self::NeonI8mm(simd) | Self::NeonDot(simd) | Self::Neon(simd) => Simd::vectorize(simd, op),
            Self::Scalar => Simd::vectorize(pulp::Scalar, op),
        }
    }
}
