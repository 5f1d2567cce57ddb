//! Weights in memory: as floats, or in half the room where that loses nothing.

use super::aligned::{Aligned, Floats, Number};
use half::f16;
use half::slice::HalfFloatSliceExt;
use pulp::Simd;

/// What a weight is kept as.
pub(super) trait Weight: Number {
    /// A vector of them from `p` on, as floats.
    ///
    /// # Safety
    /// So many can be read there, and `p` is aligned as a vector of them.
    unsafe fn load<S: Simd>(simd: S, p: *const Self) -> S::f32s;
}

impl Weight for f32 {
    #[inline(always)]
    unsafe fn load<S: Simd>(_: S, p: *const Self) -> S::f32s {
        // SAFETY: the caller's.
        unsafe { *p.cast::<S::f32s>() }
    }
}

impl Weight for f16 {
    /// Exact for every finite number.
    #[inline(always)]
    unsafe fn load<S: Simd>(_: S, p: *const Self) -> S::f32s {
        // SAFETY: the caller's, and a vector of so many lanes is had only where its instructions are.
        unsafe {
            match S::F32_LANES {
                #[cfg(target_arch = "x86_64")]
                16 => as_vector::<S, _>(x86::widen_16(p)),
                #[cfg(target_arch = "x86_64")]
                8 => as_vector::<S, _>(x86::widen_8(p)),
                #[cfg(target_arch = "aarch64")]
                4 => as_vector::<S, _>(neon::widen_4(p)),
                1 => as_vector::<S, _>((*p).to_f32()),
                lanes => unreachable!("no instruction set of ours has {lanes} lanes"),
            }
        }
    }
}

/// The same register under pulp's name.
///
/// # Safety
/// `T` is a vector of so many floats.
#[inline(always)]
pub(super) unsafe fn as_vector<S: Simd, T: Copy>(vector: T) -> S::f32s {
    const { assert!(size_of::<T>() >= 4) };
    debug_assert_eq!(size_of::<T>(), size_of::<S::f32s>());
    // SAFETY: the caller's: `T` is as large, and both are plain floats.
    unsafe { std::mem::transmute_copy(&vector) }
}

/// Adds to a half's exponent what a float's has more.
const REBIAS: u32 = (127 - 15) << 23;
/// The least exponent of a half that is not subnormal, as a float has it.
const SUBNORMAL: u32 = REBIAS + (1 << 23);

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{REBIAS, SUBNORMAL, f16};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f")]
    #[inline]
    pub unsafe fn widen_16(p: *const f16) -> __m512 {
        // SAFETY: the caller's.
        unsafe { _mm512_cvtph_ps(_mm256_load_si256(p.cast())) }
    }

    /// Not with F16C, which is apart from AVX2: a call where it is not known to be there costs more.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub unsafe fn widen_8(p: *const f16) -> __m256 {
        // SAFETY: the caller's.
        let bits = _mm256_cvtepu16_epi32(unsafe { _mm_load_si128(p.cast()) });
        let sign = _mm256_slli_epi32::<16>(_mm256_and_si256(bits, _mm256_set1_epi32(0x8000)));
        let rest = _mm256_slli_epi32::<13>(_mm256_and_si256(bits, _mm256_set1_epi32(0x7fff)));
        let normal = _mm256_add_epi32(rest, _mm256_set1_epi32(REBIAS as i32));
        let least = _mm256_castsi256_ps(_mm256_set1_epi32(SUBNORMAL as i32));
        let subnormal =
            _mm256_sub_ps(_mm256_castsi256_ps(_mm256_add_epi32(rest, _mm256_set1_epi32(SUBNORMAL as i32))), least);
        let is_normal = _mm256_cmpgt_epi32(rest, _mm256_set1_epi32((1 << 23) - 1));
        let size = _mm256_blendv_ps(subnormal, _mm256_castsi256_ps(normal), _mm256_castsi256_ps(is_normal));
        _mm256_or_ps(size, _mm256_castsi256_ps(sign))
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use super::{REBIAS, SUBNORMAL, f16};
    use std::arch::aarch64::*;

    #[target_feature(enable = "neon")]
    #[inline]
    pub unsafe fn widen_4(p: *const f16) -> float32x4_t {
        // SAFETY: the caller's.
        let bits = vmovl_u16(unsafe { vld1_u16(p.cast()) });
        let sign = vshlq_n_u32::<16>(vandq_u32(bits, vdupq_n_u32(0x8000)));
        let rest = vshlq_n_u32::<13>(vandq_u32(bits, vdupq_n_u32(0x7fff)));
        let normal = vaddq_u32(rest, vdupq_n_u32(REBIAS));
        let least = vreinterpretq_f32_u32(vdupq_n_u32(SUBNORMAL));
        let subnormal = vsubq_f32(vreinterpretq_f32_u32(vaddq_u32(rest, vdupq_n_u32(SUBNORMAL))), least);
        let is_normal = vcgtq_u32(rest, vdupq_n_u32((1 << 23) - 1));
        let size = vbslq_u32(is_normal, normal, vreinterpretq_u32_f32(subnormal));
        vreinterpretq_f32_u32(vorrq_u32(size, sign))
    }
}

/// The numbers of a tensor, as they are stored.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    Floats(&'a [f32]),
    Halves(&'a [f16]),
    Bytes(Quantized<'a>),
}

/// Bytes from -127 to 127, each of which stands for so many times the scale of its row.
#[derive(Debug, Clone, Copy)]
pub struct Quantized<'a> {
    pub codes: &'a [i8],
    /// One for each row, or one for all.
    pub scales: &'a [f32],
}

impl<'a> Quantized<'a> {
    /// The codes from `first` on, all of one row, as many as `count`; and their scale.
    pub fn part(self, first: usize, count: usize) -> (&'a [i8], f32) {
        let width = (self.codes.len() / self.scales.len().max(1)).max(1);
        (&self.codes[first..][..count], self.scales[first / width])
    }

    /// As [`Values::copy_to`].
    fn copy_to(self, first: usize, to: &mut [f32]) {
        let width = (self.codes.len() / self.scales.len().max(1)).max(1);
        let codes = self.codes[first..][..to.len()].iter().enumerate();
        to.iter_mut().zip(codes).for_each(|(to, (i, code))| *to = f32::from(*code) * self.scales[(first + i) / width]);
    }
}

impl Values<'_> {
    /// How many.
    pub fn len(self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Halves(values) => values.len(),
            Self::Bytes(values) => values.codes.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Those from `first` on, as many as `to` takes.
    pub fn copy_to(self, first: usize, to: &mut [f32]) {
        match self {
            Self::Floats(values) => to.copy_from_slice(&values[first..][..to.len()]),
            Self::Halves(values) => values[first..][..to.len()].convert_to_f32_slice(to),
            Self::Bytes(values) => values.copy_to(first, to),
        }
    }

    /// Whether every one of them is a number.
    pub fn are_finite(self) -> bool {
        // By their bits, without a branch for each: all of a model's weights are asked.
        const FLOAT: u32 = 0x7f80_0000;
        const HALF: u16 = 0x7c00;
        match self {
            Self::Floats(values) => {
                values.chunks(4096).all(|part| part.iter().fold(true, |all, x| all & (x.to_bits() & FLOAT != FLOAT)))
            }
            Self::Halves(values) => {
                values.chunks(4096).all(|part| part.iter().fold(true, |all, x| all & (x.to_bits() & HALF != HALF)))
            }
            Self::Bytes(values) => values.scales.iter().all(|scale| scale.is_finite()),
        }
    }

    /// All of them.
    pub fn to_floats(self) -> Vec<f32> {
        let mut floats = vec![0.0; self.len()];
        self.copy_to(0, &mut floats);
        floats
    }
}

/// Weights, packed in some order.
#[derive(Debug)]
pub(super) enum Packed {
    Float(Floats),
    /// Halves, of which every one is exactly what it was as a float.
    Half(Aligned<f16>),
}

/// Brings numbers into an order: what [`Packed::new`] asks of who knows it.
pub(super) trait Order {
    fn order<T: Number + Send + Sync>(&self, values: &[T]) -> Aligned<T>;
}

impl Packed {
    /// In half the room where every one of `values` is a half, as in models that are stored as such.
    pub fn new(values: Values, order: &impl Order) -> Self {
        match values {
            // The kernels widen finite ones only.
            Values::Halves(halves) if values.are_finite() => Self::Half(order.order(halves)),
            Values::Halves(_) | Values::Bytes(_) => Self::Float(order.order(&values.to_floats())),
            Values::Floats(floats) => match as_halves(floats) {
                Some(halves) => Self::Half(order.order(&halves)),
                None => Self::Float(order.order(floats)),
            },
        }
    }

    /// The weight at `at`.
    pub fn get(&self, at: usize) -> f32 {
        match self {
            Self::Float(weights) => weights.as_slice()[at],
            Self::Half(weights) => weights.as_slice()[at].to_f32(),
        }
    }
}

/// The same numbers, where a half holds every one exactly.
fn as_halves(floats: &[f32]) -> Option<Vec<f16>> {
    let mut halves = Vec::new();
    let mut back = [0.0; 4096];
    for from in floats.chunks(back.len()) {
        let (first, back) = (halves.len(), &mut back[..from.len()]);
        halves.resize(first + from.len(), f16::ZERO);
        halves[first..].convert_from_f32_slice(from);
        halves[first..].convert_to_f32_slice(back);
        if !from.iter().zip(back).all(|(from, back)| from.is_finite() && from == back) {
            return None;
        }
    }
    Some(halves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Isa;
    use pulp::WithSimd;

    struct Widen<'a>(&'a Aligned<f16>, Vec<f32>);

    impl WithSimd for Widen<'_> {
        type Output = Vec<f32>;

        #[inline(always)]
        fn with_simd<S: Simd>(mut self, simd: S) -> Vec<f32> {
            for from in self.0.as_slice().chunks_exact(S::F32_LANES) {
                // SAFETY: so many were counted out, from an aligned place on.
                let vector = unsafe { f16::load(simd, from.as_ptr()) };
                let at = self.1.len();
                self.1.resize(at + S::F32_LANES, 0.0);
                simd.partial_store_f32s(&mut self.1[at..], vector);
            }
            self.1
        }
    }

    #[test]
    fn every_half_is_widened_exactly() {
        let halves: Vec<f16> = (0..=u16::MAX).map(f16::from_bits).filter(|h| h.is_finite()).collect();
        let aligned = Aligned::padded(&halves, 32);
        for isa in Isa::all() {
            let widened = isa.run(Widen(&aligned, Vec::new()));
            for (half, float) in halves.iter().zip(&widened) {
                assert_eq!(half.to_f32().to_bits(), float.to_bits(), "{}: {half}", isa.name());
            }
        }
    }

    struct AsTheyAre;

    impl Order for AsTheyAre {
        fn order<T: Number>(&self, values: &[T]) -> Aligned<T> {
            Aligned::padded(values, 1)
        }
    }

    #[test]
    fn what_is_no_half_stays_a_float() {
        let packed = |values: &[f32]| Packed::new(Values::Floats(values), &AsTheyAre);
        assert!(matches!(packed(&[1.0, -0.5, f16::MIN_POSITIVE_SUBNORMAL.to_f32(), 65_504.0]), Packed::Half(_)));
        for other in [0.1, 65_520.0, 1e-9, f32::NAN, f32::INFINITY] {
            assert!(matches!(packed(&[1.0, other]), Packed::Float(_)), "{other}");
        }
        let halves = |last| Packed::new(Values::Halves(&[f16::ONE, last]), &AsTheyAre);
        assert!(matches!(halves(f16::MAX), Packed::Half(_)));
        for other in [f16::INFINITY, f16::NAN] {
            let Packed::Float(floats) = halves(other) else { panic!("{other} is a half") };
            assert!(!floats.as_slice()[1].is_finite());
        }
    }
}
